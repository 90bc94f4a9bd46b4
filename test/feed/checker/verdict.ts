import { hasText, pairOf, type Expected, type Wave } from './corpus.ts';

/** An event, as a client receives it. */
export interface PaperEvent {
  readonly cursor: string;
  readonly kind: string;
  readonly occurredAt: string;
  readonly paper: { readonly arxivId: string };
  readonly entry: {
    readonly id: string;
    readonly digest: {
      readonly source: { readonly name: string };
      readonly date: string;
      readonly language: Expected['language'];
    };
    readonly summary: { readonly tldr: string | null } | null;
  };
}

/** An event of the log, and its cause. */
export interface Judged {
  readonly event: PaperEvent;
  readonly cause: Expected;
}

/** One sentence for each violation of the contract; empty if there is none. */
export type Complaints = string[];

/** Identifies an event. */
export function identityOf({ entry, kind, cursor, paper }: PaperEvent): string {
  return `${paper.arxivId} ${kind} of entry ${entry.id} at ${cursor}`;
}

/**
 * Compares a whole feed with the ingested files: it must have each event that a file must cause once, in the
 * order of waves, with the right kind, and no other event.
 */
export function judgeLog(
  log: readonly PaperEvent[],
  waves: readonly Wave[],
): { judged: Judged[]; complaints: Complaints } {
  const due = new Map<string, Expected[]>();
  for (const expected of waves.flatMap((wave) => wave.expected)) {
    const pair = pairOf(expected);
    due.set(pair, [...(due.get(pair) ?? []), expected]);
  }
  const judged: Judged[] = [];
  const complaints: Complaints = [];
  for (const event of log) {
    const pair = pairOf({ ...digestOf(event), arxivId: event.paper.arxivId });
    const cause = due.get(pair)?.shift();
    if (cause === undefined) complaints.push(`no file causes ${event.kind} of ${pair} (once more)`);
    else judged.push({ event, cause });
  }
  for (const { wave, ...missing } of [...due.values()].flat())
    complaints.push(`nothing tells of ${pairOf(missing)} of wave ${wave}`);
  complaints.push(...judgeCursors(log), ...judgeKinds(judged), ...judgeOrder(judged));
  return { judged, complaints };
}

function judgeCursors(log: readonly PaperEvent[]): Complaints {
  return repeated(log.map(({ cursor }) => cursor)).map((cursor) => `two events have the cursor ${cursor}`);
}

/** Checks kinds and texts, which follow from the files and the events before. */
function judgeKinds(judged: readonly Judged[]): Complaints {
  const seen = new Set<string>();
  return judged.flatMap(({ event, cause }) => {
    const { arxivId, ai, revises } = cause;
    const rest = revises ? 'REVISED' : hasText(ai) ? 'SUMMARIZED' : 'LISTED';
    const kind = seen.has(arxivId) ? rest : 'ADDED';
    seen.add(arxivId);
    const tldr = hasText(ai) ? ai[0] : null;
    const sent = event.entry.summary?.tldr ?? null;
    return [
      ...(event.kind === kind
        ? []
        : [`${pairOf(cause)} of wave ${cause.wave} is ${event.kind}, not ${kind}`]),
      ...(sent === tldr ? [] : [`${identityOf(event)} has the text ${sent}, not ${tldr}`]),
    ];
  });
}

/** Checks that waves are in order and the events of one ingest are together, as in commit order. */
function judgeOrder(judged: readonly Judged[]): Complaints {
  const complaints: Complaints = [];
  const finished = new Set<string>();
  let [at, wave] = ['', 0];
  for (const { event, cause } of judged) {
    if (cause.wave < wave)
      complaints.push(`${identityOf(event)} is of wave ${cause.wave}, after one of ${wave}`);
    wave = cause.wave;
    const file = `${cause.source} ${cause.date} ${cause.language} of wave ${cause.wave}`;
    if (file === at) continue;
    if (finished.has(file)) complaints.push(`the events of ${file} are not together at ${identityOf(event)}`);
    finished.add(at);
    at = file;
  }
  return complaints;
}

/** Compares received events with the expected ones: each once, and in that order. */
export function judgeReceived(
  who: string,
  got: readonly PaperEvent[],
  due: readonly PaperEvent[],
): Complaints {
  const [sent, wanted] = [got.map(identityOf), due.map(identityOf)];
  const [sentSet, wantedSet] = [new Set(sent), new Set(wanted)];
  const complaints = [
    ...wanted.filter((each) => !sentSet.has(each)).map((each) => `is missing ${each}`),
    ...[...sentSet].filter((each) => !wantedSet.has(each)).map((each) => `was not due ${each}`),
    ...repeated(sent).map((each) => `got twice ${each}`),
  ];
  if (complaints.length === 0 && sent.some((each, index) => each !== wanted[index]))
    complaints.push('got them in another order');
  return complaints.map((complaint) => `${who} ${complaint}`);
}

function digestOf({ entry }: PaperEvent) {
  const { source, date, language } = entry.digest;
  return { source: source.name, date, language };
}

function repeated(values: readonly string[]): string[] {
  const seen = new Set<string>();
  const again: string[] = [];
  for (const value of values) {
    if (seen.has(value)) again.push(value);
    seen.add(value);
  }
  return again;
}
