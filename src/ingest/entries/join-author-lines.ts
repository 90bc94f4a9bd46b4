import { longName } from '../../digest/long-names.ts';
import type { Statement } from '../../digest/digest.ts';
import type { Transaction } from '../../database/transaction.ts';

const CHUNK = 100;

/**
 * Makes each author line that was split at `, ` one name again, in the staged entries. The reader splits
 * lines until it sees a comma without a space: from that it knows that bare commas separate the file's
 * authors, and that `, ` is part of a name. A line that is too long for a name stays split.
 */
export async function joinAuthorLines(tx: Transaction): Promise<void> {
  let after = 0;
  for (let rows = await splitLines(tx, after); rows.length > 0; rows = await splitLines(tx, after)) {
    const whole = rows.filter(
      ({ statement, line }) => longName({ ...statement, authors: [line] }) === undefined,
    );
    await tx.execute`
      update staged
      set statement = jsonb_set(
        statement - 'authorLine', '{authors}', jsonb_build_array(statement->'authorLine'))
      where ordinal = any(${whole.map(({ ordinal }) => ordinal)})`;
    after = Math.max(...rows.map(({ ordinal }) => ordinal));
  }
}

interface SplitLine {
  ordinal: number;
  statement: Statement;
  line: string;
}

async function splitLines(tx: Transaction, after: number): Promise<SplitLine[]> {
  return await tx.query<SplitLine>`
    select ordinal, statement, statement->>'authorLine' as line from staged
    where statement ? 'authorLine' and ordinal > ${after} order by ordinal limit ${CHUNK}`;
}
