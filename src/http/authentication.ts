import { createHash, timingSafeEqual } from 'node:crypto';
import type { Caller } from '../graphql/context.ts';

/** The caller that sends this value as `authorization`: a header, or a parameter of a WebSocket. */
export type Authenticate = (authorization: unknown) => Caller;

/** The bearer tokens (RFC 6750) of a server. Several of a kind are all valid, so that they can be replaced one by one. */
export interface Tokens {
  /** For posting digests, and for everything else. Without any, no caller is the admin. */
  readonly adminTokens?: readonly string[] | undefined;
  /** For every operation. Without any, everyone may query. */
  readonly readTokens?: readonly string[] | undefined;
}

/** Recognizes callers by their token. */
export function authentication({ adminTokens = [], readTokens = [] }: Tokens): Authenticate {
  if (adminTokens.length === 0 && readTokens.length === 0) return () => ({ admin: 'unset' });
  const admins = adminTokens.map(digestOf);
  const readers = readTokens.map(digestOf);
  return (authorization) => {
    const given = typeof authorization === 'string' ? authorization : '';
    const digest = sha256(given.replace(/^bearer +/i, 'bearer '));
    const isAdmin = isAmong(digest, admins);
    const isReader = isAmong(digest, readers) || isAdmin;
    return {
      admin: admins.length === 0 ? 'unset' : isAdmin ? 'yes' : 'no',
      ...(readers.length > 0 && { reader: isReader ? 'yes' : 'no' }),
    };
  };
}

const digestOf = (token: string): Buffer => sha256(`bearer ${token}`);

/**
 * Compares with all tokens, even after one that is equal, and compares digests, which have equal lengths: so the
 * time reveals nothing about a token.
 */
function isAmong(digest: Buffer, expected: readonly Buffer[]): boolean {
  return expected.filter((each) => timingSafeEqual(digest, each)).length > 0;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
