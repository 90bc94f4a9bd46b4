import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['examples/*.test.ts'],
    // Each installs its dependencies.
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
