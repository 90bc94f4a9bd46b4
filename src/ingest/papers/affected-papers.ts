import type { Sql } from '../../database/sql.ts';
import type { Transaction } from '../../database/transaction.ts';

const CHUNK = 100;

/**
 * The papers that one transaction may change: the temporary table `affected`, with these columns.
 *
 * - `paper_id`, its key;
 * - `added`: the transaction has added the paper to the store;
 * - `finished`: it has also stored all that follows from the paper's entries;
 * - `revised`: a field of the paper's own has changed (`update-papers.ts` says which ones count).
 *
 * Any step of the transaction may read the table; only this class writes it.
 */
export class AffectedPapers {
  readonly #tx: Transaction;
  #count = 0;

  private constructor(tx: Transaction) {
    this.#tx = tx;
  }

  /** Creates the table. Fails if the transaction has it already. */
  static async create(tx: Transaction): Promise<AffectedPapers> {
    await tx.execute`
      create temporary table affected (paper_id int primary key, added boolean not null default false,
        finished boolean not null default false, revised boolean not null default false) on commit drop`;
    return new AffectedPapers(tx);
  }

  /** Whether no paper was added to the set. */
  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Adds papers to the set. `papers` is a query, or a change with `returning`, of one column `paper_id`. */
  async add(papers: Sql): Promise<void> {
    this.#count += await this.#tx.execute`
      with found as (${papers})
      insert into affected (paper_id) select distinct paper_id from found on conflict do nothing`;
  }

  /**
   * As `add`, for papers that the transaction adds to the store. A second column, `finished`, says which ones
   * are complete once their entries are stored.
   */
  async addNew(papers: Sql): Promise<void> {
    this.#count += await this.#tx.execute`
      with found as (${papers})
      insert into affected (paper_id, added, finished) select paper_id, true, finished from found`;
  }

  /** Marks papers in which an own field has changed. A new paper counts as added only. */
  async markRevised(ids: readonly number[]): Promise<void> {
    await this.#tx.execute`update affected set revised = true where not added and paper_id = any(${ids})`;
  }

  /** The ids of the papers that are not finished, in ascending order and in chunks of bounded size. */
  async *chunks(): AsyncGenerator<number[]> {
    for (let after = 0, size = CHUNK; size === CHUNK;) {
      const rows = await this.#tx.query<{ id: number }>`
        select paper_id as id from affected where paper_id > ${after} and not finished
        order by paper_id limit ${CHUNK}`;
      const ids = rows.map(({ id }) => id);
      if (ids.length > 0) yield ids;
      size = ids.length;
      after = ids.at(-1) ?? after;
    }
  }
}
