// Each microbenchmark does what its sentence says, and the same each time; how long it takes is not looked at.

import { expect, it } from 'vitest';
import { FRAMES_PER_MIB } from '../../../src/abi/unit.ts';
import {
  BENCH_FRAMES_LEAST,
  type BenchResult,
  MICROBENCHES,
  runMicrobenches,
} from '../../../src/microbench/index.ts';

const setting = { frames: 512 * FRAMES_PER_MIB };
const found = new Map<string, BenchResult>();
for (const result of await runMicrobenches(MICROBENCHES, setting, 2, () => 1)) {
  found.set(result.name, result);
}

/** What must be so of its counts. */
const SAYS: Readonly<Record<string, (counts: Readonly<Record<string, number>>) => boolean>> = {
  touch: ({ hugeFree }) => (hugeFree as number) > 100,
  age: ({ hugeFree }) => (hugeFree as number) < 60,
  steal: ({ got }) => got === (512 * FRAMES_PER_MIB) / 8,
  compact: ({ made }) => (made as number) > 10,
  balloon: ({ got }) => got === 128 * FRAMES_PER_MIB,
  reporting: ({ backed }) => (backed as number) < 256 * FRAMES_PER_MIB,
  'virtio-mem-20': ({ unplugged }) => unplugged === 128,
  'virtio-mem-50': ({ unplugged, migrated }) =>
    (unplugged as number) > 0 && (migrated as number) > 0,
  'virtio-mem-80': ({ migrated }) => (migrated as number) > 0,
  czone: ({ messages }) => (messages as number) > 0,
  policies: ({ cold }) => (cold as number) > 10,
};

it.each(MICROBENCHES)('$name: $sentence', ({ name }) => {
  const { counts, operations, hash } = found.get(name) as BenchResult;
  expect(operations).toBeGreaterThan(0);
  expect(hash).toMatch(/^[0-9a-f]{8,16}$/);
  expect(SAYS[name]?.(counts), JSON.stringify(counts)).toBe(true);
});

it('each of them runs in the smallest guest that it takes', async () => {
  const results = await runMicrobenches(MICROBENCHES, { frames: BENCH_FRAMES_LEAST }, 1, () => 1);
  const idle = results.filter(({ operations }) => operations === 0).map(({ name }) => name);
  expect([results.length, idle]).toEqual([MICROBENCHES.length, []]);
});
