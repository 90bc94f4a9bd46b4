/** How the server closes a WebSocket. */
export interface CloseCodeEntry {
  readonly code: number;
  /** Sent along with the code. */
  readonly reason: string;
  /** Whether a new connection may succeed, so that a client should connect again. */
  readonly passing: boolean;
  /** When the server closes a socket with this code. */
  readonly meaning: string;
}

/**
 * The close codes that the server uses: two of IANA's registry, the rest as graphql-transport-ws defines them.
 * `docs/errors.md` is generated from this table.
 */
export const CLOSE_CODES = {
  RESTART: {
    code: 1012,
    reason: 'the server stops; resume from the last cursor',
    passing: true,
    meaning: 'The server stops. It has answered all queries and mutations.',
  },
  TOO_FAR_BEHIND: {
    code: 1013,
    reason: 'too far behind; resume from the last cursor',
    passing: true,
    meaning: 'The client did not read a message in time.',
  },
  INVALID_MESSAGE: {
    code: 4400,
    reason: 'Invalid message received',
    passing: false,
    meaning: 'The client sent something that is no message of the protocol.',
  },
  UNAUTHORIZED: {
    code: 4401,
    reason: 'Unauthorized',
    passing: false,
    meaning: 'The client subscribed before the server acknowledged the connection.',
  },
  SUBPROTOCOL: {
    code: 4406,
    reason: 'Subprotocol not acceptable',
    passing: false,
    meaning: 'The client did not offer the subprotocol `graphql-transport-ws`.',
  },
  INIT_TIMEOUT: {
    code: 4408,
    reason: 'Connection initialisation timeout',
    passing: true,
    meaning: 'The client did not send `connection_init` in time.',
  },
  ID_IN_USE: {
    code: 4409,
    reason: 'Subscriber already exists',
    passing: false,
    meaning: 'The client started an operation under an id that another one still uses.',
  },
  TOO_MANY_INITS: {
    code: 4429,
    reason: 'Too many initialisation requests',
    passing: false,
    meaning: 'The client sent `connection_init` twice.',
  },
  INTERNAL: {
    code: 4500,
    reason: 'internal error',
    passing: true,
    meaning: 'The server failed outside of any operation.',
  },
} as const satisfies Readonly<Record<string, CloseCodeEntry>>;
