import type { Payload, PayloadStream } from './payload-stream.ts';
import type { MonitoredSocket } from './monitored-socket.ts';
import type { FairQueue } from './fair-queue.ts';

/** Where payloads go. */
export interface Destination {
  readonly peer: MonitoredSocket;
  /** Of the subscription, which its client has chosen. */
  readonly id: string;
  /** Shared by all deliveries. */
  readonly queue: FairQueue;
  /** Called once, when nothing more will be sent. */
  readonly onEnd: () => void;
}

const END = 0x7d; // }

/** Sends the payloads of one subscription to its socket, each when the socket has taken the one before. */
export class Delivery {
  readonly #payloads: PayloadStream;
  readonly #peer: MonitoredSocket;
  readonly #queue: FairQueue;
  readonly #head: string;
  #state: 'idle' | 'busy' | 'busy, with news' | 'ended' = 'idle';
  readonly #onEnd: () => void;

  constructor(payloads: PayloadStream, { peer, id, queue, onEnd }: Destination) {
    this.#payloads = payloads;
    this.#peer = peer;
    this.#queue = queue;
    this.#onEnd = onEnd;
    this.#head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
  }

  /** Begins to send. */
  start(): void {
    this.#payloads.onNews(() => this.#onNews());
    this.#take();
  }

  /** Sends nothing any more. */
  close(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#payloads.close();
    this.#onEnd();
  }

  #onNews(): void {
    if (this.#state === 'idle') {
      this.#state = 'busy';
      this.#queue.add(() => this.#take());
    } else if (this.#state === 'busy') this.#state = 'busy, with news';
  }

  #take(): void {
    if (this.#state === 'ended' || !this.#peer.isOpen) {
      this.close();
      return;
    }
    this.#state = 'busy';
    const payload = this.#payloads.take();
    if (payload instanceof Promise) void payload.then((made) => this.#queue.add(() => this.#send(made)));
    else this.#send(payload);
  }

  #send(payload: Payload | undefined): void {
    if (this.#state === 'ended') return;
    if (payload !== undefined) this.#peer.send(this.#messageOf(payload), () => this.#take());
    else if (this.#payloads.closed) this.close();
    else if (this.#state === 'busy, with news') this.#take();
    else if (this.#state === 'busy') this.#state = 'idle';
  }

  #messageOf({ bytes }: Payload): Buffer {
    const length = Buffer.byteLength(this.#head);
    const message = Buffer.allocUnsafe(length + bytes.length + 1);
    message.write(this.#head);
    message.set(bytes, length);
    message[length + bytes.length] = END;
    return message;
  }
}
