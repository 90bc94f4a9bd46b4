import type { Table } from './benchmark.ts';

/** Something that we want to reach. */
interface Aim {
  readonly measure: string;
  /** The figure of a section that measures it. */
  readonly figure: string;
  readonly aim: number;
  /** Whether the figure must be at most the aim; otherwise at least. */
  readonly atMost?: true;
  readonly unit?: string;
}

const least = (measure: string, figure: string, aim: number): Aim => ({ measure, figure, aim });
const most = (measure: string, figure: string, aim: number, unit = ''): Aim => {
  return { measure, figure, aim, unit, atMost: true };
};

const AIMS: readonly Aim[] = [
  least('nested, cold: times as fast as PostGraphile 5', 'reads/nested/postgraphile', 3),
  least('nested, cold: times as fast as SQL by hand', 'reads/nested/sql', 1.2),
  least('flat, cold: times as fast as PostGraphile 5', 'reads/flat/postgraphile', 2),
  least('flat, cold: times as fast as SQL by hand', 'reads/flat/sql', 0.6),
  least('author by name: times as fast as PostGraphile 5', 'reads/author/postgraphile', 1.5),
  least('large category at depth: times as fast as PostGraphile 5', 'reads/category/postgraphile', 1.5),
  least('repeated, large answer: times as fast as bare `node:http`', 'repeated/large', 0.8),
  least('repeated, small answer: times as fast as bare `node:http`', 'repeated/small', 0.5),
  least('first load: times as fast as COPY of the finished rows', 'first-load/copy', 0.4),
  most('one day of 200 papers into 1,000,000: times as long as into 10,000', 'growth/day', 1.2),
  most('one day of 200 papers into 1,000,000', 'growth/day-ms', 500, ' ms'),
  most('bytes of the database for a byte of input', 'bytes/input', 3.5),
  most('`--sample` in an empty folder: times as long as initdb and start', 'start/sample-to-initdb', 1.5),
  most('existing store to ready', 'start/existing-ms', 600, ' ms'),
  most('one event of 201 bytes to 10,000 sockets: times as long as bare ws', 'fan-out/one-short', 1.1),
  most('one event of 1.6 KB to 10,000 sockets: times as long as bare ws', 'fan-out/one-long', 1.2),
  most('the same with 1,000 filters', 'fan-out/filters-short', 2),
  most('idle subscriber: times the memory of bare ws', 'fan-out/idle', 1.3),
  most('slowest list page, count, author, category or digest at 1,000,000 to 10,000', 'growth/lists', 1.3),
  most('a rare category as filter, at 1,000,000 papers', 'growth/rare-ms', 5, ' ms'),
];

/** The table of aims. Figures that no section has are shown as not measured. */
export function aimsTable(figures: Readonly<Record<string, number>>): Table {
  const rows = AIMS.map(({ measure, figure, aim, atMost, unit = '' }) => {
    const measured = figures[figure];
    const bound = `${atMost ? 'at most' : 'at least'} ${aim}${unit}`;
    if (measured === undefined) return [measure, bound, 'not measured', ''];
    const met = atMost ? measured <= aim : measured >= aim;
    return [measure, bound, `${Number(measured.toPrecision(3))}${unit}`, met ? 'yes' : 'no'];
  });
  return { head: ['measure', 'aim', 'measured', 'met'], rows };
}
