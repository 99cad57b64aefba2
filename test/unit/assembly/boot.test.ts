// Making a guest: the memory's exact size, zones from what the firmware reports, and the hand-over to the buddy.

import { describe, expect, it } from 'vitest';
import {
  GUEST_NODES_OFFSET,
  GUEST_STATES_OFFSET,
  KIND_FREE,
  KIND_HOLE,
  KIND_RESERVED,
  NODE_BYTES,
  OBJECTS_MAX,
  ZONE_LISTS_OFFSET,
  ZONE_MANAGED_OFFSET,
  ZONE_PRESENT_OFFSET,
} from '../../../src/abi/layout.ts';
import {
  Core,
  MIGRATE_MOVABLE,
  MIGRATE_TYPES,
  STATUS_BAD_ARGUMENT,
  STATUS_BAD_STATE,
  STATUS_NO_MEMORY,
  ZONE_DMA32,
  ZONE_NORMAL,
} from '../../../src/core/index.ts';
import type { CoreExports } from '../../../src/core/exports.ts';
import { instantiate } from '../../../src/core/instantiate.ts';
import { bytesOf, headerWord, rawOf } from '../../../src/core/raw.ts';
import { listsOf } from '../../support/exact.ts';
import { bootGuest, expectSound, stateAt, zoneField } from '../../support/core.ts';

const WASM_PAGE = 65_536;

type Sizes = Parameters<CoreExports['create']>;

/** A zone DMA32 from frame 4096 in an empty guest. */
function spanned(frames = 4096): Core {
  const core = Core.create({ frames: 16_384, objects: 8, build: 'verify' });
  expect(rawOf(core).zoneSpan(ZONE_DMA32, 4096, frames)).toBe(0);
  return core;
}

describe('create', () => {
  it.each([
    ['no frames', [0, 1, 0, 8, 8, 8]],
    ['no CPU', [1024, 0, 0, 8, 8, 8]],
    ['too many CPUs', [1024, 1025, 0, 8, 8, 8]],
    ['too many CZones', [1024, 1, 60_001, 8, 8, 8]],
    ['more objects than a record can name', [1024, 1, 0, OBJECTS_MAX + 1, 8, 8]],
  ] satisfies [string, Sizes][])('refuses %s', (_, sizes) => {
    expect(instantiate('release').create(...sizes)).toBe(STATUS_BAD_ARGUMENT);
  });

  it('says so when 4 GiB of Wasm memory cannot hold the guest', () => {
    expect(instantiate('release').create(0x3000_0000, 1, 0, 8, 8, 8)).toBe(STATUS_NO_MEMORY);
    expect(instantiate('release').create(4096, 1, 0, 8, 4_000_000, 8)).toBe(STATUS_NO_MEMORY);
  });

  it('takes as much memory as the tables need, to the page', () => {
    const core = Core.create({ frames: 50_000, objects: 100, nodes: 333, bufferSlots: 64 });
    const memos = headerWord(core, GUEST_NODES_OFFSET) + 333 * NODE_BYTES;
    const end = memos + 8 + 100 * 24;
    expect(bytesOf(core).length).toBe(Math.ceil(end / WASM_PAGE) * WASM_PAGE);
  });

  it('rounds the span up to the largest block, and all of it is a hole', () => {
    const core = Core.create({ frames: 1025 });
    expect(core.spanFrames).toBe(2048);
    const states = headerWord(core, GUEST_STATES_OFFSET);
    const kinds = new Set(bytesOf(core).subarray(states, states + 2048));
    expect([...kinds]).toEqual([KIND_HOLE]);
  });

  it('in an instance that was used leaves nothing of the last guest', () => {
    const core = Core.create({ frames: 16_384, objects: 64, cpus: 2, build: 'verify' });
    const before = core.hash();
    expect(rawOf(core).zoneSpan(ZONE_DMA32, 4096, 4096)).toBe(0);
    rawOf(core).memoryPresent(4096, 4096);
    rawOf(core).memoryHandOver(4096, 4096);
    rawOf(core).finishBoot(1);
    const object = core.objects.create(1, -1, 0x8);
    core.objects.touch(object, 0, 2000, true, 1);
    core.reset();
    expect(core.hash()).toBe(before);
  });
});

