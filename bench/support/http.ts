import type { Server } from './servers.ts';

/** A GraphQL request as it goes over the wire. */
export function post({ port }: Server, query: string, variables: object = {}, headers = ''): string {
  const body = JSON.stringify({ query: query.replaceAll(/\s+/g, ' '), variables });
  const length = Buffer.byteLength(body);
  return (
    `POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n` +
    `Accept: application/json\r\n${headers}Content-Length: ${length}\r\n\r\n${body}`
  );
}

/** A GET request as it goes over the wire. */
export function get({ port }: Server, pathname: string, headers = ''): string {
  return `GET ${pathname} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${headers}\r\n`;
}

/** Sends such a request. Rejects unless it is answered with 200. */
export async function ask({ port }: Server, request: string): Promise<Response> {
  const [head = '', body = ''] = request.split('\r\n\r\n');
  const [line = '', ...fields] = head.split('\r\n');
  const [method = '', pathname = ''] = line.split(' ');
  const headers = fields.map((field) => field.split(': ') as [string, string]);
  const init = method === 'POST' ? { body } : {};
  const kept = headers.filter(([name]) => !['Host', 'Content-Length'].includes(name));
  const response = await fetch(`http://127.0.0.1:${port}${pathname}`, { method, headers: kept, ...init });
  if (response.status !== 200)
    throw new Error(`expected an answer, got ${response.status}: ${await response.text()}\n${request}`);
  return response;
}

/** The data of an answer. Rejects if it has errors. */
export async function dataOf<Answer>(server: Server, request: string): Promise<Answer> {
  const { data, errors } = (await (await ask(server, request)).json()) as { data: Answer; errors?: unknown };
  if (errors !== undefined) throw new Error(`expected data, got ${JSON.stringify(errors)}\n${request}`);
  return data;
}
