/** The first place at which a text is not JSON. */
export interface JsonFault {
  /** The column from 1, in UTF-16 code units, as most editors count. */
  readonly column: number;
  /** The expected token, in words. */
  readonly expected: string;
  /** The text found there: a word or the next characters; empty at the end of the text. */
  readonly got: string;
}

/** The expectation after a complete value. */
export const LINE_END = 'the end of the line';

type Wanted = 'value' | 'first item' | 'key' | 'first key' | 'colon' | 'next' | 'next member' | 'end';

const EXPECTED: Readonly<Record<Wanted, string>> = {
  value: 'a value',
  'first item': 'a value or "]"',
  key: 'a key in quotes',
  'first key': 'a key in quotes or "}"',
  colon: '":"',
  next: '"," or "]"',
  'next member': '"," or "}"',
  end: LINE_END,
};

/**
 * Finds where a text stops being JSON; undefined for valid JSON. Takes linear time at any depth of nesting.
 */
export function findJsonFault(text: string): JsonFault | undefined {
  return new Scanner(text).run();
}

const SPACE = /[ \t\r\n]*/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})/y;
const CUT_ESCAPE = /\\(?:u[\dA-Fa-f]{0,3})?$/y;
// eslint-disable-next-line no-control-regex -- JSON requires control characters to be escaped
const PLAIN = /[^"\\\0-\x1F]*/y;
const WORD = /[-+.\w]{1,40}/y;
const LONGEST_GOT = 40;

class Scanner {
  readonly #text: string;
  /** Brackets that have not been closed yet. */
  readonly #open: ('{' | '[')[] = [];
  #at = 0;
  #wanted: Wanted = 'value';

  constructor(text: string) {
    this.#text = text;
  }

  run(): JsonFault | undefined {
    for (;;) {
      this.#skip(SPACE);
      if (this.#at === this.#text.length && this.#wanted === 'end') return undefined;
      const expected = this.#step(this.#text.charAt(this.#at));
      if (expected !== undefined) return { column: this.#at + 1, expected, got: this.#got() };
    }
  }

  /** Reads the next token. Returns what was expected if the text has something else. */
  #step(char: string): string | undefined {
    const wanted = this.#wanted;
    if (wanted === 'colon' && char === ':') return this.#pass('value');
    if (wanted === 'next' && char === ',') return this.#pass('value');
    if (wanted === 'next member' && char === ',') return this.#pass('key');
    if (this.#closes(char)) {
      this.#open.pop();
      return this.#pass(this.#afterValue());
    }
    if ((wanted === 'key' || wanted === 'first key') && char === '"') return this.#string('colon');
    if (wanted === 'value' || wanted === 'first item') return this.#value(char);
    return EXPECTED[wanted];
  }

  #value(char: string): string | undefined {
    if (char === '"') return this.#string(this.#afterValue());
    if (char === '{' || char === '[') {
      this.#open.push(char);
      return this.#pass(char === '{' ? 'first key' : 'first item');
    }
    const expected = EXPECTED[this.#wanted];
    this.#wanted = this.#afterValue();
    return this.#skip(SCALAR) ? undefined : expected;
  }

  #closes(char: string): boolean {
    if (char === '}') return this.#wanted === 'next member' || this.#wanted === 'first key';
    return char === ']' && (this.#wanted === 'next' || this.#wanted === 'first item');
  }

  #afterValue(): Wanted {
    const open = this.#open.at(-1);
    return open === undefined ? 'end' : open === '{' ? 'next member' : 'next';
  }

  #pass(wanted: Wanted): undefined {
    this.#at += 1;
    this.#wanted = wanted;
  }

  #string(wanted: Wanted): string | undefined {
    const start = this.#at++;
    for (;;) {
      this.#skip(PLAIN);
      const char = this.#text.charAt(this.#at);
      if (char === '"') return this.#pass(wanted);
      if (char === '\\' && this.#skip(ESCAPE)) continue;
      if (char === '' || this.#skip(CUT_ESCAPE)) return `the end of the text from column ${start + 1}`;
      return char === '\\' ? 'a valid escape' : 'control characters as escapes';
    }
  }

  /** Skips the match of the pattern at the current position. Returns false if there is none. */
  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }

  #got(): string {
    WORD.lastIndex = this.#at;
    return WORD.exec(this.#text)?.[0] ?? this.#text.slice(this.#at, this.#at + LONGEST_GOT);
  }
}
