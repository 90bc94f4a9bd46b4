// The peer SQL: one statement for each query, written by hand and prepared, on bare node:http. GET /NAME?ARGS answers the query
// with the arguments, which are JSON. Its only argument is the port; the database is in PGHOST and so on.
import { createServer } from 'node:http';
import pg from 'pg';
import { QUERIES } from './sql-queries.mjs';

const pool = new pg.Pool({ max: 10 });

const server = createServer((request, response) => {
  answer(request.url).then(
    (text) => {
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      });
      response.end(text);
    },
    (error) => {
      response.writeHead(500);
      response.end(String(error));
    },
  );
});

async function answer(url) {
  const at = url.indexOf('?');
  const name = url.slice(1, at);
  const { text, values, write } = QUERIES[name];
  const args = JSON.parse(decodeURIComponent(url.slice(at + 1)));
  const { rows } = await pool.query({ name, text, values: values(args), rowMode: 'array' });
  return `{"data":${write === undefined ? rows[0][0] : write(rows[0])}}`;
}

server.listen(Number(process.argv[2]), '127.0.0.1', () => process.send?.('ready'));
