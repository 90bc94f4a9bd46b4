import type { PaperFilter } from '../../src/reads/filters/paper-filter.ts';
import { textsOf, type CorpusEntry, type CorpusPaper } from './search-corpus.ts';

/** A condition on a paper of the corpus. */
export type Predicate = (paper: CorpusPaper) => boolean;

const inTexts =
  (pattern: RegExp): Predicate =>
  (paper) =>
    textsOf(paper).some((text) => pattern.test(text));
const inTitle =
  (pattern: RegExp): Predicate =>
  ({ title }) =>
    pattern.test(title);
const byAuthor =
  (pattern: RegExp): Predicate =>
  ({ authors }) =>
    authors.some((name) => pattern.test(name));
const inCategory =
  (pattern: RegExp): Predicate =>
  ({ categories }) =>
    categories.some((code) => pattern.test(code));
const and =
  (...all: Predicate[]): Predicate =>
  (paper) =>
    all.every((holds) => holds(paper));
const or =
  (...all: Predicate[]): Predicate =>
  (paper) =>
    all.some((holds) => holds(paper));
const not =
  (holds: Predicate): Predicate =>
  (paper) =>
    !holds(paper);

const survey = inTexts(/\bsurvey(s|ed)?\b/i);
const graph = inTexts(/\bgraphs?\b/i);
const robot = inTexts(/\brobot(s|ic)?\b/i);
const learning = inTexts(/强化学习/);

/** Searches, and what a scan of the texts by regular expressions finds. */
export const SEARCHES: readonly (readonly [search: string, holds: Predicate])[] = [
  ['"强化学习"', learning],
  ['强化学习', learning],
  ['"reinforcement learning"', inTexts(/\breinforce(ment|d)?\s+learn(s|ed|ing)?\b/i)],
  ['-survey', not(survey)],
  ['graph -survey', and(graph, not(survey))],
  ['graph robot', and(graph, robot)],
  ['graph OR robot', or(graph, robot)],
  ['(graph OR robot) -survey', and(or(graph, robot), not(survey))],
  ['-(graph OR survey)', not(or(graph, survey))],
  ['强化学习 graph', and(learning, graph)],
  ['强化学习 OR graph -robot', or(learning, and(graph, not(robot)))],
  ['学', inTexts(/学/)],
  ['"大语言模型" "图像分割"', and(inTexts(/大语言模型/), inTexts(/图像分割/))],
  ['ネットワーク', inTexts(/ネットワーク/)],
  ['요약', inTexts(/요약/)],
  ['author:"yang liu"', byAuthor(/\byang liu\b/i)],
  ['author:liu', byAuthor(/\bliu\b/i)],
  ['author:"gunter klambauer"', byAuthor(/Günter Klambauer/)],
  ['author:"mei ling wang"', byAuthor(/Mei-Ling Wang/)],
  [`author:"o'brien" -graph`, and(byAuthor(/O'Brien/), not(graph))],
  ['category:cs.CV OR category:eess.IV', inCategory(/^(cs\.CV|eess\.IV)$/)],
  ['category:cs.*', inCategory(/^cs\./)],
  ['category:cs.CV -category:cs.LG graph', and(inCategory(/^cs\.CV$/), not(inCategory(/^cs\.LG$/)), graph)],
  ['title:graph', inTitle(/\bgraphs?\b/i)],
  ['title:wifo', inTitle(/\bWiFo\b/)],
  ['title:"alpha bench"', inTitle(/\\alpha\$-Bench/)],
  ['title:schrödinger', inTitle(/Schr(ö|\\"o)dinger/)],
  ['NAIVE', inTexts(/\bnaïve\b/)],
  [
    'author:liu OR "强化学习" category:cs.CL',
    or(byAuthor(/\bliu\b/i), and(learning, inCategory(/^cs\.CL$/))),
  ],
];

const entry =
  (holds: (each: CorpusEntry) => boolean): Predicate =>
  ({ entries }) =>
    entries.some(holds);

/** Parts of filters, and what they mean. */
const CONDITIONS: readonly (readonly [filter: PaperFilter, holds: Predicate])[] = [
  ...SEARCHES.map(([search, holds]) => [{ search }, holds] as const),
  [{ hasCode: true }, ({ codeUrl }) => codeUrl !== null],
  [{ hasCode: false }, ({ codeUrl }) => codeUrl === null],
  [{ categories: ['cs.CV', 'hep-th'] }, inCategory(/^(cs\.CV|hep-th)$/)],
  [{ primaryCategories: ['cs.*'] }, ({ categories }) => categories[0]?.startsWith('cs.') === true],
  [{ languages: ['English'] }, entry(({ language }) => language === 'en')],
  [{ languages: ['ja', 'en'] }, entry(({ language }) => language !== 'zh')],
  [{ sources: ['alpha', 'delta'] }, entry(({ source }) => source === 'alpha' || source === 'delta')],
  [{ digestDates: { from: '2025-01-20' } }, entry(({ date }) => date >= '2025-01-20')],
  [
    { digestDates: { from: '2025-01-10', to: '2025-02-10' }, languages: ['zh'] },
    entry(({ date, language }) => date >= '2025-01-10' && date <= '2025-02-10' && language === 'zh'),
  ],
  [{ authors: ['YANG LIU', 'ada park'] }, byAuthor(/^(Yang Liu|Ada Park)$/)],
];

/** A filter made of others, and what it means. */
export function combine(random: () => number, depth = 2): { filter: PaperFilter; holds: Predicate } {
  if (depth === 0 || random() < 0.3) {
    const [filter, holds] = CONDITIONS[Math.floor(random() * CONDITIONS.length)] ?? [{}, () => true];
    return { filter, holds };
  }
  const parts = [combine(random, depth - 1), combine(random, depth - 1)] as const;
  const filters = parts.map(({ filter }) => filter);
  const holds = parts.map((part) => part.holds);
  const kind = random();
  if (kind < 0.4) return { filter: { and: filters }, holds: and(...holds) };
  if (kind < 0.8) return { filter: { or: filters }, holds: or(...holds) };
  return { filter: { not: parts[0].filter }, holds: not(parts[0].holds) };
}
