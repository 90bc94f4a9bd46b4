/** How the server closes a WebSocket. */
export interface CloseCodeEntry {
  readonly code: number;
  /** Sent along with the code. */
  readonly reason: string;
  /** Whether a new connection may succeed, so that a client should connect again. */
  readonly retryable: boolean;
  /** When the server closes a socket with this code. */
  readonly meaning: string;
}

/**
 * The close codes that the server uses. 1012 and 1013 are in IANA's registry; 4403, 4406 and 4500 are those of the
 * server in graphql-ws; 4290 is our own; the protocol graphql-transport-ws defines the others. `docs/errors.md` is generated
 * from this table.
 */
export const CLOSE_CODES = {
  RESTART: {
    code: 1012,
    reason: 'the server is stopping; resume from the last cursor',
    retryable: true,
    meaning: 'The server is stopping. It has answered all queries and mutations.',
  },
  TOO_FAR_BEHIND: {
    code: 1013,
    reason: 'too far behind; resume from the last cursor',
    retryable: true,
    meaning: 'The client did not read a message in time.',
  },
  INVALID_MESSAGE: {
    code: 4400,
    reason: 'Invalid message received',
    retryable: false,
    meaning: 'The client sent something that is not a client message of the protocol.',
  },
  UNAUTHORIZED: {
    code: 4401,
    reason: 'Unauthorized',
    retryable: false,
    meaning: 'The client subscribed before the server acknowledged the connection.',
  },
  FORBIDDEN: {
    code: 4403,
    reason: 'Forbidden',
    retryable: false,
    meaning:
      'The server has read tokens, and the client sent none of them: neither as the header `authorization` of the ' +
      'handshake nor as `authorization` in `connection_init`.',
  },
  SUBPROTOCOL: {
    code: 4406,
    reason: 'Subprotocol not acceptable',
    retryable: false,
    meaning: 'The client did not offer the subprotocol `graphql-transport-ws`.',
  },
  INIT_TIMEOUT: {
    code: 4408,
    reason: 'Connection initialisation timeout',
    retryable: true,
    meaning: 'The client did not send `connection_init` in time.',
  },
  ID_IN_USE: {
    code: 4409,
    reason: 'Subscriber for <unique-operation-id> already exists',
    retryable: false,
    meaning: 'The client started an operation with the id of another one that has not ended.',
  },
  TOO_MANY_MESSAGES: {
    code: 4290,
    reason: 'Too many messages; connect again and send fewer',
    retryable: true,
    meaning: 'The client sent messages or pings faster than the server takes them.',
  },
  TOO_MANY_INITS: {
    code: 4429,
    reason: 'Too many initialisation requests',
    retryable: false,
    meaning: 'The client sent `connection_init` twice.',
  },
  INTERNAL: {
    code: 4500,
    reason: 'Internal server error',
    retryable: true,
    meaning: 'The server failed outside of any operation.',
  },
} as const satisfies Readonly<Record<string, CloseCodeEntry>>;

const ID_PLACEHOLDER = '<unique-operation-id>';
/** Longest reason that fits into a close frame (RFC 6455, 5.5). */
const REASON_BYTES = 123;

/** `ID_IN_USE` with the id in its reason. An id that does not fit is cut off. */
export function idInUse(id: string): CloseCodeEntry {
  const { reason } = CLOSE_CODES.ID_IN_USE;
  const space = new Uint8Array(REASON_BYTES - reason.length + ID_PLACEHOLDER.length);
  // Never splits a character: `read` counts the UTF-16 code units of those that fit as a whole.
  const { read } = new TextEncoder().encodeInto(id, space);
  return { ...CLOSE_CODES.ID_IN_USE, reason: reason.replace(ID_PLACEHOLDER, () => id.slice(0, read)) };
}
