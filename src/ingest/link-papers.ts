import { mapInSlices } from '../time/slices.ts';
import { fold, foldSpaces } from '../language/fold.ts';
import { nameWords } from '../search/name-words.ts';
import type { PaperState } from './paper-state.ts';
import type { Transaction } from '../database/transaction.ts';

/** A paper whose state has changed. */
export interface PaperChange {
  readonly id: number;
  readonly old: PaperState;
  readonly now: PaperState;
}

/** Puts codes that the store does not have yet into it. */
export async function addCategories(tx: Transaction, changes: readonly PaperChange[]): Promise<void> {
  const codes = [...new Set(changes.flatMap(({ now }) => now.categories))];
  await tx.execute`
    insert into category (code, aliases) select code, '{}' from unnest(${codes}::text[]) code
    on conflict (code) do nothing`;
}

/** Puts the papers' authors in place of those they had. */
export async function linkAuthors(tx: Transaction, changes: readonly PaperChange[]): Promise<void> {
  const printed = changes.flatMap(({ id, now }) =>
    now.authors.map((name, index) => ({ paper_id: id, position: index + 1, printed_name: name })),
  );
  const rows = await mapInSlices(printed, (authorship) => {
    const name = foldSpaces(authorship.printed_name);
    const words = ` ${nameWords(name).join(' ')} `;
    return { ...authorship, name, name_folded: fold(name), words };
  });
  const ids = changes.filter(({ old }) => old.authors.length > 0).map(({ id }) => id);
  await tx.execute`
    with gone as (delete from authorship where paper_id = any(${ids}) returning author_id)
    insert into touched_author select distinct author_id from gone`;
  const json = JSON.stringify(rows);
  await tx.execute`
    insert into author (name, name_folded, name_words)
    select distinct on (name) name, name_folded, words
    from jsonb_to_recordset(${json}::jsonb) as n(name text, name_folded text, words text)
    on conflict (name) do nothing`;
  await tx.execute`
    with fresh as (
      insert into authorship (paper_id, position, author_id, printed_name, first_digest_date, arxiv_order)
      select n.paper_id, n.position, a.id, n.printed_name, p.first_digest_date, p.arxiv_order
      from jsonb_to_recordset(${json}::jsonb) as n(paper_id int, position int, printed_name text, name text)
        join author a on a.name = n.name join paper p on p.id = n.paper_id
      returning author_id
    )
    insert into touched_author select distinct author_id from fresh`;
}

/** Puts the papers' categories in place of those they had. */
export async function linkCategories(tx: Transaction, changes: readonly PaperChange[]): Promise<void> {
  const rows = changes.flatMap(({ id, now }) =>
    now.categories.map((code, index) => ({ paper_id: id, position: index + 1, code })),
  );
  const ids = changes.filter(({ old }) => old.categories.length > 0).map(({ id }) => id);
  await tx.execute`
    with gone as (delete from paper_category where paper_id = any(${ids}) returning category_id)
    insert into touched_category select distinct category_id from gone`;
  const json = JSON.stringify(rows);
  await tx.execute`
    with fresh as (
      insert into paper_category (paper_id, position, category_id, first_digest_date, arxiv_order)
      select n.paper_id, n.position, c.id, p.first_digest_date, p.arxiv_order
      from jsonb_to_recordset(${json}::jsonb) as n(paper_id int, position int, code text)
        join category c on c.code = n.code join paper p on p.id = n.paper_id
      returning category_id
    )
    insert into touched_category select distinct category_id from fresh`;
}
