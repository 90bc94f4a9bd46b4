import { Lexer, Source, TokenKind, type GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Limits } from '../limits/limits.ts';
import { requestError } from './failures.ts';
import type { OperationContext } from './operation-context.ts';

/** The parser and the code that reads variables are recursive: deep values would overflow the stack. */
export const QUERY_LEVELS = 200;
/** The deepest filter, of 5 nested objects, needs about a dozen. */
export const VARIABLE_LEVELS = 100;
/** Of all variables together, each counted as often as it is used: ten times the longest body. */
export const VARIABLE_CHARACTERS = 1_000_000;

/** Refuses operations that would cost too much to parse or to read, before anything else looks at them. */
export function useRequestLimits(limits: Limits): Plugin<OperationContext, OperationContext> {
  return {
    onParams: ({ params: { query, variables }, context }) => {
      checkQuery(query, limits);
      if (!isNestedWithin(variables, VARIABLE_LEVELS))
        throw badVariables(`expected lists and objects nested at most ${VARIABLE_LEVELS} deep`);
      // Admins are exempt, because a posted digest is a long variable.
      if (context.caller.admin !== 'yes') checkUses(query, variables);
    },
  };
}

function checkQuery(query: unknown, { maxDocumentCharacters, maxTokens }: Limits): asserts query is string {
  if (typeof query !== 'string')
    throw requestError('BAD_REQUEST', 'query: expected the text of a GraphQL document');
  if (query.length > maxDocumentCharacters)
    throw requestError(
      'BAD_REQUEST',
      `query: expected at most ${maxDocumentCharacters} characters, got ${query.length}`,
      { status: 413 },
    );
  const { levels, tokens } = measure(query, maxTokens);
  if (tokens > maxTokens)
    throw requestError('BAD_REQUEST', `query: expected at most ${maxTokens} tokens, got more`);
  if (levels > QUERY_LEVELS)
    throw requestError('BAD_REQUEST', `query: expected brackets nested at most ${QUERY_LEVELS} deep`);
}

const OPENING: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_L, TokenKind.PAREN_L, TokenKind.BRACKET_L]);
const CLOSING: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_R, TokenKind.PAREN_R, TokenKind.BRACKET_R]);

/**
 * How deep brackets are nested, and how many tokens there are, up to one more than `maxTokens`. Reads tokens, not
 * characters: closing brackets in strings and comments would hide levels.
 */
function measure(query: string, maxTokens: number): { levels: number; tokens: number } {
  const lexer = new Lexer(new Source(query));
  let tokens = 0;
  let depth = 0;
  let levels = 0;
  try {
    for (let { kind } = lexer.advance(); kind !== TokenKind.EOF; { kind } = lexer.advance()) {
      tokens += 1;
      if (tokens > maxTokens) break;
      if (OPENING.has(kind)) depth += 1;
      if (CLOSING.has(kind)) depth -= 1;
      levels = Math.max(levels, depth);
    }
  } catch {
    // The parser will stop at the same token and report the error.
  }
  return { levels, tokens };
}

/** Whether lists and objects are nested within a limit. Not recursive, as that could overflow the stack. */
function isNestedWithin(value: unknown, levels: number): boolean {
  let level = [value].filter(isNested);
  for (let depth = 0; depth < levels && level.length > 0; depth++)
    level = level.flatMap((each) => Object.values(each).filter(isNested));
  return level.length === 0;
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/**
 * Throws if the variables are too long, each counted as often as the document uses it. Otherwise a short
 * request that uses a long variable many times could cause as much work as a long one.
 */
function checkUses(query: string, variables: unknown): void {
  if (!isNested(variables)) return;
  const lengths = new Map(
    Object.entries(variables).map(([name, value]) => [name, JSON.stringify(value)?.length ?? 0]),
  );
  // GraphQL allows white space between `$` and the name. Such a use counts as one of the longest variable.
  const longest = Math.max(0, ...lengths.values());
  let length = 0;
  for (const [, name] of query.matchAll(/\$(\w*)/g))
    length += name === undefined || name === '' ? longest : (lengths.get(name) ?? 0);
  const most = `expected at most ${VARIABLE_CHARACTERS} characters`;
  if (length > VARIABLE_CHARACTERS)
    throw badVariables(`${most} with each written out wherever it is used, got ${length}`);
}

function badVariables(message: string): GraphQLError {
  return requestError('BAD_USER_INPUT', `variables: ${message}`);
}
