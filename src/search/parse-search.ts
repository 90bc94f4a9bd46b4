/** The texts of a paper that a search covers. */
export type Where = 'title' | 'abstract' | 'anywhere';

/** A parsed search. */
export type Search =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Search[] }
  | { readonly kind: 'not'; readonly of: Search }
  | TextSearch
  | AuthorSearch
  | { readonly kind: 'category'; readonly code: string };

/** An author's name contains all of the words, next to each other if `quoted`. */
interface AuthorSearch {
  readonly kind: 'author';
  readonly text: string;
  readonly quoted: boolean;
}

/** The words follow one another in a text of the paper. */
interface TextSearch {
  readonly kind: 'text';
  readonly where: Where;
  readonly text: string;
  /** Also finds the paper with this canonical id. */
  readonly arxivId?: string;
  /** Also finds papers by authors of this name. */
  readonly author?: AuthorSearch;
}

/** A syntax error in a search. `position` counts UTF-16 code units from 0. */
export class SearchSyntaxError extends Error {
  readonly position: number;

  constructor(position: number, message: string) {
    super(message);
    this.name = 'SearchSyntaxError';
    this.position = position;
  }
}

/** Longest search, in characters. */
export const MAX_LENGTH = 1_000;
/** Most levels of parentheses in a search. */
export const MAX_DEPTH = 20;

/**
 * Parses a search: words, "phrases", `AND` (the default between words), `OR` (binds loosest), `NOT` or `-`
 * before an operand, parentheses, `author:`, `category:`, `title:`, and arXiv's `au:`, `cat:`, `ti:`, `abs:`,
 * `all:` and `ANDNOT`. Parentheses, quotes, dashes and colons may be full-width. Throws SearchSyntaxError,
 * also above 1,000 characters and 20 levels of parentheses.
 */
export function parseSearch(text: string): Search {
  if (text.length > MAX_LENGTH)
    throw new SearchSyntaxError(MAX_LENGTH, `expected at most ${MAX_LENGTH} characters, got ${text.length}`);
  // Text in Postgres cannot contain NUL, so it only separates words.
  const tokens = tokenise(text.replaceAll('\0', ' '));
  return tokens.length > 0 ? new Parser(tokens, text.length).whole() : withoutTerms(text);
}

/** A search for punctuation alone matches no paper; white space matches every paper. */
function withoutTerms(text: string): Search {
  return text.trim() === '' ? { kind: 'all', of: [] } : { kind: 'text', where: 'anywhere', text };
}

type Field = 'author' | 'category' | 'all' | Where;

/** By prefix, in lower case. `own`: a prefix of this search, not one of arXiv's API. */
const FIELDS: Readonly<Record<string, { readonly field: Field; readonly own: boolean }>> = {
  author: { field: 'author', own: true },
  category: { field: 'category', own: true },
  title: { field: 'title', own: true },
  au: { field: 'author', own: false },
  cat: { field: 'category', own: false },
  ti: { field: 'title', own: false },
  abs: { field: 'abstract', own: false },
  all: { field: 'all', own: false },
};

type Operator = 'AND' | 'OR' | '-';

const OPERATORS: Readonly<Record<string, readonly Operator[]>> = {
  AND: ['AND'],
  OR: ['OR'],
  NOT: ['-'],
  ANDNOT: ['AND', '-'],
};

interface Token {
  readonly kind: '(' | ')' | Operator | 'term';
  readonly position: number;
  readonly text: string;
  readonly quoted: boolean;
  readonly field: Field | undefined;
}

// Words end at white space, quotes and parentheses. Chinese keyboards type full-width punctuation, which
// means the same.
const PREFIX = /(?:(?<name>author|category|title|au|cat|ti|abs|all)[:：])?/;
const OPERAND = /(?:["“”＂](?<phrase>[^"“”＂]*)(?<close>["“”＂]?)|(?<word>[^\s"“”＂()（）]+))?/;
const TOKEN = new RegExp(
  String.raw`\s+|(?<parenthesis>[()（）])|(?<dashes>[-－]+)|${PREFIX.source}${OPERAND.source}`,
  'giy',
);

