import { createHash } from 'node:crypto';
import { sendJson, type RequestContext, type Handler } from '../request-context.ts';
import { prepareScript, startScript, STYLES, withoutStacks } from './graphiql-client.ts';
import { staticFile, type StaticFile } from '../static-file.ts';

/** GraphiQL's page and all files that it loads. */
export interface Graphiql {
  readonly page: Handler;
  readonly asset: Handler;
}

interface Files {
  /** The page for a URL with a final slash, and for one without: their relative links differ. */
  readonly pages: { readonly slashed: StaticFile; readonly plain: StaticFile };
  /** The files, by path. */
  readonly assets: ReadonlyMap<string, StaticFile>;
}

const JAVASCRIPT = 'text/javascript; charset=utf-8';

// Only scripts of this server run, and no inline ones, so that text of a digest can never run. The editor
// sets inline styles.
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What GraphiQL is told about the server. */
export interface GraphiqlOptions {
  /** Whether the server runs trusted documents only. */
  readonly onlyTrusted: boolean;
}

/** Serves GraphiQL and, below `base` (a path with a final slash), its files. Loads them on first use. */
export function graphiql(base: string, options: GraphiqlOptions): Graphiql {
  let files: Promise<Files> | undefined;
  const load = async (): Promise<Files> => await (files ??= loadFiles(base, options));
  return {
    page: async (context) => {
      const { slashed, plain } = (await load()).pages;
      const [path = ''] = (context.request.url ?? '').split('?', 1);
      await (path.endsWith('/') ? slashed : plain).serve(context);
    },
    asset: async (context) => {
      const asset = (await load()).assets.get(context.request.url ?? '');
      if (asset === undefined) sendJson(context, 404, { error: 'not found' });
      else await asset.serve(context);
    },
  };
}

/** Whether a request wants the page: it comes from a browser's address bar, not from a GraphQL client. */
export function wantsGraphiql({ request }: RequestContext): boolean {
  return request.method === 'GET' && request.headers.accept?.includes('text/html') === true;
}

async function loadFiles(base: string, { onlyTrusted }: GraphiqlOptions): Promise<Files> {
  // Imported on demand: nine megabytes, which most servers never need.
  const bundle = await import('@graphql-yoga/render-graphiql/graphiql');
  const [iconType, icon] = decodeDataUrl(bundle.favicon);
  const contents: [name: string, type: string, content: string | Buffer][] = [
    ['graphiql.js', JAVASCRIPT, withoutStacks(bundle.js)],
    ['prepare.js', JAVASCRIPT, prepareScript()],
    ['start.js', JAVASCRIPT, startScript(onlyTrusted)],
    ['editorWorkerService.js', JAVASCRIPT, bundle.editorWorkerService],
    ['json.js', JAVASCRIPT, bundle.jsonWorker],
    ['graphql.js', JAVASCRIPT, bundle.graphqlWorker],
    ['graphiql.css', 'text/css; charset=utf-8', bundle.css + STYLES],
    ['favicon.ico', iconType, icon],
  ];
  const hash = createHash('sha256');
  for (const [, , content] of contents) hash.update(content);
  // Each version has its own path, so browsers may cache a file forever.
  const folder = `${base}${hash.digest('base64url').slice(0, 16)}/`;
  const cacheControl = 'public, max-age=31536000, immutable';
  // Relative, because a proxy may serve all of this below a path that this server does not know.
  return {
    pages: { slashed: pageFile(`..${folder}`), plain: pageFile(`.${folder}`) },
    assets: new Map(
      contents.map(([name, type, content]) => [
        folder + name,
        staticFile(content, { 'content-type': type, 'cache-control': cacheControl }),
      ]),
    ),
  };
}

/** The page, whose files are below `folder`. */
function pageFile(folder: string): StaticFile {
  return staticFile(pageHtml(folder), {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'cache-control': 'no-cache',
    vary: 'accept',
  });
}

function decodeDataUrl(url: string): [type: string, content: Buffer] {
  const [head = '', data = ''] = url.split(',', 2);
  return [head.replace(/^data:/, '').replace(/;.*/, ''), Buffer.from(data, 'base64')];
}

function pageHtml(folder: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Papergraph</title>
    <link rel="icon" href="${folder}favicon.ico" />
    <link rel="stylesheet" href="${folder}graphiql.css" />
    <script defer src="${folder}prepare.js"></script>
    <script defer src="${folder}graphiql.js"></script>
    <script defer src="${folder}start.js"></script>
  </head>
  <body class="no-focus-outline">
    <noscript>GraphiQL needs JavaScript. The API does not: POST your query to this address as JSON.</noscript>
    <div id="root"></div>
  </body>
</html>
`;
}
