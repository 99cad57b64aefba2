import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Pages in Chromium. Those of the report are part of `npm test` too, which leaves them out where there is no browser. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/browser/**/*.browser.ts', 'test/unit/report/live/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 1,
  },
});
export default config;
