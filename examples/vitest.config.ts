import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The file that Node loads too: two copies of graphql in one process refuse each other's schemas.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['examples/*.test.ts'],
    // Each installs its dependencies.
    testTimeout: 900_000,
    hookTimeout: 600_000,
  },
});
