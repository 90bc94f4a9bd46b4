import { sql } from '../database/sql.ts';
import type { ContentsLine, Statement, SummaryPart } from '../digest/digest.ts';
import { printedEntry, writeMarkdown } from '../digest/write-markdown.ts';
import type { RunStatement } from '../database/statements.ts';

interface Row {
  readonly arxivId: string;
  readonly statement: Statement;
  readonly parts: SummaryPart[] | null;
  readonly language: string | null;
  readonly contents: ContentsLine[] | null;
}

/**
 * A stored digest as Markdown in the producer's current template, byte for byte as it came in where it came in that
 * template (NUL apart); null for a raw listing, where an entry has no category, and where there is no such digest. What
 * its Markdown file did not print (entries of the JSONL alone) is left out where it has one.
 */
export async function digestMarkdown(run: RunStatement, digestId: number): Promise<string | null> {
  const rows = await run<Row>({ name: 'Digest.markdown', sql: entriesSql(digestId) });
  const [first] = rows;
  if (first === undefined || first.language === null) return null;
  const entries = rows
    .map(({ arxivId, statement, parts }) => printedEntry(arxivId, statement, parts ?? []))
    .filter((entry) => entry !== undefined);
  if (entries.length < rows.length) return null;
  return writeMarkdown({ contents: first.contents ?? undefined, entries });
}

const entriesSql = (digestId: number) => sql`
  with entry as (
    select *, bool_or(markdown_position is not null) over () as printed
    from digest_entry where digest_id = ${digestId} and current
  )
  select p.arxiv_id as "arxivId", e.statement, s.parts, d.language, d.contents
  from entry e join digest d on d.id = e.digest_id join paper p on p.id = e.paper_id
    left join summary s on s.entry_id = e.id
  where e.markdown_position is not null or not e.printed
  order by e.position`;
