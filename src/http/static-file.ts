import { createHash } from 'node:crypto';
import { compress, encodingOf, type Encoding } from './content-encoding.ts';
import { listOf, send, type RequestContext } from './request-context.ts';

/** A file in memory. Compresses it at most once per encoding, and answers 304 to browsers that have it. */
export interface StaticFile {
  serve(context: RequestContext): Promise<void>;
}

/** A file that is served with these headers. */
export function staticFile(content: string | Buffer, headers: Readonly<Record<string, string>>): StaticFile {
  const bytes = Buffer.from(content);
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  const encoded = new Map<Encoding, Promise<Buffer>>();
  return {
    serve: async (context) => {
      const name = encodingOf(context.request.headers['accept-encoding']);
      const etag = `"${hash}-${name}"`;
      const all = { ...headers, etag, vary: [headers['vary'], 'accept-encoding'].filter(Boolean).join(', ') };
      if (context.request.headers['if-none-match']?.includes(etag) === true) {
        context.writeHead(304, listOf(all)).end();
        return;
      }
      if (name === 'identity') {
        send(context, 200, all, bytes);
        return;
      }
      const body = encoded.get(name) ?? compress(bytes, name);
      encoded.set(name, body);
      send(context, 200, { ...all, 'content-encoding': name }, await body);
    },
  };
}
