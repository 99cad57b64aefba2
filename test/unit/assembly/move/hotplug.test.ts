// Memory blocks that come and go: zones, counters, watermarks, migration, all or nothing.

import { describe, expect, it } from 'vitest';
import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../../../../src/abi/gfp.ts';
import {
  GUEST_BUSY_PFN_OFFSET,
  GUEST_PCPS_OFFSET,
  GUEST_SCRATCH_OFFSET,
  KIND_HOLE,
  KIND_OFFLINE,
  OBJECT_ANON,
  PCP_BATCH_OFFSET,
  PCP_HIGH_MAX_OFFSET,
  PCP_STRIDE,
  ZONE_DMA,
  ZONE_DMA32,
  ZONE_FREE_OFFSET,
  ZONE_LISTS_OFFSET,
  ZONE_MANAGED_OFFSET,
  ZONE_MOVABLE,
  ZONE_PRESENT_OFFSET,
  ZONE_RESERVE_OFFSET,
  ZONE_SPANNED_OFFSET,
  ZONE_START_OFFSET,
  ZONE_WMARK_HIGH_OFFSET,
  ZONE_WMARK_LOW_OFFSET,
  ZONE_WMARK_MIN_OFFSET,
} from '../../../../src/abi/layout.ts';
import { MEMORY_BLOCK_FRAMES } from '../../../../src/abi/unit.ts';
import { MIGRATE_MOVABLE, MIGRATE_TYPES } from '../../../../src/abi/migratetype.ts';
import { STATUS_BAD_ARGUMENT, STATUS_BAD_STATE, STATUS_BUSY } from '../../../../src/abi/status.ts';
import { type BootLayout, Core, boot } from '../../../../src/core/index.ts';
import { bootGuest, expectSound, kindAt, pageblock, zoneField } from '../../../support/core.ts';
import { headerWord, rawOf, wordsOf } from '../../../../src/core/raw.ts';

const BLOCK = MEMORY_BLOCK_FRAMES;
const NONE = -1;
const PLUG = 0x100000;

const guest = (): Core => bootGuest({ spanFrames: PLUG + 2 * BLOCK });

function online(core: Core, start = PLUG, frames = BLOCK, zone = ZONE_MOVABLE): void {
  expect(rawOf(core).memoryOnline(start, frames, zone, NONE)).toBe(0);
}

/** virtio-mem takes the upper half of the block back. */
function contigHalf(core: Core): number {
  return rawOf(core).contigAlloc(PLUG + BLOCK / 2, BLOCK / 2, KIND_OFFLINE, MIGRATE_MOVABLE, 5, 0);
}

function plugged(core: Core, ranges: readonly number[]): void {
  wordsOf(core).set(ranges, headerWord(core, GUEST_SCRATCH_OFFSET) >> 2);
  const answer = rawOf(core).memoryOnline(PLUG, BLOCK, ZONE_MOVABLE, ranges.length / 2);
  expect(answer).toBe(0);
}

