// A guest that decides for itself beside real ones: how far each series may lie from the kernel's (docs/live.md has the figures).

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type LiveResult, openCapture, runLive } from '../../src/recording/index.ts';

const OWN = fileURLToPath(new URL('../recordings/', import.meta.url));
const SHARED = fileURLToPath(new URL('../../../shared/', import.meta.url));

const MEAN_MOST = 0.05;
const END_MOST = 0.03;

/** On average alone: a message of the balloon, or a block, more or less at the end (docs/live.md). */
function expectNearOnAverage({ series }: LiveResult, names: readonly string[]): void {
  for (const name of names) {
    const found = series.find((one) => one.name === name);
    expect(found?.meanDifference, `${name}, on average`).toBeLessThan(MEAN_MOST);
  }
}

/** Series by name: mean and end, percentages in points. */
function expectNear({ series }: LiveResult, names: readonly string[]): void {
  for (const name of names) {
    const found = series.find((one) => one.name === name);
    expect(found?.meanDifference, `${name}, on average`).toBeLessThan(MEAN_MOST);
    expect(found?.endDifference, `${name}, at the end`).toBeLessThan(END_MOST);
  }
}

const FREE = ['free DMA', 'free DMA32', 'free', 'page cache'];

it('a balloon: free memory, page cache and the balloon’s size are the kernel’s', async () => {
  const result = runLive(await openCapture(`${OWN}linux-6.12-inflate-384`), { build: 'verify' });
  expectNear(result, [...FREE, 'balloon', 'free 2 MiB blocks']);
  expect(result.counts).toMatchObject({ failed: 0, skippedFrees: 0 });
});

it('a balloon against page cache: free memory and the balloon go the kernel’s way', async () => {
  const result = runLive(await openCapture(`${OWN}linux-6.12-reclaim-512`));
  expectNear(result, [...FREE, 'balloon', 'free 2 MiB blocks']);
  expect(result.counts.failed).toBe(0);
});

it('virtio-mem that is occupied: all that was wished is unplugged, as by the kernel', async () => {
  const capture = await openCapture(`${OWN}linux-6.12-migrate-384`);
  expectNear(runLive(capture), [
    'free DMA',
    'free DMA32',
    'free Movable',
    'free',
    'free 2 MiB blocks',
    'page cache',
    'plugged 2 MiB blocks',
    'refaults',
  ]);
});

it('a balloon that gives back under pressure, and reporting: free memory goes the kernel’s way', async () => {
  const result = runLive(await openCapture(`${OWN}linux-6.12-report-oom-256`));
  expectNear(result, ['free DMA', 'free DMA32', 'free', 'balloon', 'reported']);
  expectNearOnAverage(result, ['free 2 MiB blocks']);
});

it.each(['6.12-smp4-640', '6.1-base-512', '7.3-base-640'])(
  'other kernels, and more CPUs: %s',
  async (name) => {
    const result = runLive(await openCapture(`${OWN}linux-${name}`));
    expectNear(result, [...FREE, 'free 2 MiB blocks']);
    expect(result.counts).toMatchObject({ failed: 0, skippedFrees: 0 });
  },
);

describe.skipIf(!existsSync(SHARED))('../shared', () => {
  it('a balloon: captures/linux-6.12-inflate-512', async () => {
    const result = runLive(await openCapture(`${SHARED}captures/linux-6.12-inflate-512`));
    expectNear(result, [...FREE, 'balloon', 'free 2 MiB blocks']);
  });

  it('virtio-mem: captures/linux-6.12-plug-384', async () => {
    const result = runLive(await openCapture(`${SHARED}captures/linux-6.12-plug-384`));
    expectNear(result, [...FREE, 'free Movable', 'free 2 MiB blocks', 'plugged 2 MiB blocks']);
  });

  it('compaction that is asked for: captures-probed/linux-6.12-squeeze-320', async () => {
    const capture = await openCapture(`${SHARED}captures-probed/linux-6.12-squeeze-320`);
    const result = runLive(capture);
    expectNear(result, ['free DMA', 'page cache']);
    expectNearOnAverage(result, ['free', 'free 2 MiB blocks']);
  });
});
