import { defineConfig } from 'prisma/config';

// `prisma generate` needs no schema engine, yet tries to download one. Any existing executable stops that;
// a real engine, where somebody has set one, still wins.
process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= process.execPath;

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env['DATABASE_URL'] ?? 'postgresql://127.0.0.1/papergraph' },
});
