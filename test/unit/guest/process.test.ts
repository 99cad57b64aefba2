import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  GuestOutOfMemory,
  type GuestKernel,
  Process,
  pageTableFrames,
  verify,
} from '../../../src/guest/index.ts';
import { CONFIG, CZONE_CONFIG, makeGuest } from '../../support/guest.ts';
import { rawOf } from '../../../src/core/raw.ts';
import { takeCensus } from '../../support/census.ts';

function start(guest: GuestKernel, czone?: number): Process {
  return new Process(guest, { cpu: 0, kernelFrames: 20, mappedPages: 1000, czone });
}

/** Frames that some object holds, all objects together. */
function usedFrames(guest: GuestKernel): number {
  let sum = 0;
  for (const frames of takeCensus(guest.core).objectFrames.values()) sum += frames;
  return sum;
}

describe('Process', () => {
  it('costs page tables and kernel memory from the start, user memory when touched', () => {
    const guest = makeGuest();
    const before = guest.memory.frames.guestOs;
    const process = start(guest);
    expect(guest.memory.frames.pageTables).toBe(pageTableFrames(1000));
    expect(guest.memory.frames.guestOs).toBe(before + 20);
    expect(guest.memory.frames.anonymous).toBe(0);
    process.touch(0, 700, true);
    process.touchTemporary(60);
    expect(guest.memory.frames.anonymous).toBe(760);
    process.freeTemporary();
    expect(guest.memory.frames.anonymous).toBe(700);
  });

  it('leaves exactly what was there before it, and keeps its frames backed', () => {
    const guest = makeGuest();
    const used = usedFrames(guest);
    const process = start(guest);
    process.touch(0, 700, true);
    const backed = guest.core.privateFrames;
    expect(process.exit()).toBe(0);
    expect(usedFrames(guest)).toBe(used);
    expect(guest.memory.frames.anonymous).toBe(0);
    expect(guest.core.privateFrames).toBe(backed);
    expect(guest.memory.idleFrames).toBe(takeCensus(guest.core).idleFrames);
    expect(verify(guest.core)).toBeUndefined();
  });

  it('forked from another owns what it writes, in its own zone, and stays whole when that exits', () => {
    const guest = makeGuest(CZONE_CONFIG);
    const zone = (owner: number): number => guest.czones?.create(owner, 4 * 512) as number;
    const parent = start(guest, zone(1));
    parent.touch(0, 900, true);
    const config = { cpu: 0, kernelFrames: 20, mappedPages: 1000, czone: zone(2) };
    const child = new Process(guest, config, parent);
    expect([child.anonymousPages, guest.memory.frames.anonymous]).toEqual([0, 900]);
    child.touch(100, 250, true);
    expect([child.anonymousPages, guest.memory.frames.anonymous]).toEqual([250, 1150]);
    parent.exit();
    expect(verify(guest.core)).toBeUndefined();
    // it still has all pages: none comes in
    child.touch(0, 900, false);
    expect(child.anonymousPages).toBe(250);
    child.touch(0, 900, true);
    expect(child.anonymousPages).toBe(900);
    expect(verify(guest.core)).toBeUndefined();
    child.exit();
    expect(guest.memory.frames.anonymous).toBe(0);
    expect(verify(guest.core)).toBeUndefined();
  });

  it('puts user pages in its CZone and leaves its blocks to the pool when it exits', () => {
    const guest = makeGuest(CZONE_CONFIG);
    const zones = guest.czones;
    const czone = zones?.create(1, 4 * 512) as number;
    const process = start(guest, czone);
    process.touch(0, 900, true);
    process.touchTemporary(300);
    expect(zones?.blocksOf(czone).length).toBe(3);
    const start0 = CZONE_CONFIG.region?.start as number;
    expect(process.exit()).toBe(3);
    expect(guest.core.czones.pooled()).toEqual([0, 1, 2].map((block) => start0 + 512 * block));
    // 1,200 pages in all; the pages written before exec lay in the first of them
    expect(rawOf(guest.core).countBacked(start0, 3 * 512)).toBe(1200);
    expect(verify(guest.core)).toBeUndefined();
  });

  it('is killed when its memory does not fit, after the page cache was given up', () => {
    const guest = makeGuest();
    guest.files.read('data', 500, 0);
    const process = start(guest);
    expect(() => process.touch(0, CONFIG.memoryFrames, true)).toThrow(GuestOutOfMemory);
    expect(guest.files.pages).toBe(0);
    expect(guest.memory.frames.file).toBe(0);
  });

  it('stays within the limit of its CZone', () => {
    const guest = makeGuest(CZONE_CONFIG);
    const process = start(guest, guest.czones?.create(1, 2 * 512));
    expect(() => process.touch(0, 1025, true)).toThrow(/limit/);
  });

  it('keeps the account equal to a walk over all frames, whatever processes do', () => {
    const step = fc.record({
      who: fc.nat(3),
      what: fc.constantFrom('touch', 'temporary', 'free', 'restart', 'read'),
      pages: fc.integer({ min: 1, max: 700 }),
    });
    const property = fc.property(
      fc.boolean(),
      fc.array(step, { maxLength: 25 }),
      (zoned, steps) => {
        const guest = makeGuest(zoned ? CZONE_CONFIG : CONFIG);
        const begin = (owner: number): Process =>
          start(guest, zoned ? guest.czones?.create(owner, 4 * 512) : undefined);
        const processes = [begin(0), begin(1), begin(2), begin(3)];
        for (const { who, what, pages } of steps) {
          const process = processes[who] as Process;
          if (what === 'touch') process.touch(0, pages, true);
          else if (what === 'temporary') process.touchTemporary(pages);
          else if (what === 'free') process.freeTemporary();
          else if (what === 'read') guest.files.read('data', pages, 1);
          else {
            process.exit();
            processes[who] = begin(who);
          }
        }
        expect(verify(guest.core)).toBeUndefined();
        expect(guest.memory.idleFrames).toBe(takeCensus(guest.core).idleFrames);
      },
    );
    fc.assert(property, { numRuns: 40 });
  });
});

