import { arxivOrder } from '../../arxiv/arxiv-id.ts';
import { canonicalSubject } from '../../arxiv/subjects.ts';
import { sql } from '../../database/sql.ts';
import { contentHash } from '../../digest/content-hash.ts';
import type { DigestEntry } from '../../digest/digest.ts';
import { summaryFields } from '../../digest/summary.ts';
import type { Transaction } from '../../database/transaction.ts';
import type { VectorTexts } from '../papers/search-vectors.ts';
import { createPreparedIndex, prepareIndex } from './prepared-index.ts';

// Large enough to save round trips, small enough for flat memory whatever the size of the file.
const CHUNK_ENTRIES = 400;
const CHUNK_CHARACTERS = 1_000_000;

/** The first and the last ordinal of a chunk. */
export type Ordinals = readonly [first: number, last: number];

/**
 * The temporary table `staged`: the entries of the file that is being ingested.
 *
 * This class fills the columns that the file alone determines. `ordinal` is the position in the file, from 1;
 * `twin` numbers entries of one paper and content, from 0; `section` is the main category's canonical code;
 * `parts` and the fields after it are null without AI text.
 *
 * `storeEntries` and its steps fill the others: `paper_id`; `sole`, whether it is the only entry of a new
 * paper; `entry_id`, the row of `digest_entry`; `inherited_position` and `inherited_section`, from an entry of
 * the other form; and what the file did to the entry:
 *
 * - `added`: its row is new in its digest;
 * - `changed`: it differs in any way from before, new rows included;
 * - `restored`: its row was superseded and is current again;
 * - `summarized`: readers see other AI text.
 */
export class StagedTable {
  readonly #tx: Transaction;
  #chunk: string[] = [];
  #texts: VectorTexts[] = [];
  #characters = 0;
  #entries = 0;
  readonly #chunks: Ordinals[] = [];

  private constructor(tx: Transaction) {
    this.#tx = tx;
  }

  /** Creates the table. Fails if the transaction has it already. */
  static async create(tx: Transaction): Promise<StagedTable> {
    await tx.execute`
      create temporary table staged (
        ordinal int primary key, arxiv_id text not null, arxiv_order text not null,
        content_hash text not null, twin int not null default 0, section text,
        statement jsonb not null, parts jsonb, status summary_status,
        tldr text, motivation text, method text, result text, conclusion text,
        paper_id int, sole boolean not null default false, entry_id int, inherited_position int, inherited_section int,
        added boolean not null default false, changed boolean not null default false,
        restored boolean not null default false, summarized boolean not null default false
      ) with (toast_tuple_target = 8160) on commit drop`;
    await createPreparedIndex(tx);
    return new StagedTable(tx);
  }

  /** The chunks in which the entries came, whose texts fit into memory. Grows by a pair per megabyte. */
  get chunks(): readonly Ordinals[] {
    return this.#chunks;
  }

  /** The number of entries so far. */
  get entries(): number {
    return this.#entries;
  }

  /** Adds the file's next entry. Returns whether that completed a chunk, which is in the table now. */
  async add(entry: DigestEntry): Promise<boolean> {
    this.#entries += 1;
    const row = JSON.stringify(rowOf(entry, this.#entries));
    this.#characters += row.length;
    this.#texts.push(textsOf(entry, this.#entries));
    if (this.#chunk.push(row) < CHUNK_ENTRIES && this.#characters < CHUNK_CHARACTERS) return false;
    await this.#insertChunk();
    return true;
  }

  /** Completes the table after the last entry. */
  async finish(): Promise<void> {
    await this.#insertChunk();
    await this.#tx.execute`
      update staged set twin = numbered.twin
      from (
        select ordinal, row_number() over (partition by arxiv_id, content_hash order by ordinal) - 1 as twin
        from staged
      ) numbered
      where numbered.ordinal = staged.ordinal and numbered.twin > 0`;
    await this.#tx.execute`analyze staged (ordinal, arxiv_id, content_hash)`;
  }

  async #insertChunk(): Promise<void> {
    const rows = `[${this.#chunk.join(',')}]`;
    if (this.#chunk.length === 0) return;
    this.#chunks.push([this.#entries - this.#chunk.length + 1, this.#entries]);
    this.#chunk = [];
    this.#characters = 0;
    const texts = this.#texts;
    this.#texts = [];
    const columns = sql.raw(
      'ordinal, arxiv_id, arxiv_order, content_hash, section, statement, parts, status, ' +
        'tldr, motivation, method, result, conclusion',
    );
    await this.#tx.execute`
      insert into staged (${columns})
      select ${columns} from jsonb_populate_recordset(null::staged, ${rows}::jsonb)`;
    await prepareIndex(this.#tx, texts);
  }
}

function rowOf(entry: DigestEntry, ordinal: number) {
  const { arxivId, statement, parts } = entry;
  return {
    ordinal,
    arxiv_id: arxivId.id,
    arxiv_order: arxivOrder(arxivId.id),
    content_hash: contentHash(entry),
    section: statement.category === undefined ? null : canonicalSubject(statement.category),
    statement,
    parts: parts ?? null,
    ...(parts === undefined ? { status: null } : summaryFields(parts)),
  };
}

/** The texts of the search vector of a paper that has this entry only. */
function textsOf({ arxivId, statement, parts }: DigestEntry, ordinal: number): VectorTexts {
  const hasText = parts !== undefined && summaryFields(parts).status !== 'FAILED';
  const { title, abstract } = statement;
  return { id: ordinal, arxivId: arxivId.id, title, abstract, summaries: hasText ? [parts] : [] };
}
