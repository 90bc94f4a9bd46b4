/** What a search asks for. */
export type Search =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Search[] }
  | { readonly kind: 'not'; readonly of: Search }
  /** The words stand one behind the other in the title, or (`anywhere`) in a text of the paper. */
  | { readonly kind: 'text'; readonly where: 'title' | 'anywhere'; readonly text: string }
  /** One author has all the words in the name, next to each other where `quoted`. */
  | { readonly kind: 'author'; readonly text: string; readonly quoted: boolean }
  | { readonly kind: 'category'; readonly code: string };

/** A search that cannot be read; `position` is where, in UTF-16 code units from 0. */
export class SearchSyntaxError extends Error {
  readonly position: number;

  constructor(position: number, message: string) {
    super(message);
    this.name = 'SearchSyntaxError';
    this.position = position;
  }
}

const LONGEST = 1_000;
const DEEPEST = 20;

/**
 * Reads a search: words, "phrases", `-word`, `OR` (binds loosest), parentheses, `author:`, `category:`, `title:`.
 * Throws SearchSyntaxError, also above 1,000 characters and 20 levels of parentheses.
 */
export function parseSearch(text: string): Search {
  if (text.length > LONGEST)
    throw new SearchSyntaxError(LONGEST, `expected at most ${LONGEST} characters, got ${text.length}`);
  // NUL, which no text holds, is a space.
  return new Parser(tokenise(text.replaceAll('\0', ' ')), text.length).whole();
}

type Field = 'author' | 'category' | 'title';

interface Token {
  readonly kind: '(' | ')' | '-' | 'OR' | 'term';
  readonly position: number;
  readonly text: string;
  readonly quoted: boolean;
  readonly field: Field | undefined;
}

// A word ends where a space, a quote or a parenthesis stands.
const TOKEN =
  /\s+|(?<parenthesis>[()])|(?<dashes>-+)|(?:(?<field>author|category|title):)?(?:["“”](?<phrase>[^"“”]*)(?<close>["“”]?)|(?<word>[^\s"“”()]+))?/gy;

function tokenise(text: string): Token[] {
  return [...text.matchAll(TOKEN)].flatMap(({ index: position, groups = {} }) => {
    const { parenthesis, dashes } = groups;
    if (parenthesis === '(' || parenthesis === ')') return [sign(parenthesis, position)];
    if (dashes === undefined) return termToken(text, position, groups);
    return negates(text, position, dashes) ? [sign('-', position)] : [];
  });
}

function sign(kind: Exclude<Token['kind'], 'term'>, position: number): Token {
  return { kind, position, text: '', quoted: false, field: undefined };
}

function termToken(
  text: string,
  position: number,
  groups: Readonly<Record<string, string | undefined>>,
): Token[] {
  const { field, phrase, close, word } = groups;
  if (close === '')
    throw new SearchSyntaxError(
      text.length - 1 - (phrase ?? '').length,
      'expected a closing quote, got the end',
    );
  if (field === undefined && word === 'OR') return [sign('OR', position)];
  const words = phrase ?? word;
  if (words !== undefined)
    return words === ''
      ? []
      : [
          {
            kind: 'term',
            position,
            text: words,
            quoted: phrase !== undefined,
            field: field as Field | undefined,
          },
        ];
  if (field === undefined) return [];
  throw new SearchSyntaxError(
    position + field.length + 1,
    `expected a word or a "phrase" right behind ${field}:`,
  );
}

/** A single dash right before what it negates; others only part words. */
function negates(text: string, position: number, dashes: string): boolean {
  return dashes === '-' && /[^\s)]/.test(text[position + 1] ?? ' ');
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #end: number;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], end: number) {
    this.#tokens = tokens;
    this.#end = end;
  }

  whole(): Search {
    const search = this.#tokens.length === 0 ? { kind: 'all' as const, of: [] } : this.#any();
    const rest = this.#tokens[this.#at];
    if (rest === undefined) return search;
    throw new SearchSyntaxError(rest.position, 'expected an opening parenthesis before this closing one');
  }

  #any(): Search {
    const of = [this.#all()];
    while (this.#next('OR')) of.push(this.#all());
    return of.length === 1 && of[0] !== undefined ? of[0] : { kind: 'any', of };
  }

  #all(): Search {
    const of: Search[] = [];
    for (let kind = this.#peek(); kind !== undefined && kind !== 'OR' && kind !== ')'; kind = this.#peek())
      of.push(this.#one());
    if (of.length === 0) throw this.#expectedWord();
    return of.length === 1 && of[0] !== undefined ? of[0] : { kind: 'all', of };
  }

  #one(): Search {
    const token = this.#tokens[this.#at++];
    if (token === undefined || token.kind === 'OR' || token.kind === ')') {
      this.#at--;
      throw this.#expectedWord();
    }
    if (token.kind === '-') return { kind: 'not', of: this.#one() };
    return token.kind === '(' ? this.#group(token) : term(token);
  }

  #group({ position }: Token): Search {
    this.#depth += 1;
    if (this.#depth > DEEPEST)
      throw new SearchSyntaxError(position, `expected at most ${DEEPEST} levels of parentheses, got more`);
    const search = this.#any();
    if (!this.#next(')'))
      throw new SearchSyntaxError(position, 'expected a closing parenthesis, got the end');
    this.#depth -= 1;
    return search;
  }

  #expectedWord(): SearchSyntaxError {
    const token = this.#tokens[this.#at];
    const got = token === undefined ? 'the end' : token.kind === 'OR' ? 'OR' : `"${token.kind}"`;
    return new SearchSyntaxError(token?.position ?? this.#end, `expected a word or a "phrase", got ${got}`);
  }

  #peek(): Token['kind'] | undefined {
    return this.#tokens[this.#at]?.kind;
  }

  #next(kind: Token['kind']): boolean {
    if (this.#peek() !== kind) return false;
    this.#at += 1;
    return true;
  }
}

function term({ text, quoted, field }: Token): Search {
  if (field === 'author') return { kind: 'author', text, quoted };
  if (field === 'category') return { kind: 'category', code: text };
  return { kind: 'text', where: field ?? 'anywhere', text };
}
