import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The file that Node loads too: two copies of graphql in one process refuse each other's schemas.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    // Generous: a deadline is for what hangs. Beside busy neighbours everything takes ten times as long.
    testTimeout: 300_000,
    hookTimeout: 600_000,
    teardownTimeout: 120_000,
    expect: { poll: { timeout: 120_000, interval: 20 } },
    maxWorkers: 2,
    // Counts what tests run in their own process. Commands that they start as processes or workers are tested, not counted.
    coverage: {
      include: ['src/**'],
      exclude: ['src/database/generated/**'],
      reporter: ['text-summary', 'json-summary', 'html'],
      // A little below what the whole suite covers.
      thresholds: { statements: 93, branches: 86, functions: 94, lines: 94 },
    },
  },
});
