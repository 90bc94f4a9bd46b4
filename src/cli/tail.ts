import { FeedError, subscribe, type FeedStatus } from '../client/subscribe.ts';
import { UsageError } from './io.ts';
import { printable } from './printable.ts';
import { readableTime } from './time.ts';

/** The flags of `papergraph tail`. */
export interface TailFlags {
  /** URL of the GraphQL endpoint. */
  readonly url: string;
  readonly category?: readonly string[];
  readonly search?: string;
  /** Feed cursor to resume after. */
  readonly after?: string;
  /** Print times in UTC rather than in the local time zone. */
  readonly utc?: boolean;
  /** Print one JSON object per paper. */
  readonly json?: boolean;
}

interface TailIo {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly stop: AbortSignal;
}

interface Tailed {
  readonly papers: {
    readonly cursor: string;
    readonly events: readonly TailedEvent[];
  };
}

interface TailedEvent {
  readonly cursor: string;
  readonly kind: string;
  readonly occurredAt: string;
  readonly paper: {
    readonly arxivId: string;
    readonly title: string;
    readonly absUrl: string;
    readonly primaryCategory: { readonly code: string } | null;
  };
  readonly entry: { readonly summary: { readonly language: string; readonly tldr: string | null } | null };
}

const DOCUMENT = `subscription Tail($filter: PaperFilter, $after: FeedCursor) {
  papers: paperIngested(filter: $filter, after: $after) {
    cursor
    events {
      cursor
      kind
      occurredAt
      paper { arxivId title absUrl primaryCategory { code } }
      entry { summary { language tldr } }
    }
  }
}`;

/**
 * `papergraph tail`: prints papers as a server ingests them. When it ends, prints the command that resumes.
 * Returns the exit status. Rejects with UsageError if the server refuses the address, the cursor or the
 * filter.
 */
export async function tail(flags: TailFlags, { stdout, stderr, stop }: TailIo): Promise<number> {
  let { after } = flags;
  const stream = subscribe<Tailed>(flags.url, DOCUMENT, variablesOf(flags), {
    signal: stop,
    onStatus: (status) => tell(status, withoutCredentials(flags.url), stderr),
  });
  const print = flags.json === true ? jsonOf : (event: TailedEvent) => linesOf(event, flags.utc === true);
  try {
    for await (const { papers } of stream) {
      // The reader of our output has closed it, as in `papergraph tail | head`.
      if (!(await written(papers.events.map(print).join(''), stdout))) break;
      after = papers.cursor;
    }
  } catch (error) {
    if (!(error instanceof FeedError)) throw error;
    throw new UsageError(refusalMessage(error, flags.url), { cause: error });
  }
  if (after !== undefined) stderr.write(`To resume from here: ${commandOf({ ...flags, after })}\n`);
  return 0;
}

/** Explains why the server refused, in terms of the flags. */
function refusalMessage({ code, message }: FeedError, url: string): string {
  if (code !== 'NOT_FOUND') return `${asFlag(message)} (${code})`;
  const example = new URL('/graphql', url).href;
  return `--url: expected the URL of a GraphQL endpoint, such as ${example}, got ${url}: ${message}`;
}

/** Replaces the name of an argument in the server's message by the flag that it comes from. */
function asFlag(message: string): string {
  return message
    .replace(/^after:/, '--after:')
    .replace(/^filter\.search:/, '--search:')
    .replace(/^filter\.categories(?:\.\d+)?:/, '--category:');
}

/** Writes a text and returns whether the stream could still be written to. */
async function written(text: string, stdout: NodeJS.WritableStream): Promise<boolean> {
  if (text === '') return stdout.writable;
  return await new Promise((resolve) => {
    stdout.write(text, (error) => resolve(error === null || error === undefined));
  });
}

/** The command line that resumes after `after`. */
function commandOf({ url, category = [], search, after, utc, json }: TailFlags): string {
  const words = [
    'papergraph',
    'tail',
    '--url',
    url,
    ...category.flatMap((code) => ['--category', code]),
    ...(search === undefined ? [] : ['--search', search]),
    ...(utc === true ? ['--utc'] : []),
    ...(json === true ? ['--json'] : []),
    ...(after === undefined ? [] : ['--after', after]),
  ];
  return words.map(quoted).join(' ');
}

/** Quotes a word for a POSIX shell if needed. */
function quoted(word: string): string {
  return /^[\w./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function variablesOf({ category, search, after }: TailFlags) {
  const filter = {
    ...(category !== undefined && { categories: category }),
    ...(search !== undefined && { search }),
  };
  return { filter, ...(after !== undefined && { after }) };
}

/** The URL as messages may show it. */
function withoutCredentials(text: string): string {
  const url = new URL(text);
  url.username = '';
  url.password = '';
  return url.href;
}

/**
 * Reports the state of the connection. Without this, waiting for papers would look like a lost server.
 */
function tell({ state, attempt, reason }: FeedStatus, url: string, stderr: NodeJS.WritableStream): void {
  if (state === 'waiting' && attempt > 0) stderr.write(`${url}: ${printable(reason ?? '')}; trying again\n`);
  if (state === 'live') stderr.write(`${url}: connected\n`);
}

function jsonOf(event: TailedEvent): string {
  return `${JSON.stringify(event)}\n`;
}

function linesOf({ kind, occurredAt, paper, entry }: TailedEvent, utc: boolean): string {
  const when = readableTime(new Date(occurredAt), utc);
  const category = paper.primaryCategory?.code ?? '-';
  const tldr = entry.summary?.tldr ?? null;
  const lines = [
    `${when}  ${kind}  ${paper.arxivId}  ${category}  ${printable(paper.title)}`,
    ...(tldr === null ? [] : [`    ${firstSentence(printable(tldr))}`]),
    `    ${paper.absUrl}`,
  ];
  return `${lines.join('\n')}\n`;
}

function firstSentence(text: string): string {
  return /^.*?(?:[。！？]|[.!?](?=\s|$))/u.exec(text)?.[0] ?? text;
}
