// The kernel's clocks in a live guest.

import { describe, expect, it } from 'vitest';
import { STAT_DRAIN_BLOCKS } from '../../../src/core/index.ts';
import { verify } from '../../../src/core/verify.ts';
import { type GuestKernel, freeFrames } from '../../../src/guest/index.ts';
import { takeCensus } from '../../support/census.ts';
import { NS_PER_S } from '../../../src/abi/unit.ts';
import { Clock } from '../../../src/time/index.ts';
import { CONFIG, makeGuest } from '../../support/guest.ts';

const MIB = 256;
/** Room for lists that are worth draining. */
const LARGE = { ...CONFIG, memoryFrames: 256 * MIB };

function started(config = LARGE, template = false): { guest: GuestKernel; clock: Clock } {
  const clock = new Clock();
  const guest = makeGuest(config, template, clock);
  return { guest, clock };
}

describe('the vmstat worker', () => {
  it('gives what was freed to the per-cpu lists back within seconds, down to their least high', () => {
    const { guest, clock } = started();
    guest.writeAndFree(160 * MIB);
    guest.runBackground();
    const before = freeFrames(guest.core);
    clock.advance(60 * NS_PER_S);
    expect(freeFrames(guest.core)).toBeGreaterThan(before + MIB);
    expect(verify(guest.core)).toBeUndefined();
    expect(guest.memory.idleFrames).toBe(takeCensus(guest.core).idleFrames);
  });

  it('turns on whole seconds and not before', () => {
    const { guest, clock } = started();
    clock.advance(0.25 * NS_PER_S);
    guest.writeAndFree(160 * MIB);
    guest.runBackground();
    const drained = guest.core.stat(STAT_DRAIN_BLOCKS);
    clock.advanceTo(NS_PER_S - 1);
    expect(guest.core.stat(STAT_DRAIN_BLOCKS)).toBe(drained);
    clock.advanceTo(NS_PER_S);
    expect(guest.core.stat(STAT_DRAIN_BLOCKS)).toBeGreaterThan(drained);
  });

  it('sleeps when there is nothing to do, and an idle guest has no timer', () => {
    const { guest, clock } = started();
    guest.writeAndFree(160 * MIB);
    guest.runBackground();
    clock.advance(300 * NS_PER_S);
    expect(clock.pending).toBe(0);
    guest.runBackground();
    expect(clock.pending).toBe(0);
    guest.writeAndFree(160 * MIB);
    guest.runBackground();
    expect(clock.pending).toBeGreaterThan(0);
  });

  it('does nothing more when its VM has ended', () => {
    const { guest, clock } = started();
    guest.writeAndFree(160 * MIB);
    guest.runBackground();
    guest.stopWorkers();
    const drained = guest.core.stat(STAT_DRAIN_BLOCKS);
    clock.advance(60 * NS_PER_S);
    expect(guest.core.stat(STAT_DRAIN_BLOCKS)).toBe(drained);
    expect(clock.pending).toBe(0);
  });
});

describe('kswapd', () => {
  it('is not done while only a zone that keeps itself back from the request is above its mark', () => {
    const clock = new Clock();
    const guest = makeGuest({ ...CONFIG, memoryFrames: 1024 * MIB }, false, clock);
    const { core } = guest;
    expect(core.isBalanced({ order: 0, highest: 3 })).toBe(true);
    guest.files.read('data', 900 * MIB, 0);
    guest.writeAndFree(120 * MIB);
    expect(guest.memory.kswapd.runs + guest.runBackground()).toBeGreaterThan(0);
    expect(guest.memory.kswapd.freedPages).toBeGreaterThan(0);
    expect(core.isBalanced({ order: 0, highest: 3 })).toBe(true);
    const [dma, dma32] = core.kernelZones;
    expect(dma?.free ?? 0).toBeGreaterThan(dma?.highMark ?? Infinity);
    expect(dma32?.free ?? 0).toBeGreaterThan(dma32?.highMark ?? Infinity);
  });
});
