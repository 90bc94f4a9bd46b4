import { deflatedPiece, gzipEnd, GZIP_HEADER, storedPiece, Tally } from './gzip-pieces.ts';

/** Turns the texts of an event stream into bytes. Whatever it returns has to be sent at once, and in order. */
interface EventWriter {
  /** Headers of the response. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the body begins with. */
  begin(): Buffer;
  /** Prepares data that many streams may share. */
  prepare(data: Buffer): Promise<unknown> | undefined;
  /** Writes texts around data that was prepared. */
  event(before: string, data: Buffer, after: string): Buffer;
  text(text: string): Buffer;
  end(): Buffer;
}

/** Writes plain bytes. */
export class PlainEvents implements EventWriter {
  readonly headers = {};

  begin(): Buffer {
    return NOTHING;
  }

  prepare(): undefined {
    return undefined;
  }

  event(before: string, data: Buffer, after: string): Buffer {
    return Buffer.concat([Buffer.from(before), data, Buffer.from(after)]);
  }

  text(text: string): Buffer {
    return Buffer.from(text);
  }

  end(): Buffer {
    return NOTHING;
  }
}

const NOTHING = Buffer.alloc(0);

/** The pieces of data that were compressed, as long as streams hold the data. */
const pieces = new WeakMap<Buffer, Buffer>();
const making = new WeakMap<Buffer, Promise<void>>();

/** Writes gzip. A client can read each event as soon as it has arrived. */
export class GzipEvents implements EventWriter {
  readonly headers = { 'content-encoding': 'gzip' };
  readonly #tally = new Tally();

  begin(): Buffer {
    return GZIP_HEADER;
  }

  prepare(data: Buffer): Promise<void> | undefined {
    if (pieces.has(data)) return undefined;
    const made = making.get(data) ?? make(data);
    making.set(data, made);
    return made;
  }

  event(before: string, data: Buffer, after: string): Buffer {
    const head = this.text(before);
    const piece = pieces.get(data);
    if (piece === undefined) throw new Error('expected data that was prepared');
    this.#tally.add(data);
    return Buffer.concat([head, piece, this.text(after)]);
  }

  text(text: string): Buffer {
    const plain = Buffer.from(text);
    this.#tally.add(plain);
    return storedPiece(plain);
  }

  end(): Buffer {
    return gzipEnd(this.#tally.checksum, this.#tally.length);
  }
}

async function make(data: Buffer): Promise<void> {
  pieces.set(data, await deflatedPiece(data));
}
