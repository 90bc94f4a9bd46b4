/**
 * Puts JSON that exists already into messages that graphql-ws writes. graphql-ws serialises every message itself; here it
 * serialises a small stand-in, and `splice` puts the text in its place: once made, a payload is not made again for each
 * socket.
 */
export class Splicer {
  readonly #waiting = new Map<number, { readonly json: string; uses: number }>();
  readonly #keys = new Map<string, number>();
  #count = 0;

  /** Payloads that a message has yet to be made of. */
  get size(): number {
    return this.#waiting.size;
  }

  /** What stands in a message for the JSON of a result until it is sent. */
  standIn(json: string): { data: never } {
    const key = this.#keys.get(json) ?? (this.#count += 1);
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) {
      this.#waiting.set(key, { json, uses: 1 });
      this.#keys.set(json, key);
    } else waiting.uses += 1;
    return { data: `${MARK}${key}` as never };
  }

  /** The message with the JSON in it; any other message as it is. */
  splice(message: string): string {
    const start = message.lastIndexOf(HEAD);
    if (start < 0 || message.length - start > HEAD.length + LONGEST_KEY) return message;
    const key = Number.parseInt(message.slice(start + HEAD.length), 10);
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return message;
    waiting.uses -= 1;
    if (waiting.uses === 0) {
      this.#waiting.delete(key);
      this.#keys.delete(waiting.json);
    }
    return `${message.slice(0, start)}${waiting.json}}`;
  }
}

// The `data` of a GraphQL result is an object, so that no other message can have a text there.
const MARK = '\u0001shared ';
const HEAD = `{"data":${JSON.stringify(MARK).slice(0, -1)}`;
const LONGEST_KEY = 24;
