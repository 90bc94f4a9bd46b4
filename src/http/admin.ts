import { createHash, timingSafeEqual } from 'node:crypto';
import type { Caller } from '../graphql/context.ts';

/** The caller that sends this value as `authorization`: a header, or a parameter of a WebSocket. */
export type Authenticate = (authorization: unknown) => Caller;

/** Recognizes the admin by a bearer token (RFC 6750). On a server without a token, no caller is the admin. */
export function adminAuthentication(token: string | undefined): Authenticate {
  if (token === undefined) return () => ({ admin: 'unset' });
  const expected = digest(`bearer ${token}`);
  return (authorization) => {
    const given = typeof authorization === 'string' ? authorization : '';
    // Digests have equal lengths, so that the time of the comparison reveals nothing about the token.
    const isAdmin = timingSafeEqual(digest(given.replace(/^bearer +/i, 'bearer ')), expected);
    return { admin: isAdmin ? 'yes' : 'no' };
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
