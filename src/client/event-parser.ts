/** An event of a stream. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

/** Reads server-sent events from text that comes in pieces (WHATWG HTML, 9.2.6). */
export class EventParser {
  #rest = '';
  #event = '';
  #data: string[] = [];

  /** The events that are whole with this piece. */
  push(piece: string): StreamEvent[] {
    const text = this.#rest + piece;
    // A CR at the end may be the first half of a line's end.
    const end = text.endsWith('\r') ? text.length - 1 : text.length;
    const lines = text.slice(0, end).split(/\r\n|\r|\n/);
    this.#rest = (lines.pop() ?? '') + text.slice(end);
    return lines.flatMap((line) => this.#read(line) ?? []);
  }

  #read(line: string): StreamEvent | undefined {
    if (line === '') return this.#dispatch();
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === 'event') this.#event = value;
    else if (name === 'data') this.#data.push(value);
    return undefined;
  }

  #dispatch(): StreamEvent | undefined {
    const event = { event: this.#event || 'message', data: this.#data.join('\n') };
    const isEmpty = this.#data.length === 0;
    this.#event = '';
    this.#data = [];
    return isEmpty ? undefined : event;
  }
}
