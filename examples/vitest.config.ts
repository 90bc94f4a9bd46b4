import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['examples/*.test.ts'],
    // Each installs its dependencies.
    testTimeout: 900_000,
    hookTimeout: 600_000,
  },
});
