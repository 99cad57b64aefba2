/** Each mechanism's VM: equal memory for equal containers, and a device that takes some of it back. */

import { describe, expect, it } from 'vitest';

import {
  czoneReclaimer,
  MECHANISMS,
  noReclaimer,
  RECLAIMERS,
} from '../../../../src/scenario/reclaim/mechanism.ts';
import { populationOf } from '../../../../src/scenario/reclaim/reclaimer.ts';
import { Tenant } from '../../../../src/scenario/tenant.ts';
import { COUNT_RELEASED_PAGES, newCounts, since } from '../../../../src/vmm/index.ts';

const POPULATION = populationOf(2, 64, () => 8000);

describe.each(MECHANISMS)('%s', (name) => {
  it('takes back what a container that is gone has left when it is asked', () => {
    const reclaimer = RECLAIMERS[name](POPULATION);
    const { vm, device, clock, settleNs, zones } = reclaimer;
    const [size] = POPULATION.sizes;
    if (size === undefined) throw new Error('no size');
    const zone = zones?.create(0, 64 * 512);
    const tenant = new Tenant(vm, 0, size, zone);
    while (!tenant.isGrown) tenant.growingCall();
    const [held, before] = [tenant.heldFrames, device.operations];
    vm.settle(newCounts());
    tenant.exit();
    if (zones === undefined) device.ask(held);
    clock.advance(settleNs);
    const counts = newCounts();
    vm.settle(counts);
    const got = counts[COUNT_RELEASED_PAGES] as number;
    expect(Object.keys(since(before, device.operations))).not.toEqual([]);
    // Blocks are taken from the top, where nobody may have written yet.
    const takesBlocks = name === 'dimm' || name === 'virtio-mem';
    if (!takesBlocks) expect(got).toBeGreaterThan(held / 2);
  });
});

it('without a mechanism nothing is taken', () => {
  const { vm, device } = noReclaimer(POPULATION);
  vm.settle(newCounts());
  device.ask(1000);
  const counts = newCounts();
  vm.settle(counts);
  expect([counts[COUNT_RELEASED_PAGES], device.exits]).toEqual([0, 0]);
});

it('zones are cut in blocks of 2 MiB, with room for all that containers may hold', () => {
  const { zones } = czoneReclaimer(POPULATION);
  expect(zones?.region.blockFrames).toBe(512);
  expect((zones?.region.frames ?? 0) % 512).toBe(0);
  expect(Object.keys(RECLAIMERS)).toEqual(MECHANISMS);
});
