// The peer of repeated answers: bare node:http that sends bytes it already has. Arguments: the port, and a folder. GET or POST
// /NAME sends the file NAME.json of that folder, or 304 if the request has its ETag.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [, , port, folder = ''] = process.argv;
const answers = new Map<string, { readonly bytes: Buffer; readonly etag: string }>(
  readdirSync(folder).map((file) => {
    const bytes = readFileSync(`${folder}/${file}`);
    const etag = `"${createHash('sha256').update(bytes).digest('base64url')}"`;
    return [`/${file.replace('.json', '')}`, { bytes, etag }] as const;
  }),
);

const server = createServer((request, response) => {
  const answer = answers.get(request.url ?? '');
  if (answer === undefined) {
    response.writeHead(404).end();
    return;
  }
  const { bytes, etag } = answer;
  // A body must be read; that of a GET is empty.
  request.resume().once('end', () => {
    if (request.headers['if-none-match'] !== undefined) response.writeHead(304, { etag }).end();
    else {
      const head = { 'content-type': 'application/json', 'content-length': bytes.length, etag };
      response.writeHead(200, head).end(bytes);
    }
  });
});

server.listen(Number(port), '127.0.0.1', () => process.send?.('ready'));
