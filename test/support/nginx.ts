import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:http2';
import path from 'node:path';
import { expect } from 'vitest';
import { freePort } from '../feed/checker/free-port.ts';
import { databaseFolder, runAs, startAs } from './as-postgres.ts';

const NGINX = '/usr/sbin/nginx';
const OPENSSL = '/usr/bin/openssl';

/** Whether the programs that `startNginx` needs are there. */
export const HAS_NGINX = existsSync(NGINX) && existsSync(OPENSSL);

/** nginx with the documented configuration. It ends with the test. */
export interface Nginx {
  /** Where clients reach the servers, with the path prefix and a final slash. */
  readonly url: string;
  /** The certificate of `localhost`. */
  readonly ca: Buffer;
}

/**
 * Starts nginx with docs/operations/nginx.conf in front of the servers at these URLs, on a port that `freePort`
 * returned. `edit` changes the text of the configuration.
 */
export async function startNginx(
  port: number,
  servers: readonly string[],
  edit: (text: string) => string = (text) => text,
): Promise<Nginx> {
  const folder = databaseFolder();
  const [key, certificate] = [path.join(folder, 'key'), path.join(folder, 'crt')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  runAs(OPENSSL, ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', certificate]);
  const hosts = servers.map((url) => `server ${new URL(url).host};`).join('\n');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
  const replacements: readonly [documented: string, ours: string][] = [
    ['worker_processes auto;', 'worker_processes 1; daemon off;'],
    ['pid /run/nginx.pid;', `pid ${folder}/pid; error_log ${folder}/log;`],
    ['http {', `http { access_log off; ${temporary.join(' ')}`],
    ['server 127.0.0.1:4000;', hosts],
    ['listen 443 ', `listen 127.0.0.1:${port} `],
    ['papers.example.org;', 'localhost;'],
    ['/etc/nginx/papers.example.org.crt', certificate],
    ['/etc/nginx/papers.example.org.key', key],
  ];
  let text = edit(readFileSync('docs/operations/nginx.conf', 'utf8'));
  for (const [documented, ours] of replacements) {
    expect(text).toContain(documented);
    text = text.replace(documented, ours);
  }
  const config = path.join(folder, 'conf');
  writeFileSync(config, text, { mode: 0o644 });
  startAs(NGINX, ['-p', folder, '-e', `${folder}/log`, '-c', config], 'SIGTERM');
  const nginx = { url: `https://localhost:${port}/papers/`, ca: readFileSync(certificate) };
  await expect.poll(async () => (await requestOf(nginx, 'healthz')).status).toBe(200);
  return nginx;
}

/** A response over HTTP/2, whose body may not have ended yet. */
export interface Http2Response {
  readonly status: number | undefined;
  readonly protocol: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  /** The body so far. */
  readonly body: () => Buffer;
  readonly ended: Promise<void>;
  readonly close: () => void;
}

/** Sends a request over HTTP/2 and TLS. Resolves with the status 0 if there is no connection. */
export async function requestOf(
  { url, ca }: Nginx,
  relative: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: string } = {},
): Promise<Http2Response> {
  const target = new URL(relative, url);
  const session = connect(target.origin, { ca, host: '127.0.0.1' });
  const request = session.request({
    ':method': body === undefined ? 'GET' : 'POST',
    ':path': target.pathname + target.search,
    ...headers,
  });
  const chunks: Buffer[] = [];
  const ended = new Promise<void>((resolve) => request.once('close', resolve));
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('close', () => session.close());
  const answer = new Promise<Record<string, unknown>>((resolve) => {
    request.once('response', resolve);
    request.once('error', () => resolve({ ':status': 0 }));
    session.once('error', () => resolve({ ':status': 0 }));
  });
  request.end(body);
  const given = await answer;
  const protocol = session.alpnProtocol;
  return {
    status: given[':status'] as number | undefined,
    protocol,
    headers: given,
    ended,
    body: () => Buffer.concat(chunks),
    close: () => session.destroy(),
  };
}

/** A free port for `startNginx`: servers must know the address before they start. */
export const nginxPort = freePort;
