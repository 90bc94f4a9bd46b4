import { longName } from '../digest/long-names.ts';
import type { Statement } from '../digest/digest.ts';
import type { Transaction } from '../database/transaction.ts';

const CHUNK = 100;

/**
 * Makes each author line that was taken apart at `, ` one name, in the staged entries: bare commas join the file's authors
 * after all. A line that is too long for a name stays apart.
 */
export async function joinAuthors(tx: Transaction): Promise<void> {
  let after = 0;
  for (let rows = await apart(tx, after); rows.length > 0; rows = await apart(tx, after)) {
    const whole = rows.filter(
      ({ statement, line }) => longName({ ...statement, authors: [line] }) === undefined,
    );
    await tx.execute`
      update staged set statement = jsonb_set(statement - 'authorLine', '{authors}', jsonb_build_array(statement->'authorLine'))
      where ordinal = any(${whole.map(({ ordinal }) => ordinal)})`;
    after = Math.max(...rows.map(({ ordinal }) => ordinal));
  }
}

interface Apart {
  ordinal: number;
  statement: Statement;
  line: string;
}

async function apart(tx: Transaction, after: number): Promise<Apart[]> {
  return await tx.query<Apart>`
    select ordinal, statement, statement->>'authorLine' as line from staged
    where statement ? 'authorLine' and ordinal > ${after} order by ordinal limit ${CHUNK}`;
}
