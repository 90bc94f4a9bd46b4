import { globSync } from 'tinyglobby';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOMS } from '../docs/rooms.ts';

function imports(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?'(\.[^']+)'/g)].flatMap(([, specifier]) =>
    specifier === undefined ? [] : [path.normalize(path.join(path.dirname(file), specifier))],
  );
}

const roomOf = (file: string) => path.relative('src', file).split(path.sep)[0] ?? '';

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

  test('leave the environment to cli and the exit to main', () => {
    const readers = files.filter(
      (file) => roomOf(file) !== 'cli' && /process\.(env|exit)\b/.test(readFileSync(file, 'utf8')),
    );
    expect(readers.map(roomOf).filter((room) => room !== 'database')).toEqual([]);
  });

  // Set back by an hour, the clock of the day would keep pings and deadlines waiting for that hour.
  test('measure durations by a clock that nobody sets', () => {
    const measuring = files.filter((file) => ['http', 'live', 'feed', 'reads', 'database'].includes(roomOf(file)));
    expect(measuring.filter((file) => /\bDate\.now\(/.test(readFileSync(file, 'utf8')))).toEqual([]);
  });
});
