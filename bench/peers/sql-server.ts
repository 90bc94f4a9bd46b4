// The peer SQL: one statement for each query, written by hand and prepared, on bare node:http. GET /NAME?ARGS answers the query
// with the arguments, which are JSON. Its only argument is the port; the database is in PGHOST and so on.
import { createServer } from 'node:http';
import pg from 'pg';
import { QUERIES, type Args } from './sql-queries.ts';

// Without it, Postgres plans each execution anew, because it knows the limit then.
const pool = new pg.Pool({ max: 10, options: '-c plan_cache_mode=force_generic_plan' });

const server = createServer((request, response) => {
  answer(request.url ?? '')
    .then((text) => {
      const length = Buffer.byteLength(text);
      return response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': length })
        .end(text);
    })
    .catch((error: unknown) => response.writeHead(500).end(String(error)));
});

async function answer(url: string): Promise<string> {
  const at = url.indexOf('?');
  const name = url.slice(1, at);
  const statement = QUERIES[name];
  if (statement === undefined) throw new Error(`expected the name of a query, got ${name}`);
  const { text, values, write } = statement;
  const args = JSON.parse(decodeURIComponent(url.slice(at + 1))) as Args;
  const { rows } = await pool.query<string[]>({ name, text, values: values(args), rowMode: 'array' });
  const [row = []] = rows;
  return `{"data":${write === undefined ? (row[0] ?? 'null') : write(row)}}`;
}

server.listen(Number(process.argv[2]), '127.0.0.1', () => process.send?.('ready'));
