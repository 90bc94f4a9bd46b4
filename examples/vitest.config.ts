import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Resolve graphql to the file that Node loads: graphql refuses schemas of a second copy of itself.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['examples/*.test.ts'],
    // Each example installs its dependencies.
    testTimeout: 900_000,
    hookTimeout: 600_000,
  },
});