type Groups = Readonly<Record<string, string | undefined>>;

function tokenise(text: string): Token[] {
  return [...text.matchAll(TOKEN)].flatMap(({ 0: whole, index: position, groups = {} }) => {
    const { parenthesis, dashes, name, word = '' } = groups;
    if (parenthesis !== undefined) return [operator('(（'.includes(parenthesis) ? '(' : ')', position)];
    if (dashes !== undefined) return negates(text, position, dashes) ? [operator('-', position)] : [];
    const operators = Object.hasOwn(OPERATORS, word) && name === undefined ? OPERATORS[word] : undefined;
    if (operators !== undefined) return operators.map((each) => operator(each, position));
    return termToken(text, { whole, position, groups });
  });
}

function operator(kind: Exclude<Token['kind'], 'term'>, position: number): Token {
  return { kind, position, text: '', quoted: false, field: undefined };
}

interface Match {
  readonly whole: string;
  readonly position: number;
  readonly groups: Groups;
}

function termToken(text: string, { whole, position, groups }: Match): Token[] {
  const { name, phrase, close, word } = groups;
  if (close === '')
    throw new SearchSyntaxError(
      text.length - 1 - (phrase ?? '').length,
      'expected a closing quote, got the end',
    );
  const token = { kind: 'term' as const, position, quoted: phrase !== undefined };
  const known = FIELDS[(name ?? '').toLowerCase()];
  const words = phrase ?? word;
  if (words !== undefined) return words === '' ? [] : [{ ...token, text: words, field: known?.field }];
  if (known === undefined) return [];
  const end = position + whole.length;
  // In `One for all: a survey`, `all:` is a word. Only arXiv's prefixes are words that may end in a colon
  // like this.
  if (!known.own && !'(（'.includes(text.charAt(end) || ' '))
    return [{ ...token, text: whole, field: undefined }];
  throw new SearchSyntaxError(end, `expected a word or a "phrase" directly after ${whole}`);
}

/** Whether dashes negate: a single dash right before an operand. Other dashes separate words. */
function negates(text: string, position: number, dashes: string): boolean {
  return dashes.length === 1 && /[^\s)）]/.test(text[position + 1] ?? ' ');
}

/** Tokens that end a sequence of operands joined by AND; undefined is the end of the text. */
const ENDS: ReadonlySet<Token['kind'] | undefined> = new Set([undefined, 'OR', ')'] as const);

/** Recursive descent: one method for each level of precedence. */
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
    const search = this.#any();
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
    const of = [this.#one()];
    while (this.#next('AND') || !ENDS.has(this.#peek())) of.push(this.#one());
    return of.length === 1 && of[0] !== undefined ? of[0] : { kind: 'all', of };
  }

  #one(): Search {
    const token = this.#tokens[this.#at++];
    if (token === undefined || token.kind === 'AND' || ENDS.has(token.kind)) throw this.#expectedWord(token);
    if (token.kind === '-') return { kind: 'not', of: this.#one() };
    return token.kind === '(' ? this.#group(token) : term(token);
  }

  #group({ position }: Token): Search {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH)
      throw new SearchSyntaxError(position, `expected at most ${MAX_DEPTH} levels of parentheses, got more`);
    const search = this.#any();
    if (!this.#next(')'))
      throw new SearchSyntaxError(position, 'expected a closing parenthesis, got the end');
    this.#depth -= 1;
    return search;
  }

  #expectedWord(token: Token | undefined): SearchSyntaxError {
    const got = token === undefined ? 'the end' : token.kind === ')' ? '")"' : token.kind;
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

function term({ text, quoted, field = 'anywhere' }: Token): Search {
  const author = { kind: 'author' as const, text, quoted };
  switch (field) {
    case 'category':
      return { kind: 'category', code: text };
    case 'author':
      return author;
    case 'all':
      return { kind: 'text', where: 'anywhere', text, author };
    default:
      return { kind: 'text', where: field, text };
  }
}
