import { sql } from '../database/sql.ts';
import type { ContentsLine, Statement } from '../digest/digest.ts';
import { partsOf, type StoredParts } from '../digest/summary.ts';
import { printedEntry, writeMarkdown } from '../digest/write-markdown.ts';
import type { RunStatement } from '../database/statements.ts';

interface Row extends StoredParts {
  readonly arxivId: string;
  readonly statement: Statement;
  readonly hasParts: boolean;
  readonly language: string | null;
  readonly contents: ContentsLine[] | null;
}

/**
 * A stored digest as Markdown in the producer's current template. A digest that was ingested in that template
 * is restored byte for byte, apart from NUL. Entries that its Markdown file did not contain, but its JSONL
 * file did, are left out. Null for a raw listing, if an entry has no category, and if there is no such
 * digest.
 */
export async function digestMarkdown(run: RunStatement, digestId: number): Promise<string | null> {
  const rows = await run<Row>({ name: 'Digest.markdown', sql: entriesSql(digestId) });
  const [first] = rows;
  if (first === undefined || first.language === null) return null;
  const entries = rows
    .map((row) => printedEntry(row.arxivId, row.statement, row.hasParts ? partsOf(row) : []))
    .filter((entry) => entry !== undefined);
  if (entries.length < rows.length) return null;
  return writeMarkdown({ contents: first.contents ?? undefined, entries });
}

const entriesSql = (digestId: number) => sql`
  with entry as (
    select *, bool_or(markdown_position is not null) over () as printed
    from digest_entry where digest_id = ${digestId} and current
  )
  select p.arxiv_id as "arxivId", e.statement, d.language, d.contents, s.entry_id is not null as "hasParts",
    s.parts, s.tldr, s.motivation, s.method, s.result, s.conclusion
  from entry e join digest d on d.id = e.digest_id join paper p on p.id = e.paper_id
    left join summary s on s.entry_id = e.id
  where e.markdown_position is not null or not e.printed
  order by e.position`;
