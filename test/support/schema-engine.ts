import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlDriverAdapter,
  type SqlDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';

// Prisma's schema engine as WebAssembly, and its glue; the package has no types for this way of loading it.
interface Glue {
  __wbg_set_wasm(exports: WebAssembly.Exports): void;
  SchemaEngine: {
    new: (
      options: object,
      log: () => void,
      adapter: unknown,
    ) => Promise<{ diff(options: object): Promise<Diff> }>;
  };
}

interface Diff {
  /** 0: no difference, 2: there is one. */
  readonly exitCode: number;
  /** The SQL that would lead from the catalog to the models; null without a difference. */
  readonly stdout: string | null;
}

const GLUE = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
const SCHEMA = 'prisma/schema.prisma';

/** How the catalog of a database differs from `schema.prisma`, as Prisma's own engine sees it; undefined where it does not. */
export async function findDrift(url: string): Promise<string | undefined> {
  const glue = await loadGlue();
  const content = readFileSync(SCHEMA, 'utf8');
  const adapter = bindMigrationAwareSqlAdapterFactory(withCharacters(new PrismaPg(url)));
  const engine = await glue.SchemaEngine.new({ datamodels: [[SCHEMA, content]] }, () => {}, adapter);
  const files = [{ path: SCHEMA, content }];
  const { exitCode, stdout } = await engine.diff({
    from: { tag: 'schemaDatasource', files, configDir: process.cwd() },
    to: { tag: 'schemaDatamodel', files },
    script: true,
    exitCode: true,
    filters: { externalTables: [], externalEnums: [] },
  });
  return exitCode === 0 ? undefined : (stdout ?? `exit code ${exitCode}`);
}

let loaded: Promise<Glue> | undefined;

async function loadGlue(): Promise<Glue> {
  loaded ??= (async () => {
    // The engine tells of a panic here, and stops where nobody listens.
    Object.assign(globalThis, {
      PRISMA_WASM_PANIC_REGISTRY: { set_message: (message: string) => console.error(message) },
    });
    const glue = (await import(GLUE)) as Glue;
    const bytes = readFileSync(GLUE.replace(/\.js$/, '.wasm'));
    const { instance } = await WebAssembly.instantiate(bytes, {
      './schema_engine_bg.js': glue as unknown as WebAssembly.ModuleImports,
    });
    // eslint-disable-next-line no-underscore-dangle -- wasm-bindgen's name
    glue.__wbg_set_wasm(instance.exports);
    (instance.exports['__wbindgen_start'] as () => void)();
    return glue;
  })();
  return await loaded;
}

// Columns of the catalog's type "char" (oid 18) are refused by the adapter, and the engine wants them as one character.
const CATALOG_CHAR = 18;
const BPCHAR = 1042;
const CHARACTER = 6;

interface Raw {
  fields: { dataTypeID: number }[];
  rows: unknown[][];
}

function withCharacters(factory: SqlDriverAdapterFactory) {
  const shadow = factory as unknown as { connectToShadowDb(): Promise<SqlDriverAdapter> };
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => wrapped(await factory.connect()),
    connectToShadowDb: async () => wrapped(await shadow.connectToShadowDb()),
  };
}

function wrapped(adapter: SqlDriverAdapter): SqlDriverAdapter {
  const io = adapter as unknown as { performIO(query: object): Promise<Raw> };
  const [performIO, queryRaw] = [io.performIO.bind(adapter), adapter.queryRaw.bind(adapter)];
  const characters = new WeakMap<object, number[]>();
  io.performIO = async (query) => {
    const result = await performIO(query);
    const columns = result.fields.flatMap(({ dataTypeID }, index) =>
      dataTypeID === CATALOG_CHAR ? [index] : [],
    );
    for (const column of columns) {
      Object.assign(result.fields[column] ?? {}, { dataTypeID: BPCHAR });
      for (const row of result.rows) if (row[column] === '') row[column] = '\0';
    }
    characters.set(query, columns);
    return result;
  };
  adapter.queryRaw = async (query) => {
    const result = await queryRaw(query);
    for (const column of characters.get(query) ?? []) result.columnTypes[column] = CHARACTER;
    return result;
  };
  return adapter;
}
