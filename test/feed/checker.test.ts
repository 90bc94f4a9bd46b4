import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LONG } from '../support/long.ts';
import { fetchFeed, fetchPage } from './checker/feed-query.ts';
import { Scenario, type ScenarioSize } from './checker/scenario.ts';
import { identityOf, judgeLog, judgeReceived, type Judged, type PaperEvent } from './checker/verdict.ts';

// Another seed (PAPERGRAPH_CHECKER_SEED=7) makes other faults.
const SIZE: ScenarioSize = {
  seed: Number(process.env['PAPERGRAPH_CHECKER_SEED'] ?? 1),
  ingests: 8,
  servers: 3,
  ...(LONG
    ? { subscribers: 50, papers: 450, days: 6, waves: 5, rounds: 4 }
    : { subscribers: 24, papers: 120, days: 2, waves: 3, rounds: 1 }),
};
const RUN_MS = 1_800_000;
const RECOVER_MS = 240_000;

let scenario: Scenario;
let log: PaperEvent[];
let judged: Judged[];
let complaints: string[];

beforeAll(async () => {
  scenario = await Scenario.start(SIZE);
  await scenario.run();
  log = await fetchFeed(scenario.port(), null, 100);
  ({ judged, complaints } = judgeLog(log, scenario.waves));
}, RUN_MS);
afterAll(async () => {
  console.info(JSON.stringify({ events: log?.length, ...scenario?.figures() }, null, 2));
  await scenario?.close();
});

/** The events of the log that a filter selects. */
function dueTo(holds: (cause: Judged['cause']) => boolean): PaperEvent[] {
  return judged.filter(({ cause }) => holds(cause)).map(({ event }) => event);
}

describe('while servers, ingests, Postgres and connections fail at random', () => {
  test('no server and no ingest ends unless it is killed', () => {
    expect(scenario.crashes()).toEqual([]);
  });

  test('the feed has each change of each file once, in commit order, and nothing else', () => {
    expect(complaints).toEqual([]);
    expect(new Set(log.map(({ kind }) => kind))).toEqual(
      new Set(['ADDED', 'REVISED', 'SUMMARIZED', 'LISTED']),
    );
  });

  test('pages of any size, after any cursor and from any server, show the same feed', async () => {
    const again = await fetchFeed(scenario.port(1), null, 37);
    expect(again.map(identityOf)).toEqual(log.map(identityOf));
    const steps = Array.from({ length: 20 }, (_, step) => Math.floor((step * (log.length - 1)) / 20));
    for (const at of steps) {
      const after = log[at]?.cursor ?? null;
      const page = await fetchPage(scenario.port(at), { filter: null, after, first: 1 });
      expect(page.events.map(identityOf)).toEqual(log.slice(at + 1, at + 2).map(identityOf));
    }
  });

  test(
    'every subscriber gets each event that its filter matches once, in order',
    async () => {
      const missing = (): string[] =>
        scenario.followers.flatMap(({ subscriber, condition: { holds } }) => {
          const due = dueTo(holds);
          return subscriber.events.length < due.length
            ? judgeReceived(subscriber.options.name, subscriber.events, due)
            : [];
        });
      await scenario.until(() => missing().length === 0, RECOVER_MS);
      const wrong = scenario.followers.flatMap(({ subscriber, condition: { holds } }) => [
        ...subscriber.complaints,
        ...judgeReceived(subscriber.options.name, subscriber.events, dueTo(holds)),
      ]);
      expect(wrong).toEqual([]);
    },
    RECOVER_MS * 2,
  );

  test('a subscriber that resumes from its last cursor has caught up at once', async () => {
    await scenario.stopFollowing();
    const batches = await Promise.all(
      scenario.followers.map(async ({ subscriber }) => await subscriber.comeBack(RECOVER_MS)),
    );
    expect(batches.map(({ caughtUp, events }) => ({ caughtUp, events }))).toEqual(
      batches.map(() => ({ caughtUp: true, events: [] })),
    );
  });

  test(
    'pages with a filter have the same events as a subscription with that filter',
    async () => {
      const wrong: string[] = [];
      for (const [index, { subscriber, condition }] of scenario.followers.entries()) {
        const pages = await fetchFeed(scenario.port(index), condition.filter, 50);
        wrong.push(...judgeReceived(`paging as ${subscriber.options.name}`, pages, subscriber.events));
      }
      expect(wrong).toEqual([]);
    },
    RUN_MS,
  );
});
