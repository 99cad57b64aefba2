import { describe, expect, it } from 'vitest';

import { czoneReclaimer, noReclaimer } from '../../../src/scenario/reclaim/mechanism.ts';
import { populationOf } from '../../../src/scenario/reclaim/reclaimer.ts';
import { operationsWith, populate } from '../../../src/scenario/residents.ts';
import { randomStream } from '../../../src/time/index.ts';
import {
  COUNT_HOST_FAULTS,
  COUNT_MIGRATED_PAGES,
  newCounts,
  operationsOf,
} from '../../../src/vmm/index.ts';

const POPULATION = populationOf(3, 8, () => 500);

describe('residents', () => {
  it('have all grown to their sizes, one for each size, in order', () => {
    const reclaimer = noReclaimer(POPULATION);
    const residents = populate(reclaimer, POPULATION, randomStream(1, 'test'));
    expect(residents.map(({ tenant }) => tenant.size)).toEqual(POPULATION.sizes);
    expect(residents.every(({ tenant, zone }) => tenant.isGrown && zone === undefined)).toBe(true);
    const heaps = POPULATION.sizes.reduce((sum, { heapFrames }) => sum + heapFrames, 0);
    expect(reclaimer.vm.guest.memory.frames.anonymous).toBe(heaps);
  });

  it('have a zone each where there are zones', () => {
    const reclaimer = czoneReclaimer(POPULATION);
    const residents = populate(reclaimer, POPULATION, randomStream(1, 'test'));
    expect(new Set(residents.map(({ zone }) => zone)).size).toBe(3);
    for (const { zone } of residents) {
      expect(reclaimer.zones?.blocksOf(zone ?? -1).length).toBeGreaterThan(0);
    }
  });

  it('come to the same memory for the same stream of chance, whatever the run', () => {
    const frames = [1, 1].map((seed) => {
      const reclaimer = noReclaimer(POPULATION);
      populate(reclaimer, POPULATION, randomStream(seed, 'test'));
      return reclaimer.vm.guest.core.backedFrames;
    });
    expect(frames[1]).toBe(frames[0]);
  });
});

describe('operations', () => {
  it('are those since before, with pages that were moved, released and faulted in again', () => {
    const counts = newCounts();
    counts[COUNT_MIGRATED_PAGES] = 7;
    counts[COUNT_HOST_FAULTS] = 3;
    const slots = [COUNT_HOST_FAULTS, COUNT_MIGRATED_PAGES];
    expect(
      operationsWith({ interrupt: 2, vmExit: 5 }, { interrupt: 6, vmExit: 5 }, counts),
    ).toMatchObject({ interrupt: 4, ...operationsOf(counts, slots) });
  });
});
