import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { arxivOrder } from '../../src/arxiv/arxiv-id.ts';
import { ingestFile } from '../../src/ingest/ingest-file.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { jsonl, jsonRecord, textFile } from '../support/digest-files.ts';
import { queryOf, type Query } from '../support/graphql.ts';
import { createRandom } from '../support/random.ts';

interface Paper {
  readonly id: string;
  readonly title: readonly string[];
  readonly abstract: readonly string[];
  readonly authors: readonly string[];
}

interface Related {
  readonly arxivId: string;
  readonly score: number;
  readonly sharedTerms: readonly string[];
  readonly sharedAuthors: readonly string[];
}

/** Invented words that the English stemmer leaves alone, so that each is a term of its own. */
const WORDS = ['b', 'd', 'f', 'k', 'l', 'm', 'p', 'r', 't', 'v'].flatMap((head) =>
  ['ormak', 'ilvok', 'anduk', 'urgop'].map((tail) => head + tail),
);
const AUTHORS = ['Ada Park', 'Mei Wang', 'Noel Finch', 'Wei Zhang', 'Ines Calder', 'Otto Brandt'];

const random = createRandom(20_260_115);
const pick = <T>(list: readonly T[], most: number): T[] =>
  Array.from(
    { length: Math.floor(random() * (most + 1)) },
    () => list[Math.floor(random() * list.length)],
  ).filter((each) => each !== undefined);

const idOf = (number: number): string => `2601.${String(number).padStart(5, '0')}`;

/** Papers of random words and authors; some repeat a word or an author, some have more than 16 terms. */
const MIXED: readonly Paper[] = Array.from({ length: 30 }, (_, index) => ({
  id: idOf(index + 1),
  title: [...pick(WORDS, index % 10 === 0 ? 25 : 3), 'zunfrok'],
  abstract: pick(WORDS, 20),
  authors: [...pick(AUTHORS, 3), 'Ubiquitous Person'],
}));

/** Every paper has the word `zunfrok` and the same author. `wolprag` is in 999 papers, `yimdrok` in 1,000. */
const FILLERS: readonly Paper[] = Array.from({ length: 1_000 }, (_, index) => ({
  id: idOf(1_001 + index),
  title: ['zunfrok', 'yimdrok', ...(index > 0 ? ['wolprag'] : [])],
  abstract: [],
  authors: ['Ubiquitous Person'],
}));

const PAPERS = [...MIXED, ...FILLERS];

const counts = <T>(values: Iterable<T>): Map<T, number> => {
  const found = new Map<T, number>();
  for (const value of values) found.set(value, (found.get(value) ?? 0) + 1);
  return found;
};

/**
 * The terms of a paper with their weights: words of the title count four times, and one occurrence is too
 * few.
 */
function weigh({ title, abstract }: Paper): Map<string, number> {
  const weights = counts([...title, ...title, ...title, ...title, ...abstract]);
  const ranked = [...weights]
    .filter(([, weight]) => weight > 1)
    .toSorted(([a, weight], [b, other]) => other - weight || (a < b ? -1 : 1));
  return new Map(ranked.slice(0, 16));
}

const TERMS = new Map(PAPERS.map((paper) => [paper.id, weigh(paper)]));
const termsOf = ({ id }: Paper): Map<string, number> => TERMS.get(id) ?? new Map<string, number>();
const WITH_TERM = counts([...TERMS.values()].flatMap((terms) => [...terms.keys()]));
const WITH_AUTHOR = counts(PAPERS.flatMap(({ authors }) => [...new Set(authors)]));

/** More than this many papers count as this many, and a term or author of as many relates none. */
const MOST = 1_000;
const rarity = (papers: number): number =>
  papers < MOST ? Math.log(1 + Math.min(PAPERS.length, MOST) / papers) : 0;

/** Compares two papers by the formula, without any index. */
function relate(paper: Paper, other: Paper): Related | undefined {
  const [own, others] = [termsOf(paper), termsOf(other)];
  const terms = [...own.keys()]
    .map((term) => ({ term, papers: WITH_TERM.get(term) ?? 0 }))
    .filter(({ term, papers }) => others.has(term) && papers < MOST)
    .toSorted((a, b) => a.papers - b.papers || (a.term < b.term ? -1 : 1));
  const authors = [...new Set(paper.authors)].filter(
    (name) => other.authors.includes(name) && (WITH_AUTHOR.get(name) ?? 0) < MOST,
  );
  if (terms.length + authors.length === 0) return undefined;
  const score =
    terms.reduce((sum, { term, papers }) => {
      const weight = Math.log(1 + (own.get(term) ?? 0)) * Math.log(1 + (others.get(term) ?? 0));
      return sum + weight * rarity(papers);
    }, 0) + authors.reduce((sum, name) => sum + rarity(WITH_AUTHOR.get(name) ?? 0), 0);
  return { arxivId: other.id, score, sharedTerms: terms.map(({ term }) => term), sharedAuthors: authors };
}

