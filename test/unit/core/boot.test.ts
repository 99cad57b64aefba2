// The layout of an x86-64 machine: where RAM lies, which zone has it, what reaches the allocator.

import { describe, expect, it } from 'vitest';
import {
  Core,
  CoreError,
  ZONE_DMA,
  ZONE_DMA32,
  ZONE_MOVABLE,
  ZONE_NORMAL,
  boot,
  freeRanges,
  layoutOf,
  ramRanges,
  type BootLayout,
  verify,
} from '../../../src/core/index.ts';
import { expectSound } from '../../support/core.ts';
import { RefusedArgument } from '../../../src/check/index.ts';

const GIB = 262_144;

describe('RAM', () => {
  it('leaves out frame 0 and the hole below 1 MiB', () => {
    expect(ramRanges(8192)).toEqual([
      { start: 1, count: 158 },
      { start: 256, count: 7936 },
    ]);
  });

  it('goes on above 4 GiB where there is more than 3', () => {
    expect(ramRanges(5 * GIB).slice(1)).toEqual([
      { start: 256, count: 3 * GIB - 256 },
      { start: 4 * GIB, count: 2 * GIB },
    ]);
    expect(ramRanges(3 * GIB)).toHaveLength(2);
  });
});

describe('a layout', () => {
  it('has DMA below 16 MiB, DMA32 below 4 GiB, NORMAL above', () => {
    const { zones, frames } = layoutOf(5 * GIB, []);
    expect(zones[ZONE_DMA]).toEqual({ start: 1, count: 4095 });
    expect(zones[ZONE_DMA32]).toEqual({ start: 4096, count: 4 * GIB - 4096 });
    expect(zones[ZONE_NORMAL]).toEqual({ start: 4 * GIB, count: 2 * GIB });
    expect(zones[ZONE_MOVABLE]).toBeUndefined();
    expect(frames).toBe(6 * GIB);
  });

  it('of a small machine has no NORMAL', () => {
    expect(layoutOf(65_536, []).zones[ZONE_NORMAL]).toBeUndefined();
  });

  it('carves ZONE_MOVABLE from the top, on a border of 4 MiB, and the others end there', () => {
    const { zones } = layoutOf(65_536, [], 0, 10_000);
    expect(zones[ZONE_MOVABLE]).toEqual({ start: 56_320, count: 9216 });
    expect(zones[ZONE_DMA32]).toEqual({ start: 4096, count: 56_320 - 4096 });
  });

  it('spans what is to be plugged later', () => {
    expect(layoutOf(65_536, [], 100_000).frames).toBe(100_000);
    expect(layoutOf(65_536, [], 10).frames).toBe(65_536);
  });
});

const free = (...reserved: [start: number, end: number][]): number[][] =>
  freeRanges(
    layoutOf(
      8192,
      reserved.map(([start, end]) => ({ start, count: end - start })),
    ),
  ).map(({ start, count }) => [start, start + count]);

describe('free ranges', () => {
  it('are RAM without reservations, in whatever order those are given and however they overlap', () => {
    expect(free([3000, 4000], [1000, 2000])).toEqual([
      [1, 159],
      [256, 1000],
      [2000, 3000],
      [4000, 8192],
    ]);
    for (const inside of [
      [2000, 4000],
      [1500, 2000],
    ] as const) {
      expect(free([1000, 3000], [...inside], [2900, 4000])).toEqual([
        [1, 159],
        [256, 1000],
        [4000, 8192],
      ]);
    }
    expect(free([1000, 3000], [1500, 2000]).at(-1)).toEqual([3000, 8192]);
  });

  it('end where a reservation reaches over the edge of RAM', () => {
    expect(free([0, 300], [8000, 9000])).toEqual([[300, 8000]]);
    expect(free([0, 8192])).toEqual([]);
  });
});

const tooSmall = (): void => boot(Core.create({ frames: 4096 }), layoutOf(65_536, []), false);

describe('boot', () => {
  it('hands over what is free and nothing else', () => {
    const layout = layoutOf(16_384, [{ start: 4096, count: 1500 }]);
    const core = Core.create({ frames: layout.frames, build: 'verify' });
    boot(core, layout, false);
    expect(core.zone(ZONE_DMA32)).toMatchObject({ present: 12_288, managed: 12_288 - 1500 });
    expectSound(core);
  });

  it('keeps more back where huge pages are on', () => {
    const marks = [true, false].map((thp) => {
      const layout = layoutOf(65_536, []);
      const core = Core.create({ frames: layout.frames });
      boot(core, layout, thp);
      return core.zone(ZONE_DMA32).lowMark;
    });
    expect(marks[0]).toBeGreaterThan(marks[1] as number);
  });

  it('says which step a core that is too small refuses', () => {
    expect(tooSmall).toThrow(CoreError);
    expect(tooSmall).toThrow(/^zoneSpan: /);
  });
});

const LAYOUT = layoutOf(8192, []);
const empty = (): Core => Core.create({ frames: LAYOUT.frames, build: 'verify' });

describe('boot', () => {
  it('happens once to a core, and again after a reset', () => {
    const core = empty();
    boot(core, LAYOUT, false);
    expect(() => boot(core, LAYOUT, false)).toThrow(CoreError);
    expect(verify(core)).toBeUndefined();
    core.reset();
    boot(core, LAYOUT, false);
    expect(verify(core)).toBeUndefined();
  });

  it.each([
    ['a range before the first frame', { ram: [{ start: -1, count: 8 }] }],
    ['half a frame', { reserved: [{ start: 4096, count: 0.5 }] }],
    ['a zone beyond 32 bits', { zones: [{ start: 2 ** 32 - 1, count: 2 }] }],
    ['five zones', { zones: [undefined, undefined, undefined, undefined, undefined] }],
    ['a range that is none', { ram: [undefined as never] }],
  ] as const)('refuses %s before it does anything', (_, change) => {
    const core = empty();
    const before = core.hash();
    expect(() => boot(core, { ...LAYOUT, ...change } as BootLayout, false)).toThrow(
      RefusedArgument,
    );
    expect(core.hash()).toBe(before);
  });

  it.each([0, -1, 256, 1.5, Number.NaN, Infinity, 2 ** 33])('lays out no %s frames', (frames) => {
    expect(() => layoutOf(frames, [])).toThrow(RefusedArgument);
  });
});
