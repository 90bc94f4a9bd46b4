import type { Pool } from 'pg';
import { expect } from 'vitest';
import { LONG } from './long.ts';
import { createRandom } from './random.ts';

/** A paper and all texts that a search reads of it. */
export interface Searched {
  readonly arxivId: string;
  readonly texts: readonly string[];
}

/** What only one of two lists holds, and what one holds twice: no more than ten, for people to read. */
export function difference(found: readonly string[], expected: readonly string[]): string[] {
  const [a, b] = [new Set(found), new Set(expected)];
  return [
    ...found.filter((id, index) => !b.has(id) || found.indexOf(id) !== index).map((id) => `found ${id}`),
    ...expected.filter((id) => !a.has(id)).map((id) => `missed ${id}`),
  ].slice(0, 10);
}

type Search = (text: string) => Promise<string[]>;

const [RUNS, WORDS] = LONG ? [200, 100] : [60, 40];
const HAN_RUN = /\p{Script=Han}{2,}/gu;

/**
 * Cuts 200 runs (60 in the short form) of 2 to 8 Han characters out of the texts, at random, and searches for each in quotes: every paper that holds
 * it must be found, and nine tenths of all that is found must hold it.
 */
export async function expectRecall(papers: readonly Searched[], search: Search): Promise<void> {
  const random = createRandom(200);
  const runs = papers.flatMap(({ texts }) => texts.flatMap((text) => text.match(HAN_RUN) ?? []));
  let found = 0;
  let holding = 0;
  for (let n = 0; n < RUNS; n++) {
    const characters = Array.from(runs[Math.floor(random() * runs.length)] ?? '');
    const length = Math.min(characters.length, 2 + Math.floor(random() * 7));
    const start = Math.floor(random() * (characters.length - length + 1));
    const run = characters.slice(start, start + length).join('');
    const expected = papers
      .filter(({ texts }) => texts.some((text) => text.includes(run)))
      .map(({ arxivId }) => arxivId);
    const ids = new Set(await search(`"${run}"`));
    expect([run, ...expected.filter((id) => !ids.has(id))]).toEqual([run]);
    found += ids.size;
    holding += expected.length;
  }
  expect(holding).toBeGreaterThanOrEqual(RUNS);
  expect(holding / found).toBeGreaterThanOrEqual(0.9);
}

const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;

const SIGNS = /[^\p{L}\p{M}\p{N}]+/gu;

/** An acronym and its plural are one word, which the stems of Postgres do not know. */
const LIKE_ACRONYMS = /^[^aeiouy]+$|s$/i;

/**
 * Takes 100 words (40 in the short form) out of the texts, at random, and searches for each: all papers must be found that Postgres's own English
 * configuration finds in the texts without Han, kana and Hangul, and no others than those that have the word's stem between
 * signs.
 */
export async function expectStems(pool: Pool, papers: readonly Searched[], search: Search): Promise<void> {
  const all = papers.map(({ texts }) => texts.join('\n').replaceAll(UNSPACED, ' '));
  const apart = all.map((text) => text.replaceAll(SIGNS, ' '));
  await pool.query('drop table if exists truth');
  await pool.query(`create table truth as select t.id, to_tsvector('english', unaccent(t.text)) as own,
      to_tsvector('english', unaccent(t.apart)) as parts
    from unnest($1::text[], $2::text[], $3::text[]) t(id, text, apart)`, [papers.map(({ arxivId }) => arxivId), all, apart]); // prettier-ignore
  const whole = all.join('\n');
  const commands = new Set(Array.from(whole.matchAll(/\\([A-Za-z]+)/g), ([, name]) => name));
  const words = [...new Set(whole.match(/(?<![\w\\])[A-Za-z]{3,}(?!\w)/g))]
    .filter((word) => !commands.has(word))
    .toSorted();
  const random = createRandom(100);
  let tried = 0;
  for (; tried < WORDS && words.length > 0;) {
    const [word = ''] = words.splice(Math.floor(random() * words.length), 1);
    const { rows } = await pool.query<{ stop: boolean; own: string[]; parts: string[] }>(
      `select numnode(q) = 0 as stop, array(select id from truth where own @@ q) as own,
         array(select id from truth where parts @@ q) as parts
       from to_tsquery('english', unaccent($1)) q`,
      [word],
    );
    const [truth] = rows;
    if (truth?.stop !== false) continue;
    tried += 1;
    const found = await search(word);
    expect([word, ...difference(found, [...found, ...truth.own])]).toEqual([word]);
    if (!LIKE_ACRONYMS.test(word)) expect([word, ...difference(found, truth.parts)]).toEqual([word]);
  }
  expect(tried).toBe(WORDS);
}