function expectedOf(paper: Paper): Map<string, Related> {
  const found = PAPERS.flatMap((other) => (other === paper ? [] : (relate(paper, other) ?? [])));
  return new Map(found.map((each) => [each.arxivId, each]));
}

let database: TestDatabase;
let query: Query;

beforeAll(async () => {
  database = await openTestDatabase();
  const records = PAPERS.map(({ id, title, abstract, authors }) =>
    jsonRecord(id, { title: title.join(' '), summary: abstract.join(' '), authors, AI: undefined }),
  );
  await ingestFile(database.pool, textFile('2026-01-15.jsonl', jsonl(...records)));
  query = queryOf(database);
});
afterAll(async () => await database.close());

interface Answer {
  readonly arxivId: string;
  readonly related: readonly {
    readonly score: number;
    readonly sharedTerms: readonly string[];
    readonly sharedAuthors: readonly { readonly name: string }[];
    readonly paper: { readonly arxivId: string };
  }[];
}

async function relatedOf(papers: readonly Paper[], first: number): Promise<Map<string, Related[]>> {
  const { data } = await query<{ papers: { nodes: Answer[] } }>(
    `query ($ids: [String!], $first: Int!) { papers(first: 100, filter: {arxivIds: $ids}) { nodes {
      arxivId related(first: $first) { score sharedTerms sharedAuthors { name } paper { arxivId } } } } }`,
    { ids: papers.map(({ id }) => id), first },
  );
  return new Map(
    data.papers.nodes.map(({ arxivId, related }) => [
      arxivId,
      related.map(({ score, sharedTerms, sharedAuthors, paper }) => ({
        arxivId: paper.arxivId,
        score,
        sharedTerms,
        sharedAuthors: sharedAuthors.map(({ name }) => name),
      })),
    ]),
  );
}

/** Sums differ in their last digits with the order of their terms, so scores are compared to nine digits. */
const rounded = (related: Related): Related => ({ ...related, score: Number(related.score.toFixed(9)) });
const byId = (a: Related, b: Related): number => (a.arxivId < b.arxivId ? -1 : 1);

/** Best first; papers with equal scores have the newest arXiv id first. */
function expectInOrder(related: readonly Related[]): void {
  for (const [index, next] of related.entries()) {
    const before = related[index - 1];
    if (before === undefined) continue;
    expect(before.score).toBeGreaterThanOrEqual(next.score);
    const isNewer = arxivOrder(before.arxivId) > arxivOrder(next.arxivId);
    expect(before.score > next.score || isNewer).toBe(true);
  }
}

describe('Paper.related', () => {
  test('returns exactly the papers, scores, terms and authors that comparing all pairs finds', async () => {
    const found = await relatedOf(MIXED, 100);
    for (const paper of MIXED) {
      const related = found.get(paper.id) ?? [];
      expect(related.map(rounded).toSorted(byId)).toEqual(
        [...expectedOf(paper).values()].map(rounded).toSorted(byId),
      );
      expectInOrder(related);
    }
    expect([...found.values()].filter((related) => related.length > 5).length).toBeGreaterThan(10);
  });

  test('returns the best papers first, whatever the number of papers', async () => {
    const [all, some] = [await relatedOf(MIXED, 100), await relatedOf(MIXED, 3)];
    for (const { id } of MIXED) expect(some.get(id)).toEqual(all.get(id)?.slice(0, 3));
  });

  test('counts a word of 999 papers, but no word or author of 1,000', async () => {
    const [paper] = FILLERS.slice(-1);
    if (paper === undefined) throw new Error('there are no fillers');
    const related = (await relatedOf([paper], 100)).get(paper.id) ?? [];
    const expected = expectedOf(paper);
    expect(expected.size).toBe(998);
    expect(related).toHaveLength(100);
    expect(related.map(rounded)).toEqual(related.map(({ arxivId }) => rounded(expected.get(arxivId)!)));
    expect(new Set(related.flatMap(({ sharedTerms }) => sharedTerms))).toEqual(new Set(['wolprag']));
    expect(new Set(related.flatMap(({ sharedAuthors }) => sharedAuthors))).toEqual(new Set());
    expectInOrder(related);
    const [least] = FILLERS;
    expect(least && (await relatedOf([least], 100)).get(least.id)).toEqual([]);
  });
});
