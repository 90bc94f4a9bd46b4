import type { PaperFilter } from '../../../src/reads/filters/paper-filter.ts';
import { createRandom } from '../../support/random.ts';
import { AUTHORS, CATEGORIES, hasText, PHRASES, WORDS, type Expected } from './corpus.ts';

/** A filter, and whether it selects an event according to the contract. */
export interface Condition {
  readonly filter: PaperFilter;
  readonly holds: (event: Expected) => boolean;
}

const condition = (filter: PaperFilter, holds: Condition['holds']): Condition => ({ filter, holds });

/** Title, abstract and the event's own AI text. */
function textOf({ facts, ai }: Expected): string {
  return [facts.title, facts.abstract, ...(hasText(ai) ? ai : [])].join('\n');
}

function hasWord(text: string, word: string): boolean {
  return new RegExp(`\\b${word}\\b`, 'i').test(text);
}

const SEARCHES = [
  ...WORDS.slice(0, 8).map((word) => condition({ search: word }, (event) => hasWord(textOf(event), word))),
  ...WORDS.slice(0, 3).map((word) =>
    condition({ search: `-${word}` }, (event) => !hasWord(textOf(event), word)),
  ),
  ...[...PHRASES.zh, ...PHRASES.ja].map((phrase) =>
    condition({ search: `"${phrase}"` }, (event) => textOf(event).includes(phrase)),
  ),
  condition({ search: 'robot OR galaxy' }, (event) => /\b(robot|galaxy)\b/.test(textOf(event))),
  condition(
    { search: 'protein (survey OR 学習する) -galaxy' },
    (event) =>
      hasWord(textOf(event), 'protein') &&
      /\bsurvey\b|学習する/.test(textOf(event)) &&
      !hasWord(textOf(event), 'galaxy'),
  ),
  condition({ search: 'title:quantum' }, ({ facts }) => hasWord(facts.title, 'quantum')),
  condition({ search: 'author:liu' }, ({ facts }) => facts.authors.includes('Yang Liu')),
  condition({ search: 'category:cs.CV' }, ({ facts }) => facts.categories.includes('cs.CV')),
];

const CONDITIONS: readonly Condition[] = [
  ...SEARCHES,
  ...CATEGORIES.map((code) =>
    condition({ categories: [code] }, ({ facts }) => facts.categories.includes(code)),
  ),
  condition({ categories: ['stat.*', 'hep-th'] }, ({ facts }) =>
    facts.categories.some((code) => code.startsWith('stat.') || code === 'hep-th'),
  ),
  condition({ primaryCategories: ['cs.*'] }, ({ facts }) => facts.categories[0]?.startsWith('cs.') === true),
  ...AUTHORS.map((name) =>
    condition({ authors: [name.toUpperCase()] }, ({ facts }) => facts.authors.includes(name)),
  ),
  condition({ hasCode: true }, ({ facts }) => facts.codeUrl !== null),
  condition({ hasCode: false }, ({ facts }) => facts.codeUrl === null),
  condition({ hasSummary: true }, ({ ai }) => hasText(ai)),
  condition({ hasSummary: false }, ({ ai }) => !hasText(ai)),
  condition({ languages: ['zh'] }, ({ language }) => language === 'zh'),
  condition({ languages: ['English', 'ja'] }, ({ language }) => language === 'en' || language === 'ja'),
  condition(
    { languages: ['en'], sources: ['delta'] },
    ({ language, source }) => language === 'en' && source === 'delta',
  ),
  condition({ sources: ['alpha', 'raw'] }, ({ source }) => source === 'alpha' || source === 'raw'),
  condition({ sources: ['beta', 'nobody'] }, ({ source }) => source === 'beta'),
  condition({ digestDates: { from: '2026-01-03' } }, ({ date }) => date >= '2026-01-03'),
  condition({ digestDates: { from: '2026-01-02', to: '2026-01-03' } }, ({ date }) =>
    ['2026-01-02', '2026-01-03'].includes(date),
  ),
  condition({ digestDates: { to: '2026-01-02' } }, ({ date }) => date <= '2026-01-02'),
];

const LEAST = 0.05;
const MOST = 0.8;

/** Different filters, simple and composed, each of which matches from 5 to 80 % of the events. */
export function chooseConditions(events: readonly Expected[], count: number, seed: number): Condition[] {
  const random = createRandom(seed);
  const chosen = new Map<string, Condition>();
  while (chosen.size < count) {
    const one = combine(random, 3);
    const share = events.filter(one.holds).length / events.length;
    if (share >= LEAST && share <= MOST) chosen.set(JSON.stringify(one.filter), one);
  }
  return [...chosen.values()];
}

function combine(random: () => number, depth: number): Condition {
  const kind = depth === 0 ? 0 : random();
  if (kind < 0.45) return CONDITIONS[Math.floor(random() * CONDITIONS.length)] as Condition;
  if (kind < 0.55) {
    const inner = combine(random, depth - 1);
    return condition({ not: inner.filter }, (event) => !inner.holds(event));
  }
  const parts = [combine(random, depth - 1), combine(random, depth - 1)];
  const filters = parts.map(({ filter }) => filter);
  return kind < 0.75
    ? condition({ and: filters }, (event) => parts.every(({ holds }) => holds(event)))
    : condition({ or: filters }, (event) => parts.some(({ holds }) => holds(event)));
}
