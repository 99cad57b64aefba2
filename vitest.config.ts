import { defineConfig, type ViteUserConfig } from 'vitest/config';

const EVERY = { testTimeout: 120_000, setupFiles: ['test/support/setup.ts'] };
/** Rooms' own tests share a process, which saves a third of a second of imports a file: what they change outside of themselves they put back. */
const ROOMS = [
  'test/unit/*.test.ts',
  'test/unit/!(core)/**/*.test.ts',
  'test/unit/core/!(resident).test.ts',
];
/** Guests of a thread lie down for each other: where some are counted on, others' must not be about. */
const ALONE = 'test/unit/core/resident.test.ts';
const OTHERS = ['test/*.test.ts', 'test/!(unit)/**/*.test.ts', ALONE];

const config: ViteUserConfig = defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { ...EVERY, name: 'rooms', include: ROOMS, isolate: false, pool: 'threads' } },
      { test: { ...EVERY, name: 'whole', include: OTHERS } },
    ],
  },
});
export default config;
