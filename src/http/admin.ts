import { createHash, timingSafeEqual } from 'node:crypto';
import type { Admin } from '../graphql/context.ts';

/** Tells by the value of an `authorization` header whether a caller is the admin. */
export type TellAdmin = (authorization: unknown) => Admin;

/** Admins bring the token as RFC 6750 says: `Bearer` and the token. Without a token set there are none. */
export function adminTeller(token: string | undefined): TellAdmin {
  if (token === undefined) return () => 'unset';
  const expected = digest(`bearer ${token}`);
  return (authorization) => {
    const given = typeof authorization === 'string' ? authorization : '';
    // Digests have one length, so that the time of comparing tells nothing.
    return timingSafeEqual(digest(given.replace(/^bearer +/i, 'bearer ')), expected) ? 'yes' : 'no';
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
