/** A profile as `node --cpu-prof` writes it; the parts of it that we read. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  /** The node that ran at each sample, and the microseconds since the one before. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
  /** Microseconds of the clock of `process.hrtime`. */
  readonly startTime: number;
}

/** Parts below this share are shown together. */
const SMALL = 0.005;

/**
 * Shares of the time by what it was spent on, from 0 to 1, from a time in microseconds of the clock of `process.hrtime` on. Idle time is
 * left out.
 */
export function sharesOf(
  { nodes, samples, timeDeltas, startTime }: CpuProfile,
  from: number,
): Map<string, number> {
  const parts = new Map(nodes.map(({ id, callFrame }) => [id, partOf(callFrame)]));
  const times = new Map<string, number>();
  let [now, sum] = [startTime, 0];
  for (const [index, id] of samples.entries()) {
    const part = parts.get(id);
    const time = timeDeltas[index] ?? 0;
    now += time;
    if (part === undefined || now < from) continue;
    times.set(part, (times.get(part) ?? 0) + time);
    sum += time;
  }
  const shares = [...times].map(([part, time]) => [part, time / sum] as const);
  const small = shares.filter(([, share]) => share < SMALL).reduce((total, [, share]) => total + share, 0);
  return new Map([...shares.filter(([, share]) => share >= SMALL), ['everything else', small]]);
}

const PACKAGES: readonly (readonly [pattern: RegExp, part: string])[] = [
  [/\/node_modules\/(graphql|@graphql-tools|@pothos)\//, 'graphql'],
  [/\/node_modules\/(pg|pg-[^/]+|postgres-[^/]+)\//, 'pg'],
  [/\/node_modules\/(graphql-yoga|@graphql-yoga|@whatwg-node|@envelop|graphql-ws|ws)\//, 'Yoga'],
  [/\/node_modules\//, 'other packages'],
  [/^node:/, 'Node: HTTP, sockets, streams'],
];

/** What a function belongs to; undefined if the process was idle. */
function partOf({ functionName, url }: { functionName: string; url: string }): string | undefined {
  if (functionName === '(idle)') return undefined;
  if (functionName === '(garbage collector)') return 'garbage collection';
  if (url === '') return /^(parse|stringify)$/.test(functionName) ? 'JSON' : 'native code';
  const [, known] = PACKAGES.find(([pattern]) => pattern.test(url)) ?? [];
  if (known !== undefined) return known;
  const [, room] = /\/dist\/(.+)\/[^/]+$/.exec(url) ?? [];
  return room === undefined ? 'other code' : `own: ${room}`;
}
