import { buildSchema, type GraphQLSchema } from 'graphql';
import { onTestFinished } from 'vitest';
import type { StoreVersion } from '../../src/events/store-version.ts';
import type { Feed } from '../../src/feed/live-feed.ts';
import type { CreateContext } from '../../src/graphql/context.ts';
import { createApp, type AppOptions } from '../../src/http/app.ts';
import { listen, type Listening } from '../../src/http/listen.ts';
import { createReadiness, type Readiness } from '../../src/http/readiness.ts';
import { createLogger } from '../../src/logger.ts';

/** What a test server is made of; what is absent is the simplest thing that works. */
export interface TestServerOptions {
  readonly schema?: GraphQLSchema;
  readonly createContext?: CreateContext | (() => object);
  readonly readiness?: Readiness;
  readonly feed?: Feed;
  readonly adminToken?: string;
  readonly readTokens?: readonly string[];
  readonly trustProxy?: AppOptions['trustProxy'];
  readonly publicUrl?: URL;
  readonly corsOrigins?: AppOptions['corsOrigins'];
  readonly limits?: AppOptions['limits'];
  readonly documents?: AppOptions['documents'];
  readonly plugins?: AppOptions['plugins'];
  readonly points?: AppOptions['points'];
  readonly load?: AppOptions['load'];
}

/** A server on a free port that ends with the test. */
export interface TestServer extends Listening {
  /** The lines logged so far, parsed. */
  readonly logged: Record<string, unknown>[];
  /** Sends a JSON body to /graphql. */
  readonly post: (body: unknown, headers?: Record<string, string>) => Promise<Response>;
}

/**
 * For a schema of the test's own, whose resolvers need no context: the pipeline alone reads the version. Its
 * answers may be different every time.
 */
export const noContext = (): object => ({ version: async () => VERSION, incomplete: true });

const VERSION: StoreVersion = { key: '', epoch: '', head: 0, floor: 0 };

export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const logged: Record<string, unknown>[] = [];
  const log = createLogger('debug', {
    write: (line) => logged.push(JSON.parse(line) as Record<string, unknown>),
  });
  const app = createApp({
    ...options,
    ...(options.adminToken !== undefined && { adminTokens: [options.adminToken] }),
    schema: options.schema ?? buildSchema('type Query { hello: String }'),
    createContext: (options.createContext ?? noContext) as CreateContext,
    readiness: options.readiness ?? createReadiness({}),
    log,
  });
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  onTestFinished(async () => await server.close(0));
  return {
    ...server,
    logged,
    post: async (body, headers = {}) =>
      await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
  };
}
