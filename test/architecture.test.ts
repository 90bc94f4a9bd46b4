import { globSync } from 'tinyglobby';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOMS } from '../docs/rooms.ts';

const contains = (file: string, pattern: RegExp): boolean => pattern.test(readFileSync(file, 'utf8'));

/** What a file imports, types included, as it is written there. */
function specifiers(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?'([^']+)'/g)].flatMap(([, specifier = '']) => specifier);
}

/** The files of this project that a file imports. */
function imports(file: string): string[] {
  return specifiers(file)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => path.normalize(path.join(path.dirname(file), specifier)));
}

/** Packages that belong to a few rooms. */
const PACKAGES = [
  { name: 'pg', rooms: ['database'] },
  { name: 'prom-client', rooms: ['http'] },
  { name: '@opentelemetry', rooms: ['tracing'] },
  { name: 'graphql-ws', rooms: ['client', 'live'] },
  { name: 'ipaddr.js', rooms: ['sources'] },
];

/** Files with timers of their own. Anything that just waits uses the room `time`. */
const TIMERS: Readonly<Record<string, string>> = {
  'src/client/socket.ts': 'a watchdog that every message resets',
  'src/database/cancel.ts': 'moments that the end of a statement cancels',
  'src/feed/live-feed.ts': 'a tick for all subscriptions',
  'src/http/listen.ts': 'deadlines of a shutdown',
  'src/limits/load-monitor.ts': 'a tick that is late when the event loop is',
  'src/limits/turns.ts': 'a deadline that a turn cancels',
  'src/live/event-stream.ts': 'heartbeats, and a deadline for a slow client',
  'src/live/graphql-transport-ws.ts': 'a deadline that the first message cancels',
  'src/live/websocket.ts': 'one sweep for all sockets',
  'src/pipeline/lifetime.ts': 'a deadline that the answer cancels',
  'src/sources/fetch-url.ts': 'a deadline that destroys the connection',
};

const roomOf = (file: string) => path.relative('src', file).split(path.sep)[0] ?? '';

const FOLDERS = Object.entries(ROOMS).flatMap(([room, { folders }]) =>
  folders === undefined ? [] : [[room, folders] as const],
);

describe('the rooms of src', () => {
  const files = globSync('src/*/**/*.ts', { ignore: ['src/database/generated/**'] });

  test('are all known', () => {
    expect([...new Set(files.map(roomOf))].toSorted()).toEqual(Object.keys(ROOMS).toSorted());
  });

  test.each(Object.entries(ROOMS).map(([room, { imports: allowed }]) => ({ room, allowed })))(
    '$room imports no room but $allowed',
    ({ room, allowed }) => {
      const broken = files
        .filter((file) => roomOf(file) === room)
        .flatMap((file) => imports(file).map((target) => ({ file, target, to: roomOf(target) })))
        .filter(
          ({ target, to }) => to !== room && target.split(path.sep).length > 2 && !allowed.includes(to),
        );
      expect(broken).toEqual([]);
    },
  );

  test.each(PACKAGES)('$name is imported only by $rooms', ({ name, rooms }) => {
    const importers = files.filter((file) =>
      specifiers(file).some((each) => each === name || each.startsWith(`${name}/`)),
    );
    expect(importers.filter((file) => !rooms.includes(roomOf(file)))).toEqual([]);
  });

  test('leave SQLSTATEs to one file', () => {
    const writers = files.filter((file) => contains(file, /'\d[\dA-Z]{4}'/));
    expect(writers).toEqual(['src/database/error-codes.ts']);
  });

  test('leave sleeping and jitter to time', () => {
    const sleepers = files.filter((file) => contains(file, /timers\/promises|Math\.random\(/));
    expect(sleepers.filter((file) => roomOf(file) !== 'time')).toEqual([]);
  });

  test('have no timers without a reason', () => {
    const owners = files.filter(
      (file) => roomOf(file) !== 'time' && contains(file, /set(?:Timeout|Interval)\(/),
    );
    expect(owners.filter((file) => TIMERS[file] === undefined)).toEqual([]);
  });

  test.each(FOLDERS)('%s imports downward only: %j, then all other files', (room, folders) => {
    const floorOf = (file: string): number => {
      const floor = folders.indexOf(path.relative(`src/${room}`, file).split(path.sep)[0] ?? '');
      return floor === -1 ? folders.length : floor;
    };
    const upward = files
      .filter((file) => roomOf(file) === room)
      .flatMap((file) => imports(file).map((target) => ({ file, target })))
      .filter(({ file, target }) => roomOf(target) === room && floorOf(target) > floorOf(file));
    expect(upward).toEqual([]);
  });

  test('leave the environment to cli and the exit to main', () => {
    const readers = files.filter(
      (file) => roomOf(file) !== 'cli' && /process\.(env|exit)\b/.test(readFileSync(file, 'utf8')),
    );
    expect(readers.map(roomOf).filter((room) => room !== 'database')).toEqual([]);
  });

  // Set back by an hour, the clock of the day would keep pings and deadlines waiting for that hour.
  test('measure durations by a clock that nobody sets', () => {
    const measuring = files.filter((file) =>
      ['http', 'live', 'feed', 'reads', 'database'].includes(roomOf(file)),
    );
    expect(measuring.filter((file) => /\bDate\.now\(/.test(readFileSync(file, 'utf8')))).toEqual([]);
  });
});

describe('the walks of docs/architecture.md', () => {
  const page = readFileSync('docs/architecture.md', 'utf8');
  const walks = page.split('\n## ').filter((section) => section.startsWith('From '));
  const filesOf = (walk: string) => [...walk.matchAll(/`([a-z-]+\/[a-z/-]+\.ts)`/g)].map(([, file]) => file);

  test.each(['From a file to a socket', 'From a query to SQL and back'])(
    '%s names no file twice',
    (title) => {
      const files = filesOf(walks.find((walk) => walk.startsWith(title)) ?? '');
      expect(files.length).toBeGreaterThan(30);
      expect(files.filter((file, index) => files.indexOf(file) !== index)).toEqual([]);
    },
  );
});