describe('memoryOnline', () => {
  it('makes a zone appear above a hole, as in the recorded plug', () => {
    const core = guest();
    online(core);
    expectSound(core);
    const field = (offset: number): number => zoneField(core, ZONE_MOVABLE, offset);
    expect(field(ZONE_START_OFFSET)).toBe(PLUG);
    expect(field(ZONE_SPANNED_OFFSET)).toBe(BLOCK);
    expect(field(ZONE_PRESENT_OFFSET)).toBe(BLOCK);
    expect(field(ZONE_MANAGED_OFFSET)).toBe(BLOCK);
    expect(field(ZONE_WMARK_MIN_OFFSET)).toBe(32);
    expect(field(ZONE_WMARK_HIGH_OFFSET) - field(ZONE_WMARK_LOW_OFFSET)).toBe(
      field(ZONE_WMARK_LOW_OFFSET) - field(ZONE_WMARK_MIN_OFFSET),
    );
    const pcp = (headerWord(core, GUEST_PCPS_OFFSET) + ZONE_MOVABLE * PCP_STRIDE) >> 2;
    expect(wordsOf(core)[pcp + PCP_BATCH_OFFSET / 4]).toBe(7);
    expect(wordsOf(core)[pcp + PCP_HIGH_MAX_OFFSET / 4]).toBe(BLOCK / 8 / 2);
    expect(pageblock(core, PLUG) & 7).toBe(MIGRATE_MOVABLE);
  });

  it('sizes zones as the recorded kernel did when its virtio-mem device was plugged', () => {
    // linux-6.12-plug-384: zones of pagestate.end. DMA32 has 65680 managed frames of 94170.
    const ram = [
      { start: 1, count: 158 },
      { start: 256, count: 3840 },
      { start: 4096, count: 94_170 },
    ];
    const layout: BootLayout = {
      ram,
      zones: [{ start: 1, count: 4095 }, { start: 4096, count: 94_170 }, undefined, undefined],
      reserved: [
        { start: 1, count: 158 },
        { start: 8192, count: 94_170 - 65_680 },
      ],
      frames: PLUG + BLOCK,
    };
    const core = Core.create({ frames: layout.frames, build: 'verify' });
    boot(core, layout, false);
    online(core);
    expect(contigHalf(core)).toBe(0);
    expectSound(core);
    const marks = (zone: number): number[] =>
      [
        ZONE_MANAGED_OFFSET,
        ZONE_WMARK_MIN_OFFSET,
        ZONE_WMARK_LOW_OFFSET,
        ZONE_WMARK_HIGH_OFFSET,
      ].map((offset) => zoneField(core, zone, offset));
    const reserve = (zone: number): number[] =>
      [0, 1, 2, 3].map((at) => zoneField(core, zone, ZONE_RESERVE_OFFSET + at * 4));
    expect(marks(ZONE_DMA)).toEqual([3840, 28, 35, 42]);
    expect(marks(ZONE_DMA32)).toEqual([65_680, 495, 618, 741]);
    expect(marks(ZONE_MOVABLE)).toEqual([16_384, 32, 93, 154]);
    expect(reserve(ZONE_DMA)).toEqual([0, 256, 256, 384]);
    expect(reserve(ZONE_DMA32)).toEqual([0, 0, 0, 128]);
  });

  it('queues new memory in ascending blocks of the largest order', () => {
    const core = guest();
    online(core);
    expect(zoneField(core, ZONE_MOVABLE, ZONE_LISTS_OFFSET + (10 * MIGRATE_TYPES + 1) * 8)).toBe(
      PLUG,
    );
    const first = rawOf(core).allocPages(GFP_HIGHUSER_MOVABLE, 10, 0, 0);
    const second = rawOf(core).allocPages(GFP_HIGHUSER_MOVABLE, 10, 0, 0);
    expect([first, second]).toEqual([PLUG, PLUG + 1024]);
  });

  it('leaves what is not plugged present but offline, and fills it in later', () => {
    const core = guest();
    plugged(core, [PLUG, 8192, PLUG + 16384, 512]);
    expectSound(core);
    expect(zoneField(core, ZONE_MOVABLE, ZONE_PRESENT_OFFSET)).toBe(BLOCK);
    expect(zoneField(core, ZONE_MOVABLE, ZONE_MANAGED_OFFSET)).toBe(8704);
    expect(kindAt(core, PLUG + 8192)).toBe(KIND_OFFLINE);
    expect(rawOf(core).contigFree(PLUG + 8192, 1024, 0)).toBe(0);
    expect(zoneField(core, ZONE_MOVABLE, ZONE_MANAGED_OFFSET)).toBe(9728);
    expect(zoneField(core, ZONE_MOVABLE, ZONE_FREE_OFFSET)).toBe(9728);
    expectSound(core);
  });

  it('refuses what is there already, unaligned, or in the CZone region', () => {
    const core = guest();
    online(core);
    const raw = rawOf(core);
    expect(raw.memoryOnline(PLUG, BLOCK, ZONE_MOVABLE, NONE)).toBe(STATUS_BAD_STATE);
    expect(raw.memoryOnline(PLUG + 512, BLOCK, ZONE_MOVABLE, NONE)).toBe(STATUS_BAD_ARGUMENT);
    expect(raw.memoryOnline(PLUG + 2 * BLOCK, BLOCK, ZONE_MOVABLE, NONE)).toBe(STATUS_BAD_ARGUMENT);
    raw.czoneRegion(PLUG + BLOCK, 1024, 1024);
    expect(raw.memoryOnline(PLUG + BLOCK, BLOCK, ZONE_MOVABLE, NONE)).toBe(STATUS_BAD_STATE);
    expectSound(core);
  });
});

