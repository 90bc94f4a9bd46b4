import { createHash } from 'node:crypto';
import type { DigestFile } from '../sources/digest-file.ts';
import { unpack } from '../sources/unpack.ts';

/** Reads a file once: its unpacked bytes, and then their hash. */
export class HashedFile {
  /** The unpacked bytes. */
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly #hash = createHash('sha256');
  #bytesRead = 0;

  /** Calls `progress` with `bytesRead` after each chunk. */
  constructor(file: DigestFile, progress: (bytes: number) => void) {
    const { location, maxBytes } = file;
    this.chunks = this.#hashed(unpack({ chunks: this.#counted(file, progress), location, maxBytes }));
  }

  /** The number of bytes read so far, packed ones if the file is packed. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** The SHA-256 of the unpacked bytes, in hex. To be called once, after the last chunk. */
  sha256(): string {
    return this.#hash.digest('hex');
  }

  async *#counted(file: DigestFile, progress: (bytes: number) => void): AsyncGenerator<Uint8Array> {
    for await (const chunk of file.open()) {
      this.#bytesRead += chunk.length;
      progress(this.#bytesRead);
      yield chunk;
    }
  }

  async *#hashed(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.#hash.update(chunk);
      yield chunk;
    }
  }
}
