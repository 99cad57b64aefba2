// Which zones a mask may use, in which order they are asked, and which list it is served from.

import { describe, expect, it } from 'vitest';
import {
  Core,
  GFP_DMA,
  GFP_DMA32,
  GFP_HIGHMEM,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  GFP_MOVABLE,
  GFP_RECLAIMABLE,
  MEMORY_BLOCK_FRAMES,
  ZONE_MOVABLE,
  boot,
} from '../../../../src/core/index.ts';
import { HIGHATOMIC, M, R, U, makeState, withZone } from '../../../model/fixture.ts';
import { expectSound } from '../../../support/core.ts';
import { coreOf, coreWith } from '../../../support/exact.ts';

const NORMAL = 0x100000;
const MOVABLE = NORMAL + MEMORY_BLOCK_FRAMES;

/** Little memory in each of DMA, DMA32 and NORMAL, and ZONE_MOVABLE if it is plugged. */
function guest(isPlugged: boolean): Core {
  const spans = [
    { start: 1024, count: 3072 },
    { start: 4096, count: 4096 },
    { start: NORMAL, count: 8192 },
  ];
  const layout = { ram: spans, zones: spans, reserved: [], frames: MOVABLE + MEMORY_BLOCK_FRAMES };
  const core = Core.create({ frames: layout.frames, cpus: 1, objects: 8 });
  boot(core, layout, false);
  if (isPlugged) expect(core.hotplug.online(MOVABLE, MEMORY_BLOCK_FRAMES, ZONE_MOVABLE)).toBe(0);
  return core;
}

function zoneOf(pfn: number): string {
  if (pfn < 0) return 'none';
  if (pfn < 4096) return 'DMA';
  if (pfn < NORMAL) return 'DMA32';
  return pfn < MOVABLE ? 'NORMAL' : 'MOVABLE';
}

describe('the highest zone of a mask', () => {
  it.each([
    ['kernel memory', GFP_KERNEL, 'NORMAL'],
    ['kernel memory for old devices', GFP_KERNEL | GFP_DMA, 'DMA'],
    ['kernel memory below 4 GiB', GFP_KERNEL | GFP_DMA32, 'DMA32'],
    ['movable memory that may lie high', GFP_HIGHUSER_MOVABLE, 'MOVABLE'],
    ['movable memory that may not', GFP_KERNEL | GFP_MOVABLE, 'NORMAL'],
    ['high memory that does not move', GFP_KERNEL | GFP_HIGHMEM, 'NORMAL'],
  ])('for %s', (_, gfp, zone) => {
    expect(zoneOf(guest(true).pages.alloc(gfp, 0, 0))).toBe(zone);
  });

  it('is one that has memory', () => {
    expect(zoneOf(guest(false).pages.alloc(GFP_HIGHUSER_MOVABLE, 0, 0))).toBe('NORMAL');
  });
});

describe('zones', () => {
  it('are asked from the highest down when one has no more', () => {
    const core = guest(true);
    core.hotplug.allocContig({ start: MOVABLE, count: MEMORY_BLOCK_FRAMES }, 48, M, 1, 0);
    const asked: string[] = [];
    for (;;) {
      const pfn = core.pages.alloc(0x100cca & ~0x400, 10, 0);
      if (pfn < 0) break;
      const zone = zoneOf(pfn);
      if (asked.at(-1) !== zone) asked.push(zone);
    }
    expect(asked).toEqual(['NORMAL', 'DMA32', 'DMA']);
  });

  it('leave the order when their memory goes', () => {
    const core = guest(true);
    expect(core.hotplug.offline(MOVABLE, MEMORY_BLOCK_FRAMES, 0)).toBe(0);
    expect(zoneOf(core.pages.alloc(GFP_HIGHUSER_MOVABLE, 0, 0))).toBe('NORMAL');
  });
});

describe('the list of a mask', () => {
  const free = [U, M, R, HIGHATOMIC].map((type) => [0, type, [type * 512 + 4]] as const);

  it.each([
    [GFP_KERNEL, U],
    [GFP_KERNEL | GFP_RECLAIMABLE, R],
    [GFP_HIGHUSER_MOVABLE, M],
  ])('%i is that of its mobility', (gfp, type) => {
    const core = coreWith([U, M, R, HIGHATOMIC], free);
    expect(core.pages.alloc(gfp, 0, 0)).toBe(type * 512 + 4);
  });

  it('is the unmovable one for all where the guest is too small to keep types apart', () => {
    const state = makeState([U, M, R, HIGHATOMIC], free);
    const blocks = state.zones[0]?.blocks.slice(0, 4) ?? new Int8Array();
    const size = { spanned: 2048, present: 2048, managed: 2048, blocks };
    const core = coreOf(withZone(state, size));
    expect(core.pages.alloc(GFP_HIGHUSER_MOVABLE, 0, 0)).toBe(4);
  });
});

it('a guest of four zones is sound', () => {
  const spans = [
    { start: 1024, count: 3072 },
    { start: 4096, count: 4096 },
    undefined,
    { start: 8192, count: 4096 },
  ];
  const ram = [{ start: 1024, count: 3072 + 4096 + 4096 }];
  const core = Core.create({ frames: 12_288, objects: 8, build: 'verify' });
  boot(core, { ram, zones: spans, reserved: [], frames: 12_288 }, false);
  expect(core.pages.alloc(GFP_HIGHUSER_MOVABLE, 0, 0)).toBeGreaterThanOrEqual(8192);
  expectSound(core);
});
