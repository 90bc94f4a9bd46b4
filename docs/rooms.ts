/** A folder of `src`: its one job, and the other rooms that it may import. */
interface Room {
  readonly job: string;
  readonly imports: readonly string[];
  /** Folders within the room: each may import earlier ones. The room's other files may import all. */
  readonly folders?: readonly string[];
}

/**
 * The rooms of `src`, in an order in which each imports only earlier ones. `docs/architecture.md` shows this
 * table; a test enforces it.
 */
export const ROOMS: Readonly<Record<string, Room>> = {
  time: { job: 'days, sleeping, backing off, deadlines', imports: [] },
  errors: { job: 'error codes and WebSocket close codes, and what each means for a client', imports: [] },
  limits: {
    job: 'every limit that an operator can set; points and turns of clients, load',
    imports: ['time'],
  },
  metrics: { job: 'what a server counts, in the form that a scrape reads', imports: [] },
  tracing: { job: 'spans of OpenTelemetry, loaded only if the environment asks for them', imports: ['time'] },
  arxiv: { job: 'arXiv identifiers and categories', imports: [] },
  language: { job: 'language names and detection, folding of case and accents', imports: [] },
  search: {
    job: 'parses searches, prepares texts for search, finds highlights; does no I/O',
    imports: ['language'],
  },
  digest: {
    job: 'parses digests in both forms, writes Markdown; does no I/O',
    imports: ['arxiv', 'language', 'time'],
  },
  database: {
    job: 'finds or starts Postgres, migrates it, runs SQL on it',
    imports: ['arxiv', 'limits', 'time'],
  },
  events: {
    job: "the feed's tables: appends events, reads the log, signs cursors, retention",
    imports: ['database', 'errors', 'time'],
  },
  sources: {
    job: 'finds and reads files, folders, URLs and standard input; watches for new digests',
    imports: ['digest', 'time'],
  },
  ingest: {
    job: 'stores a digest or removes it, and updates its papers',
    folders: ['runs', 'papers', 'digests', 'entries'],
    imports: ['events', 'sources', 'database', 'digest', 'search', 'language', 'arxiv', 'time'],
  },
  reads: {
    job: 'SQL for pages, look-ups, filters, facets and suggestions',
    folders: ['cache', 'paging', 'filters', 'lists'],
    imports: ['events', 'database', 'errors', 'digest', 'search', 'language', 'arxiv', 'time'],
  },
  feed: {
    job: 'reads new events once per process, matches them with filters, wakes subscriptions',
    imports: ['reads', 'events', 'database', 'errors', 'time'],
  },
  graphql: {
    job: 'the schema: types, fields and their descriptions',
    imports: ['feed', 'reads', 'events', 'database', 'errors', 'digest', 'language', 'arxiv', 'time'],
  },
  pipeline: {
    job: 'runs every operation: limits, parsing, validation, execution, masked errors',
    imports: ['graphql', 'database', 'tracing', 'metrics', 'limits', 'errors', 'time'],
  },
  live: {
    job: 'carries subscriptions: sockets, event streams, shared payloads',
    imports: ['pipeline', 'graphql', 'feed', 'events', 'metrics', 'limits', 'errors', 'time'],
  },
  http: {
    job: 'answers requests: GraphQL, GraphiQL, probes',
    imports: [
      'live',
      'pipeline',
      'graphql',
      'feed',
      'events',
      'tracing',
      'metrics',
      'limits',
      'errors',
      'database',
      'time',
    ],
  },
  client: {
    job: 'the client package: subscribes from Node and browsers, resumes after a disconnect',
    imports: ['errors', 'time'],
  },
  cli: {
    job: 'commands, flags, the environment',
    imports: [
      'http',
      'pipeline',
      'client',
      'graphql',
      'feed',
      'reads',
      'ingest',
      'sources',
      'events',
      'database',
      'digest',
      'language',
      'tracing',
      'metrics',
      'limits',
      'time',
    ],
  },
};