const PROCESS = { cpu: 0, kernelFrames: 20, mappedPages: 1000 };
const ALL = 2 ** 32 - 1;

function held(guest: GuestKernel): object {
  const { objectFrames } = takeCensus(guest.core);
  const sum = [...objectFrames.values()].reduce((all, frames) => all + frames, 0);
  return { frames: { ...guest.memory.frames }, objects: objectFrames.size, sum };
}

describe('a guest that was out of memory', () => {
  it.each([
    ['page tables', { mappedPages: ALL }],
    ['kernel memory', { kernelFrames: 10_000_000 }],
  ])('has nothing left of a process that could not start for want of %s', (_, more) => {
    const guest = makeGuest();
    const first = new Process(guest, PROCESS); // copies the agent's pages, and takes what can be reclaimed
    expect(() => first.touch(0, 2e9, true)).toThrow(GuestOutOfMemory);
    first.exit();
    const before = held(guest);
    expect(() => new Process(guest, { ...PROCESS, ...more })).toThrow(GuestOutOfMemory);
    expect(held(guest)).toEqual(before);
    new Process(guest, PROCESS).exit();
    expect(held(guest)).toEqual(before);
    expect(verify(guest.core)).toBeUndefined();
  });

  it('counts what came in of a touch that did not fit, so that nothing is below zero after it is freed', () => {
    const guest = makeGuest();
    const process = new Process(guest, PROCESS);
    expect(() => process.touch(0, 2e9, true)).toThrow(GuestOutOfMemory);
    expect(process.anonymousPages).toBeGreaterThan(0);
    expect(guest.memory.frames.anonymous).toBe(process.anonymousPages);
    process.free(0, ALL);
    expect(process.anonymousPages).toBe(0);
    process.touch(0, 100, true);
    expect(guest.memory.frames.anonymous).toBe(100);
    process.exit();
    expect(guest.memory.frames.anonymous).toBe(0);
  });
});
