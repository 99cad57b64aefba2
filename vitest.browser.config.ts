import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Pages in Chromium: not part of `npm test`, which needs no browser. */
const config: ViteUserConfig = defineConfig({
  test: { include: ['test/browser/**/*.browser.ts'], testTimeout: 120_000, maxWorkers: 1 },
});
export default config;