describe('memory', () => {
  it('is present once, in a zone, and reserved', () => {
    const core = spanned();
    const raw = rawOf(core);
    expect(raw.memoryPresent(4096, 100)).toBe(0);
    expect(stateAt(core, 4195)).toBe(KIND_RESERVED);
    expect(stateAt(core, 4196)).toBe(KIND_HOLE);
    expect(zoneField(core, ZONE_DMA32, ZONE_PRESENT_OFFSET)).toBe(100);
    expect(raw.memoryPresent(4150, 100)).toBe(STATUS_BAD_STATE);
    expect(raw.memoryPresent(0, 100)).toBe(STATUS_BAD_STATE);
    expect(raw.memoryPresent(16_384, 1)).toBe(STATUS_BAD_ARGUMENT);
    expect(raw.memoryPresent(16_000, 1000)).toBe(STATUS_BAD_ARGUMENT);
  });

  it('is handed over in the largest aligned blocks, each at its list’s tail', () => {
    const core = spanned();
    rawOf(core).memoryPresent(4096, 4096);
    expect(rawOf(core).memoryHandOver(4099, 3000)).toBe(0);
    // 4099 | 4100 | 4104 ... 4608 | 5120 | 6144 | 6656 ... 7096 | 7098, up to 7099
    expect(listsOf(core)).toEqual([
      '0 1: 4099 7098',
      '1 1: 7096',
      '2 1: 4100',
      '3 1: 4104 7088',
      '4 1: 4112 7072',
      '5 1: 4128 7040',
      '6 1: 4160',
      '7 1: 4224 6912',
      '8 1: 4352 6656',
      '9 1: 4608 6144',
      '10 1: 5120',
    ]);
    expect(zoneField(core, ZONE_DMA32, ZONE_MANAGED_OFFSET)).toBe(3000);
  });

  it('is handed over once, and only where it is present', () => {
    const core = spanned(1000);
    const raw = rawOf(core);
    // the pageblock is the zone's, the frames behind its end are not
    expect(raw.memoryPresent(4096, 1024)).toBe(STATUS_BAD_STATE);
    const other = spanned(1000);
    expect(rawOf(other).memoryPresent(4096, 1000)).toBe(0);
    expect(rawOf(other).memoryHandOver(5000, 97)).toBe(STATUS_BAD_STATE);
    expect(rawOf(other).memoryHandOver(5096, 8)).toBe(STATUS_BAD_STATE);
    expect(rawOf(other).memoryHandOver(9000, 8)).toBe(STATUS_BAD_STATE);
    const whole = spanned(1000);
    rawOf(whole).memoryPresent(4096, 1000);
    expect(rawOf(whole).memoryHandOver(4096, 1000)).toBe(0);
    expect(rawOf(whole).memoryHandOver(4096, 8)).toBe(STATUS_BAD_STATE);
    expect(rawOf(whole).memoryHandOver(16_384, 1)).toBe(STATUS_BAD_ARGUMENT);
  });

  it('is not handed over across the end of a zone in one block', () => {
    const core = Core.create({ frames: 16_384, objects: 8, build: 'verify' });
    const raw = rawOf(core);
    raw.zoneSpan(ZONE_DMA32, 4096, 1536);
    raw.zoneSpan(ZONE_NORMAL, 5632, 2560);
    raw.memoryPresent(4096, 4096);
    expect(raw.memoryHandOver(4096, 4096)).toBe(0);
    expect(stateAt(core, 5120)).toBe(KIND_FREE | 9);
    expect(stateAt(core, 5632)).toBe(KIND_FREE | 9);
    const head = (zone: number, order: number): number =>
      zoneField(core, zone, ZONE_LISTS_OFFSET + 8 * (order * MIGRATE_TYPES + MIGRATE_MOVABLE));
    expect([head(ZONE_DMA32, 9), head(ZONE_NORMAL, 9), head(ZONE_NORMAL, 10)]).toEqual([
      5120, 5632, 6144,
    ]);
    raw.finishBoot(0);
    expectSound(core);
  });

  it('is given a zone inside the span only', () => {
    const raw = rawOf(Core.create({ frames: 4096 }));
    expect(raw.zoneSpan(4, 0, 100)).toBe(STATUS_BAD_ARGUMENT);
    expect(raw.zoneSpan(1, 4096, 0)).toBe(STATUS_BAD_ARGUMENT);
    expect(raw.zoneSpan(1, 4000, 97)).toBe(STATUS_BAD_ARGUMENT);
    expect(raw.zoneSpan(1, 4000, 96)).toBe(0);
  });
});

describe('the hash', () => {
  it('is that of the guest, not of the build or the instance', () => {
    const guests = (['release', 'verify'] as const).map((build) =>
      bootGuest({ config: { build } }),
    );
    for (const core of guests) core.pages.alloc(0xcc0, 3, 1);
    expect(guests[0]?.hash()).toBe(guests[1]?.hash());
  });

  it('differs by any one bit', () => {
    const core = bootGuest({ frames: 0x4000, image: { start: 0x2000, count: 256 } });
    const hashes = new Set([core.hash()]);
    const from = 4096;
    for (const at of [0, 1000, 20_001, 100_003]) {
      bytesOf(core)[from + at] = (bytesOf(core)[from + at] as number) ^ 0x10;
      hashes.add(core.hash());
    }
    expect(hashes.size).toBe(5);
  });
});
