import type { Transaction } from '../../database/transaction.ts';
import type { Statement } from '../../digest/digest.ts';
import { mapInSlices } from '../../time/slices.ts';
import { authorFields, authorRows, normalised, paperFields, paperRow } from './paper-row.ts';
import { paperState, type Observation, type PaperState } from './paper-state.ts';

/** A paper that the store does not have yet, and its only entry. */
export interface NewPaper {
  readonly id: number;
  readonly arxivId: string;
  readonly arxivOrder: string;
  readonly statement: Statement;
  /** Whether the entry has AI text, apart from placeholders. */
  readonly hasSummary: boolean;
}

/** The digest of these entries. */
export interface NewPapersDigest extends Pick<Observation, 'date' | 'source'> {
  readonly id: number;
}

/**
 * Stores papers with the fields, authors and categories that follow from their only entries, and counts them
 * for their authors and categories. The result is what `updatePapers` would make of them, but each row is
 * written once, and nothing is read back.
 */
export async function storeNewPapers(
  tx: Transaction,
  { id: digestId, date, source }: NewPapersDigest,
  papers: readonly NewPaper[],
): Promise<void> {
  const states = await mapInSlices(papers, ({ statement, ...paper }) => ({
    ...paper,
    state: normalised(paperState([{ statement, date, source }])),
  }));
  await insertPapers(tx, digestId, states);
  await insertAuthors(tx, states);
}

type Stated = Omit<NewPaper, 'statement'> & { readonly state: PaperState };

/** Languages are stored with their prefixes, as `storeEntryFacts` does. */
async function insertPapers(tx: Transaction, digestId: number, papers: readonly Stated[]): Promise<void> {
  const rows = await mapInSlices(papers, ({ id, state, ...paper }) => ({ ...paperRow(id, state), ...paper }));
  await tx.execute`
    with n as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as n(${paperFields}, "arxivId" text, "arxivOrder" text, "hasSummary" boolean)
    ), listed as (
      select n.id, n."arxivOrder", n."firstDigestDate", c.code, c.position
      from n cross join lateral unnest(n.categories) with ordinality c(code, position)
    ), known as (
      insert into category as k (code, aliases, paper_count)
      select code, '{}', count(*) from listed group by code
      on conflict (code) do update set paper_count = k.paper_count + excluded.paper_count returning id, code
    ), stored as (
      insert into paper (id, arxiv_id, arxiv_order, version, title, title_folded, abstract, comment, code_url,
        code_stars, code_updated_on, subject_classes, first_digest_date, primary_category_id,
        source_ids, languages, days, has_summary)
      select n.id, n."arxivId", n."arxivOrder", n.version, n.title, n."titleFolded", n.abstract, n.comment,
        n."codeUrl", n."codeStars", n."codeUpdatedOn", n."subjectClasses", n."firstDigestDate", known.id,
        array[d.source_id], array(
          select array_to_string((string_to_array(d.language, '-'))[:place], '-')
          from generate_series(1, cardinality(string_to_array(d.language, '-'))) place order by 1
        ), array[d.date], n."hasSummary"
      from n join digest d on d.id = ${digestId} left join known on known.code = n.categories[1]
      order by n.id
    )
    insert into paper_category (paper_id, position, category_id, first_digest_date, arxiv_order)
    select l.id, l.position, known.id, l."firstDigestDate", l."arxivOrder"
    from listed l join known using (code) order by l.id, l.position`;
}

async function insertAuthors(tx: Transaction, papers: readonly Stated[]): Promise<void> {
  const rows = await mapInSlices(papers, ({ id, arxivOrder, state }) =>
    authorRows(id, state).map((row) => ({ ...row, arxivOrder, date: state.firstDigestDate })),
  );
  await tx.execute`
    with n as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(rows.flat())}::jsonb)
        as n(${authorFields}, "arxivOrder" text, date date)
    ), known as (
      insert into author as a (name, name_folded, name_words, paper_count)
      select name, min(folded), min(words), count(distinct id) from n group by name
      on conflict (name) do update set paper_count = a.paper_count + excluded.paper_count returning id, name
    )
    insert into authorship (paper_id, position, author_id, printed_name, first_digest_date, arxiv_order)
    select n.id, n.position, known.id, n.printed, n.date, n."arxivOrder"
    from n join known on known.name = n.name order by n.id, n.position`;
}
