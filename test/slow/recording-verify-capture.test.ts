// The recordings in test/recordings through the Wasm core: every frame that a real kernel handed out, on a bare clone.

import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openCapture, verifyCapture } from '../../src/recording/index.ts';

const folder = (name: string): string =>
  fileURLToPath(new URL(`../recordings/linux-6.12-${name}`, import.meta.url));

describe.each(['smoke-768', 'thp-768', 'mthp-512', 'nofrag-704', 'inflate-384'])('%s', (name) => {
  it('guided: every allocation, refill, drain and final list is the kernel’s', async () => {
    const run = verifyCapture(await openCapture(folder(name)), 'guided');
    expect(run.result.divergences).toEqual([]);
    expect(run.result.alloc.total).toBeGreaterThan(2000);
    expect(run.isExact).toBe(true);
  });
});

// Not nofrag-704: which of its two zones serves a request hangs on a lagging counter (docs/decisions/0027).
describe.each(['smoke-768', 'thp-768', 'mthp-512'])('%s', (name) => {
  it('free-running: every allocation is the kernel’s', async () => {
    const { alloc } = verifyCapture(await openCapture(folder(name)), 'free-running').result;
    expect(alloc.exact).toBe(alloc.total);
  });
});

it('inflate-384: every page of every balloon array is what Linux’s driver wrote', async () => {
  const { device } = verifyCapture(await openCapture(folder('inflate-384')), 'guided');
  expect(device?.kind).toBe('balloon');
  expect(device?.pages).toEqual({ exact: 37_888, total: 37_888 });
  expect(device?.requests.exact).toBe(device?.requests.total);
});
