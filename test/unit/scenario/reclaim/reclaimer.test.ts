import { describe, expect, it } from 'vitest';

import { heapRoom, populationOf, systemRoom } from '../../../../src/scenario/reclaim/reclaimer.ts';
import { limitOf } from '../../../../src/scenario/tenant.ts';

const MIB_FRAMES = 256;

const frames = (draw: (end: number) => number): number[] =>
  populationOf(2, 64, draw).sizes.map(({ heapFrames }) => heapFrames);

describe('a population', () => {
  it('has sizes from half the mean to half as much again, by the draws', () => {
    const [least] = frames(() => 0);
    const [most] = frames((end) => end - 1);
    expect((most as number) / (least as number)).toBeCloseTo(3, 2);
    const mean = 64 * MIB_FRAMES;
    const { fileFrames } = populationOf(1, 64, () => 0);
    expect(((least as number) + (most as number)) / 2 + fileFrames).toBeCloseTo(mean, -1);
  });

  it('shares one set of files', () => {
    const { sizes, fileFrames } = populationOf(3, 64, () => 5);
    expect(sizes.map((size) => size.fileFrames)).toEqual([fileFrames, fileFrames, fileFrames]);
  });

  it('has a heap of a page at least', () => {
    expect(populationOf(1, 0, () => 0).sizes[0]?.heapFrames).toBe(1);
  });
});

describe('room', () => {
  const population = populationOf(4, 64, () => 100);

  it('for heaps is what their limits come to, and more', () => {
    const limits = population.sizes.reduce((sum, size) => sum + limitOf(size, 1), 0);
    expect(heapRoom(population)).toBeGreaterThanOrEqual(limits);
    expect(heapRoom(population)).toBeLessThan(2 * limits);
  });

  it('for the system grows by the struct pages of memory that is plugged: 1 in 64', () => {
    const extra = 64 * 32768;
    const more = systemRoom(population, extra) - systemRoom(population, 0);
    expect(more).toBeGreaterThanOrEqual(32768);
    expect(more).toBeLessThan(4 * 32768);
  });
});
