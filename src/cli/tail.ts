import { FeedError, subscribe, type FeedStatus } from '../client/subscribe.ts';
import { UsageError } from './io.ts';
import { printable } from './printable.ts';
import { readableTime } from './time.ts';

/** The flags of `papergraph tail`. */
export interface TailFlags {
  /** The address of GraphQL. */
  readonly url: string;
  readonly category?: readonly string[];
  readonly search?: string;
  /** A cursor of the feed to go on after. */
  readonly after?: string;
  /** Print times in UTC rather than in the local time zone. */
  readonly utc?: boolean;
  /** Print one JSON object a paper. */
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
 * `papergraph tail`: prints papers as they come in, until the program is to end, and says then how to go on. Gives the exit
 * status. Throws UsageError where the server refuses the cursor or the filter.
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
      // Whoever read has seen enough.
      if (!(await written(papers.events.map(print).join(''), stdout))) break;
      after = papers.cursor;
    }
  } catch (error) {
    if (!(error instanceof FeedError)) throw error;
    throw new UsageError(
      error.code === 'NOT_FOUND'
        ? `--url: expected where GraphQL is, such as ${new URL('/graphql', flags.url).href}, got ${flags.url}: ${error.message}`
        : `${asFlag(error.message)} (${error.code})`,
      { cause: error },
    );
  }
  if (after !== undefined) stderr.write(`To go on from here: ${commandOf({ ...flags, after })}\n`);
  return 0;
}

/** Names the flag where the server named the argument that the flag became. */
function asFlag(message: string): string {
  return message
    .replace(/^after:/, '--after:')
    .replace(/^filter\.search:/, '--search:')
    .replace(/^filter\.categories(?:\.\d+)?:/, '--category:');
}

/** Writes a text; gives false where nobody reads it any more. */
async function written(text: string, stdout: NodeJS.WritableStream): Promise<boolean> {
  if (text === '') return stdout.writable;
  return await new Promise((resolve) => {
    stdout.write(text, (error) => resolve(error === null || error === undefined));
  });
}

/** What to type to go on. */
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

/** As a shell takes it for one word. */
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

/** A URL for messages. */
function withoutCredentials(text: string): string {
  const url = new URL(text);
  url.username = '';
  url.password = '';
  return url.href;
}

/** Waiting for papers may take hours: says whether there is a server that would send them. */
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
