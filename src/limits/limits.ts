// Every limit that an operator can set. The flags and variables of `papergraph serve` and the table in
// docs/limits.md are made from this list.

/** The unit of a limit's number. */
export type LimitUnit = 'bytes' | 'characters' | 'ms' | 'points' | 'none';

/** One limit. Its flag is its name in kebab case; its variable begins with `PAPERGRAPH_`. */
export interface Limit {
  readonly preset: number;
  readonly unit: LimitUnit;
  /** What is limited, as the help and the document print it. */
  readonly about: string;
  /** What happens beyond the limit, in Markdown. */
  readonly beyond: string;
  /** Whether 0 switches the limit off. */
  readonly canBeOff?: true;
}

/** The limits by the heading that they stand under. */
export const LIMIT_GROUPS = {
  Documents: {
    maxBodyBytes: {
      preset: 100_000,
      unit: 'bytes',
      about: 'body of a request without the admin token',
      beyond: '`BAD_REQUEST`, 413',
    },
    maxDocumentCharacters: {
      preset: 20_000,
      unit: 'characters',
      about: 'length of a document',
      beyond: '`BAD_REQUEST`, 413',
    },
    maxTokens: { preset: 2_000, unit: 'none', about: 'tokens of a document', beyond: '`BAD_REQUEST`' },
    maxDepth: {
      preset: 20,
      unit: 'none',
      about: 'levels of fields in an operation, with fragments written out',
      beyond: '`BAD_REQUEST`',
    },
    maxBreadth: {
      preset: 100,
      unit: 'none',
      about: 'fields of one selection, with fragments written out',
      beyond: '`BAD_REQUEST`',
    },
    maxAliases: { preset: 100, unit: 'none', about: 'aliases of a document', beyond: '`BAD_REQUEST`' },
    maxDirectives: { preset: 50, unit: 'none', about: 'directives of a document', beyond: '`BAD_REQUEST`' },
    maxRegisteredCharacters: {
      preset: 2_000_000,
      unit: 'characters',
      about: 'length of all documents together that clients have registered',
      beyond: 'the least recently used are forgotten',
    },
  },
  Cost: {
    maxCost: {
      preset: 50_000,
      unit: 'points',
      about: 'price of one operation',
      beyond: '`QUERY_TOO_COMPLEX`',
      canBeOff: true,
    },
    costPerSecond: {
      preset: 25_000,
      unit: 'points',
      about: 'points that a client gets back in each second',
      beyond: '`RATE_LIMITED`, 429',
      canBeOff: true,
    },
    costBurst: {
      preset: 500_000,
      unit: 'points',
      about: 'points that a client can have at most',
      beyond: '`RATE_LIMITED`, 429',
    },
    maxAnswerCharacters: {
      preset: 10_000_000,
      unit: 'characters',
      about: 'length of the answer to one operation',
      beyond: '`QUERY_TOO_COMPLEX`',
    },
    expensiveCost: {
      preset: 5_000,
      unit: 'points',
      about: 'price from which an operation counts as expensive',
      beyond: 'it waits for its turn',
      canBeOff: true,
    },
    maxExpensiveOperations: {
      preset: 4,
      unit: 'none',
      about: 'expensive operations of a client at once',
      beyond: 'further ones wait',
    },
    maxExpensiveOperationsInAll: {
      preset: 8,
      unit: 'none',
      about: 'expensive operations of all clients at once',
      beyond: 'further ones wait; clients take turns',
    },
    expensiveWaitMs: {
      preset: 5_000,
      unit: 'ms',
      about: 'time that an expensive operation waits for its turn',
      beyond: '`RATE_LIMITED`, 429',
    },
  },
  Sockets: {
    maxSockets: {
      preset: 20_000,
      unit: 'none',
      about: 'WebSockets and event streams open at once',
      beyond: '503',
    },
    maxSocketsPerAddress: {
      preset: 1_000,
      unit: 'none',
      about: 'WebSockets and event streams open at once per client address',
      beyond: '503',
    },
    maxOperationsPerSocket: {
      preset: 50,
      unit: 'none',
      about: 'operations on a WebSocket at once',
      beyond: '`RATE_LIMITED`',
    },
    maxMessagesPerSecond: {
      preset: 50,
      unit: 'none',
      about: 'messages and pings that a WebSocket may send in each second',
      beyond: 'close code 4290',
      canBeOff: true,
    },
    messageBurst: {
      preset: 250,
      unit: 'none',
      about: 'messages and pings that a WebSocket may send at once',
      beyond: 'close code 4290',
    },
    maxHandshakesPerSecond: {
      preset: 200,
      unit: 'none',
      about: 'new WebSockets of a client in each second, after as many at once as it may have open',
      beyond: '429',
      canBeOff: true,
    },
    maxMessageBytes: {
      preset: 128_000,
      unit: 'bytes',
      about: 'a message on a WebSocket',
      beyond: 'close code 1009',
    },
    connectionInitMs: {
      preset: 10_000,
      unit: 'ms',
      about: 'time to send `connection_init`',
      beyond: 'close code 4408',
    },
    stalledMs: {
      preset: 10_000,
      unit: 'ms',
      about: 'time to read a message, besides 1 s for each 128,000 bytes',
      beyond: 'close code 1013; an event stream is closed',
    },
  },
  Database: {
    maxStatements: {
      preset: 8,
      unit: 'none',
      about: 'SQL statements of all queries at once, of ten connections',
      beyond: 'they wait',
    },
    maxStatementsPerClient: {
      preset: 6,
      unit: 'none',
      about: 'SQL statements of a client at once',
      beyond: 'they wait',
    },
    statementWaitMs: {
      preset: 5_000,
      unit: 'ms',
      about: 'time that an SQL statement waits for its turn',
      beyond: '`TIMEOUT`',
    },
  },
  Time: {
    requestDeadlineMs: {
      preset: 20_000,
      unit: 'ms',
      about: 'time of a query, from its beginning to its answer',
      beyond: '`TIMEOUT`',
    },
    maxEventLoopDelayMs: {
      preset: 2_000,
      unit: 'ms',
      about: 'time that a busy server may lag behind, several times in a row',
      beyond: '`RATE_LIMITED`, 503',
      canBeOff: true,
    },
    statementTimeoutMs: {
      preset: 15_000,
      unit: 'ms',
      about: 'time of an SQL statement that an answer waits for',
      beyond: '`TIMEOUT`',
    },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Limit>>>>;

type Groups = typeof LIMIT_GROUPS;

type LimitName = { [Group in keyof Groups]: keyof Groups[Group] }[keyof Groups];

/** The numbers of all limits. */
export type Limits = Readonly<Record<LimitName, number>>;

/** The limits with these numbers, and the defaults of all others. */
export function limitsOf(given: Partial<Limits> = {}): Limits {
  const presets = Object.values(LIMIT_GROUPS).flatMap((group) =>
    Object.entries<Limit>(group).map(([name, { preset }]) => [name, preset] as const),
  );
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries([...presets, ...set]) as Limits;
}
