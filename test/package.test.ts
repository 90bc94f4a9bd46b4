import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { globSync } from 'tinyglobby';
import { describe, expect, test } from 'vitest';
import { spawnCli, waitFor } from './support/cli.ts';
import { LONG } from './support/long.ts';
import { install, pack, runIn } from './support/pack.ts';

interface Manifest {
  readonly version: string;
  readonly license: string;
  readonly engines: unknown;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const manifestOf = (folder: string) =>
  JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;
const main = manifestOf('.');
const client = manifestOf('packages/client');

/** What a source file imports, as written. */
const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?'([\w@./:-]+)'/g)].map(
    ([, name]) => name ?? '',
  );

/** A source file and all that it imports from `src`, directly or not. */
function withImports(file: string, found = new Set<string>()): Set<string> {
  if (!found.has(file)) {
    found.add(file);
    for (const name of importsOf(file).filter((each) => each.startsWith('.')))
      withImports(path.join(path.dirname(file), name), found);
  }
  return found;
}

/** The packages that files import; Node's own modules start with `node:`. */
const packagesOf = (files: Iterable<string>): Set<string> =>
  new Set(
    [...files]
      .flatMap((file) => importsOf(file))
      .filter((name) => !name.startsWith('.'))
      .map((name) =>
        name.startsWith('node:')
          ? name
          : name
              .split('/')
              .slice(0, name.startsWith('@') ? 2 : 1)
              .join('/'),
      ),
  );

const compiled = (files: Iterable<string>, extension: string): string[] =>
  [...files].map((file) => file.replace('src', 'dist').replace(/\.ts$/, extension));

const sources = globSync('src/**/*.ts', { ignore: ['**/*.d.ts'] });
const clientSources = withImports('src/client/subscribe.ts');

describe('npm pack', () => {
  test('packs what papergraph needs, and nothing else', async () => {
    const { files } = await pack('.', 'tsconfig.build.json');
    const importable = sources.filter((file) => /^src\/(client|errors|time)\//.test(file));
    const bundle = files.filter((file) => file.startsWith('dist/bundle/'));
    expect(bundle).toEqual(expect.arrayContaining(['dist/bundle/main.js', 'dist/bundle/LICENSES.txt']));
    expect(files.filter((file) => !bundle.includes(file))).toEqual(
      [
        'package.json',
        'README.md',
        'LICENSE',
        'CHANGELOG.md',
        'schema.graphql',
        'bin/papergraph.js',
        ...globSync(['prisma/migrations/**', 'prisma/seed/**']),
        ...compiled(importable, '.js'),
        ...compiled(importable, '.d.ts'),
      ].toSorted(),
    );
  });

  test('packs the client with what it imports, and nothing else', async () => {
    const { files } = await pack('packages/client', 'packages/client/tsconfig.json');
    expect(files).toEqual(
      [
        'package.json',
        'README.md',
        'LICENSE',
        ...compiled(clientSources, '.js'),
        ...compiled(clientSources, '.d.ts'),
      ].toSorted(),
    );
  });
});

describe('the packages', () => {
  test('depend on all that their code imports', () => {
    const declared = { ...main.dependencies, ...main.optionalDependencies };
    // Those of OpenTelemetry are only in the bundle: installed, they would take 27 MB.
    const imported = [...packagesOf(sources)].filter((name) => !/^(?:node:|@opentelemetry\/)/.test(name));
    expect(imported.filter((name) => !(name in declared))).toEqual([]);
  });

  test('the bundle comes with the license of each package in it', () => {
    const licenses = readFileSync('dist/bundle/LICENSES.txt', 'utf8');
    const bundled = ['commander', 'graphql', 'pg', 'pino', 'sql-template-tag', 'ws'];
    expect(bundled.filter((name) => !licenses.includes(`${name} ${main.dependencies[name]}\n`))).toEqual([]);
  });

  test('agree on version, license and engines, and on the dependencies of the client', () => {
    expect([client.version, client.license, client.engines]).toEqual([
      main.version,
      main.license,
      main.engines,
    ]);
    expect(readFileSync('packages/client/LICENSE', 'utf8')).toBe(readFileSync('LICENSE', 'utf8'));
    for (const [name, range] of Object.entries(client.dependencies))
      expect(`${name}@${range}`).toBe(`${name}@^${main.dependencies[name]}`);
  });

  test('the client depends on exactly what it imports, none of it of Node alone', () => {
    const declared = [...Object.keys(client.dependencies), ...Object.keys(client.peerDependencies ?? {})];
    expect([...packagesOf(clientSources)].toSorted()).toEqual(declared.toSorted());
  });

  test('a bundle of the client for browsers needs nothing of Node', async () => {
    const warnings: string[] = [];
    await using build = await rolldown({
      input: 'src/client/subscribe.ts',
      platform: 'browser',
      onLog: (_level, { message }) => void warnings.push(message),
    });
    const { output } = await build.generate({ minify: true });
    expect(warnings).toEqual([]);
    const chunks = output.filter((part) => part.type === 'chunk');
    const imported = chunks.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports]);
    const own = new Set(chunks.map(({ fileName }) => fileName));
    expect(imported.filter((name) => !own.has(name))).toEqual([]);
    expect(chunks.reduce((size, { code }) => size + code.length, 0)).toBeLessThan(100_000);
  });
});

