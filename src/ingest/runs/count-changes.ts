import { hasText } from '../../database/model.ts';
import type { IngestReport } from './report.ts';
import type { Transaction } from '../../database/transaction.ts';

/** The figures of a report that are counted in `staged` and `affected`. */
type Counts = Pick<
  IngestReport,
  | 'papers'
  | 'authors'
  | 'categories'
  | 'papersAdded'
  | 'papersRevised'
  | 'summariesAdded'
  | 'changed'
  | 'unchanged'
>;

/** Counts the contents of the staged file and the changes that it made, which are 0 if it is `unchanged`. */
export async function countChanges(tx: Transaction, unchanged: boolean): Promise<Counts> {
  const { entries, ...contents } = await countContents(tx);
  if (unchanged)
    return {
      ...contents,
      papersAdded: 0,
      papersRevised: 0,
      summariesAdded: 0,
      changed: 0,
      unchanged: entries,
    };
  const { unchanged: same, ...effects } = await countEffects(tx);
  return { ...contents, ...effects, changed: entries - same, unchanged: same };
}

async function countContents(tx: Transaction) {
  const [counts] = await tx.query<{ entries: number; papers: number; authors: number }>`
    select count(*)::int as entries, count(distinct arxiv_id)::int as papers,
      (select count(distinct name)::int from staged, jsonb_array_elements_text(statement->'authors') name
        where name ~ '\\S') as authors
    from staged`;
  const sections = await tx.query<{ code: string; entries: number }>`
    select section as code, count(*)::int as entries from staged where section is not null
    group by section order by min(ordinal)`;
  const categories = Object.fromEntries(sections.map(({ code, entries }) => [code, entries]));
  const { entries = 0, papers = 0, authors = 0 } = counts ?? {};
  return { entries, papers, authors, categories };
}

async function countEffects(tx: Transaction) {
  const [counts] = await tx.query<{
    papersAdded: number;
    papersRevised: number;
    summariesAdded: number;
    unchanged: number;
  }>`
    select (select count(*)::int from affected where added) as "papersAdded",
      (select count(*)::int from affected where revised) as "papersRevised",
      count(*) filter (where s.added and ${hasText('s')})::int as "summariesAdded",
      count(*) filter (where not (s.changed or a.added or a.revised))::int as unchanged
    from staged s join affected a using (paper_id)`;
  if (counts === undefined) throw new Error('expected a row from an aggregate, got none');
  return counts;
}
