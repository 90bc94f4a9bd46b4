import DataLoader from 'dataloader';
import { Prisma } from '../database/generated/client.ts';
import { sections } from '../digest/summary.ts';
import { highlights, words, type Sought, type TextRange } from '../search/highlight.ts';
import { groupReader } from './groups.ts';
import { summaryColumns, type PaperRow, type SummaryRow } from './rows.ts';
import type { RunStatement } from './statements.ts';

/** The text of a paper in which something sought was found. */
export interface Highlight {
  readonly field: 'TITLE' | 'ABSTRACT' | 'TLDR' | 'MOTIVATION' | 'METHOD' | 'RESULT' | 'CONCLUSION' | 'OTHER';
  /** Of an AI text. */
  readonly summary: SummaryRow | null;
  readonly text: string;
  readonly ranges: readonly TextRange[];
}

/** The texts of a paper in which what is sought stands: title, abstract, then the AI text of its current entries, newest first. */
export type ReadHighlights = (paper: PaperRow, sought: readonly Sought[]) => Promise<Highlight[]>;

/** The highlights of one request; those of a page are two statements. */
export function highlightReader(run: RunStatement): ReadHighlights {
  const summariesOf = groupReader<SummaryRow>(run, 'PaperEdge.highlights', currentSummaries);
  const stems = new DataLoader<string, string>(async (folded) => await stem(run, folded), {
    maxBatchSize: 20_000,
  });
  return async (paper, sought) => {
    if (sought.length === 0) return [];
    const texts = textsOf(paper, await summariesOf(paper.id));
    const first = new Set(sought.flatMap(({ sequence }) => sequence.map(initial)));
    const all = [
      ...sought.flatMap(({ sequence }) => sequence),
      ...texts.flatMap(({ text }) => foldedWords(text)),
    ];
    const known = new Map<string, string>();
    const stemming = [...new Set(all)].filter((word) => first.has(initial(word)));
    await Promise.all(stemming.map(async (word) => known.set(word, await stems.load(word))));
    return texts.flatMap((text) => {
      const wanted = sought.filter(({ where }) => where === 'anywhere' || text.field === 'TITLE');
      const ranges = highlights(text.text, wanted, (word) => known.get(word) ?? word);
      return ranges.length === 0 ? [] : [{ ...text, ranges }];
    });
  };
}

function foldedWords(text: string): string[] {
  return words(text).map(({ folded }) => folded);
}

/** English stems keep the first letter of a word: others need not be asked for. */
function initial(word: string): string {
  return word.slice(0, 1);
}

type Text = Omit<Highlight, 'ranges'>;

function textsOf({ title, abstract }: PaperRow, summaries: readonly SummaryRow[]): Text[] {
  return [
    { field: 'TITLE', summary: null, text: title },
    { field: 'ABSTRACT', summary: null, text: abstract },
    ...summaries.flatMap((summary) =>
      sections(summary.parts).map(({ label, text }): Text => ({
        field: FIELDS[label] ?? 'OTHER',
        summary,
        text,
      })),
    ),
  ];
}

const FIELDS: Readonly<Record<string, Highlight['field']>> = {
  'TL;DR': 'TLDR',
  Motivation: 'MOTIVATION',
  Method: 'METHOD',
  Result: 'RESULT',
  Conclusion: 'CONCLUSION',
};

const currentSummaries = (ids: readonly number[]) => Prisma.sql`
  select m.paper_id as parent, ${summaryColumns}
  from summary m join digest_entry e on e.id = m.entry_id join digest d on d.id = e.digest_id
  where m.paper_id = any(${ids}::int[]) and e.current and m.status <> 'FAILED'
  order by m.paper_id, d.date desc, e.ingested_at desc, e.id desc`;

/** English stems; a stop word is its own. */
async function stem(run: RunStatement, folded: readonly string[]): Promise<string[]> {
  const sql = Prisma.sql`
    select coalesce((ts_lexize('english_stem', word))[1], word) as stem
    from unnest(${folded}::text[]) with ordinality w(word, place) order by place`;
  return (await run<{ stem: string }>({ name: 'stems', sql })).map((row) => row.stem);
}
