import type { Payload, PayloadStream } from './payload-stream.ts';
import type { MonitoredSocket } from './monitored-socket.ts';
import type { FairQueue } from './fair-queue.ts';
import { nextFrame } from './next-frame.ts';

/** Where a subscription's payloads go. */
export interface Destination {
  readonly socket: MonitoredSocket;
  /** The id that the client has given to the subscription. */
  readonly id: string;
  /** Shared by all deliveries of the server. */
  readonly queue: FairQueue;
  /** Called once, when nothing more will be sent. */
  readonly onEnd: () => void;
}

/** Sends the payloads of one subscription over a socket. Takes the next payload once the last one is sent. */
export class Delivery {
  readonly #payloads: PayloadStream;
  readonly #socket: MonitoredSocket;
  readonly #queue: FairQueue;
  readonly #id: string;
  #state: 'idle' | 'busy' | 'busy, with news' | 'ended' = 'idle';
  readonly #onEnd: () => void;

  constructor(payloads: PayloadStream, { socket, id, queue, onEnd }: Destination) {
    this.#payloads = payloads;
    this.#socket = socket;
    this.#queue = queue;
    this.#onEnd = onEnd;
    this.#id = id;
  }

  /** Starts to send. */
  start(): void {
    this.#payloads.onNews(() => this.#onNews());
    this.#take();
  }

  /** Stops sending and closes the payloads. */
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
    if (this.#state === 'ended' || !this.#socket.isOpen) {
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
    if (payload !== undefined) this.#socket.sendFrame(nextFrame(this.#id, payload), () => this.#take());
    else if (this.#payloads.closed) this.close();
    // News came after `take` had returned nothing, but before this turn of the event loop.
    else if (this.#state === 'busy, with news') this.#take();
    else if (this.#state === 'busy') this.#state = 'idle';
  }
}