// Without `skipLibCheck` and without the types of Node: those of the packages must do alone.
const COMPILER_FLAGS = '--strict --module nodenext --target es2023 --lib es2023,dom --types'
  .split(' ')
  .concat('');

/** Compiles and runs a program that follows a server's feed by an installed client. Returns what the first batch holds. */
async function tryClient(folder: string, name: string, url: string, transport: string): Promise<string> {
  const document =
    'subscription ($after: FeedCursor) { paperIngested(start: OLDEST, first: 100, after: $after) { cursor events { kind } } }';
  writeFileSync(
    path.join(folder, 'follow.mts'),
    `import { subscribe, FeedError, type FeedStatus, type SubscribeOptions } from '${name}';
     const options: SubscribeOptions = { transport: '${transport}', onStatus: (status: FeedStatus) => void status.state };
     interface Data { readonly paperIngested: { readonly events: readonly { readonly kind: string }[] } }
     export async function first(): Promise<string> {
       for await (const { paperIngested } of subscribe<Data>('${url}/graphql', '${document}', {}, options))
         return paperIngested.events.map(({ kind }) => kind).join();
       throw new FeedError([]);
     }`,
  );
  const compiler = path.resolve('node_modules/typescript/bin/tsc');
  await runIn(folder, process.execPath, compiler, ...COMPILER_FLAGS, 'follow.mts');
  const script = `import { first } from './follow.mjs'; console.log(await first());`;
  return (await runIn(folder, process.execPath, '--input-type=module', '-e', script)).trim();
}

describe.runIf(LONG)('installed from tarballs into an empty folder, without install scripts', () => {
  test('the commands and both clients work', { timeout: 1_200_000 }, async ({ skip }) => {
    const { tarball } = await pack('.', 'tsconfig.build.json');
    const folder = await install(tarball, skip);
    const papergraph = async (command: string) =>
      await runIn(folder, 'npx', '--no', '--', 'papergraph', command);
    expect(await papergraph('--version')).toBe(`${main.version}\n`);
    expect(await papergraph('schema')).toBe(readFileSync('schema.graphql', 'utf8'));

    const bin = path.join(folder, 'node_modules/papergraph/bin/papergraph.js');
    const flags = ['--sample', '--port', '0', '--data-dir', path.join(folder, 'data')];
    const server = spawnCli(['serve', ...flags], {}, bin);
    const url = await waitFor(server, /http:\/\/127\.0\.0\.1:\d+/);
    const sample = await tryClient(folder, 'papergraph/client', url, 'ws');
    expect(sample.split(',').length).toBeGreaterThan(10);

    const { tarball: clientTarball } = await pack('packages/client', 'packages/client/tsconfig.json');
    const small = await install(clientTarball, skip);
    const brought = globSync(['node_modules/*/package.json', 'node_modules/@*/*/package.json'], {
      cwd: small,
    });
    expect(brought.map((file) => path.dirname(file.replace('node_modules/', ''))).toSorted()).toEqual(
      ['@papergraph/client', ...Object.keys(client.dependencies), 'graphql'].toSorted(),
    );
    for (const transport of ['ws', 'sse'])
      expect(await tryClient(small, '@papergraph/client', url, transport)).toBe(sample);

    server.process.kill('SIGTERM');
    expect(await server.exit).toBe(0);
    expect(existsSync(path.join(folder, 'data/pg/postmaster.pid'))).toBe(false);
  });
});