describe('memoryOffline', () => {
  it('moves what is in the way and leaves no trace of the zone', () => {
    const core = guest();
    online(core);
    const id = rawOf(core).objectCreate(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE, 0);
    expect(rawOf(core).objectTouch(id, 0, 5000, 1, 0)).toBe(5000);
    expect(rawOf(core).objectFrame(id, 100)).toBeGreaterThan(PLUG);
    const page = rawOf(core).allocPages(GFP_HIGHUSER_MOVABLE, 0, 1, 0);
    expect(rawOf(core).memoryOffline(PLUG, BLOCK, 0)).toBe(0);
    expectSound(core);
    expect(rawOf(core).objectFrame(id, 100)).toBeLessThan(PLUG);
    const moves: number[] = [];
    core.moves.take((from) => moves.push(from));
    expect(moves).toEqual([page]);
    expect(kindAt(core, PLUG + 7)).toBe(KIND_HOLE);
    expect(zoneField(core, ZONE_MOVABLE, ZONE_SPANNED_OFFSET)).toBe(0);
    expect(zoneField(core, ZONE_MOVABLE, ZONE_MANAGED_OFFSET)).toBe(0);
    expect(rawOf(core).allocPages(GFP_HIGHUSER_MOVABLE, 0, 1, 0)).toBeLessThan(PLUG);
  });

  it('takes one block of two and shrinks the zone from either end', () => {
    for (const [gone, start] of [
      [PLUG, PLUG + BLOCK],
      [PLUG + BLOCK, PLUG],
    ] as const) {
      const core = guest();
      online(core, PLUG, 2 * BLOCK);
      expect(rawOf(core).memoryOffline(gone, BLOCK, 0)).toBe(0);
      expectSound(core);
      expect(zoneField(core, ZONE_MOVABLE, ZONE_START_OFFSET)).toBe(start);
      expect(zoneField(core, ZONE_MOVABLE, ZONE_SPANNED_OFFSET)).toBe(BLOCK);
    }
  });

  it('is all or nothing: an unmovable page keeps the whole block', () => {
    const core = guest();
    online(core, PLUG, BLOCK, 2);
    const page = rawOf(core).allocPages(GFP_KERNEL, 0, 0, 0);
    expect(page).toBeGreaterThanOrEqual(PLUG);
    const managed = zoneField(core, 2, ZONE_MANAGED_OFFSET);
    expect(rawOf(core).memoryOffline(PLUG, BLOCK, 0)).toBe(STATUS_BUSY);
    expect(headerWord(core, GUEST_BUSY_PFN_OFFSET)).toBe(page);
    expect(zoneField(core, 2, ZONE_MANAGED_OFFSET)).toBe(managed);
    expectSound(core);
    expect(rawOf(core).freePages(page, 0, 0)).toBe(0);
    expect(rawOf(core).memoryOffline(PLUG, BLOCK, 0)).toBe(0);
    expectSound(core);
  });

  it('does not mind frames that virtio-mem holds offline', () => {
    const core = guest();
    plugged(core, [PLUG, 4096]);
    expect(rawOf(core).memoryOffline(PLUG, BLOCK, 0)).toBe(0);
    expectSound(core);
  });

  it('refuses memory with holes and memory that is not there', () => {
    const core = guest();
    expect(rawOf(core).memoryOffline(0, BLOCK, 0)).toBe(STATUS_BAD_STATE);
    expect(rawOf(core).memoryOffline(PLUG, BLOCK, 0)).toBe(STATUS_BAD_STATE);
    expect(rawOf(core).memoryOffline(PLUG + 512, BLOCK, 0)).toBe(STATUS_BAD_ARGUMENT);
  });
});
