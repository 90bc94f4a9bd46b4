import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { globSync } from 'tinyglobby';
import { describe, expect, test } from 'vitest';
import { ROOMS } from '../docs/rooms.ts';
import manifest from '../package.json' with { type: 'json' };

const PAGES = globSync(['*.md', '{.github,docs,examples,packages}/**/*.md'], {
  ignore: '**/node_modules/**',
  dot: true,
});
const DESIGN = PAGES.filter((file) => /^(?:README|CONTRIBUTING|docs\/.*)\.md$/.test(file));

const read = (file: string): string => readFileSync(file, 'utf8');
const withoutFences = (text: string): string => text.replaceAll(/^```.*?^```/gms, '');
const withoutCode = (text: string): string => withoutFences(text).replaceAll(/`[^`\n]+`/g, '');

/** Targets of the relative links of a page. */
function linksOf(file: string): string[] {
  const links = withoutCode(read(file)).matchAll(/\]\(<?(?<target>[^)\s>]+)>?\)/g);
  return [...links]
    .map(({ groups }) => groups?.['target'] ?? '')
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** Anchors of the headings of a page, as GitHub derives them. */
function anchorsOf(file: string): string[] {
  const headings = withoutFences(read(file)).matchAll(/^#{1,6} (?<heading>.+)$/gm);
  const slugs = [...headings].map(({ groups }) =>
    (groups?.['heading'] ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}\p{Pc}\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
  return slugs.map((slug, at) => {
    const earlier = slugs.slice(0, at).filter((other) => other === slug).length;
    return earlier === 0 ? slug : `${slug}-${earlier}`;
  });
}

/** Whether the target of a link in `file` exists, with its anchor. */
function resolves(file: string, target: string): boolean {
  const [place = '', anchor] = target.split('#');
  const linked = place === '' ? file : path.join(path.dirname(file), place);
  if (!existsSync(linked) || place.endsWith('/') !== statSync(linked).isDirectory()) return false;
  return anchor === undefined || anchorsOf(linked).includes(anchor);
}

/** Files and folders that a page names between backticks, such as `src/feed/`, `feed/channel.ts` or `prisma/*.prisma`. */
function pathsOf(file: string): string[] {
  const rooms = Object.keys(ROOMS).join('|');
  const named = new RegExp(
    String.raw`^(?:(?:src|test|docs|bench|prisma|bin)/[\w./*-]+|(?:${rooms})/\S+\.ts|[\w.-]+\.ts)$`,
  );
  return [...withoutFences(read(file)).matchAll(/`(?<code>[^`\n]+)`/g)]
    .map(({ groups }) => groups?.['code'] ?? '')
    .filter((code) => named.test(code) && !code.includes('ROOM'));
}

/** Whether a path exists, from the root of the repository or from `src`. */
function exists(name: string): boolean {
  if (name.includes('*')) return globSync(name).length > 0;
  return existsSync(name) || existsSync(path.join('src', name));
}

describe.each(PAGES)('%s', (file) => {
  test('has only relative links that resolve', () => {
    expect(linksOf(file).filter((target) => !resolves(file, target))).toEqual([]);
  });
});

describe.each(DESIGN)('%s', (file) => {
  test('names only files that exist, as a path from the root or from `src`', () => {
    expect(pathsOf(file).filter((name) => !exists(name))).toEqual([]);
  });
});

describe('README.md', () => {
  test('names only tests that exist', () => {
    const named = linksOf('README.md').filter((target) => target.startsWith('test/'));
    expect(named.length).toBeGreaterThan(5);
    for (const file of named) expect(read(file)).toMatch(/\btest[.(]/);
  });

  test('names every room', () => {
    const table = [...read('README.md').matchAll(/^\| `.*/gm)].join('\n');
    expect(Object.keys(ROOMS).filter((room) => !table.includes(`\`${room}\``))).toEqual([]);
  });
});

test('the decision on the stack explains every runtime dependency', () => {
  const rows = read('docs/decisions/0001-stack-and-dependencies.md').matchAll(/^\| (?<names>[^|]+) \|/gm);
  const explained = new Set([...rows].flatMap(({ groups }) => (groups?.['names'] ?? '').split(/[ ,]+/)));
  const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  const names = (name: string): string[] => [name, name.replace(/\/.*/, '/*')];
  expect(dependencies.filter((each) => !names(each).some((name) => explained.has(name)))).toEqual([]);
});
