// Watermarks, reserves and per-cpu sizes against the values of docs/linux-memory.md G.1, and
// against those of the recorded kernels.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePageState } from '../../../../src/recording/read/pagestate.ts';
import { sizePcps } from '../../../model/pcp.ts';
import {
  minFreeKbytes,
  setReserves,
  setWatermarks,
  thpMinFreeKbytes,
} from '../../../model/watermark.ts';
import { ALLOCATORS } from '../../../model/under-test.ts';
import { loadZone } from '../../../model/state.ts';
import { Zone } from '../../../model/zone.ts';

const NAMES = ['DMA', 'DMA32', 'Normal', 'Movable'];
const CAPTURES = path.resolve(import.meta.dirname, '../../../../../shared/captures');

function zonesOf(managed: readonly number[]): Zone[] {
  return managed.map((pages, index) => {
    const zone = new Zone(index, NAMES[index] ?? '', index * 1048576, pages);
    zone.managed = pages;
    zone.present = pages;
    return zone;
  });
}

const marks = (zone: Zone | undefined): number[] =>
  zone === undefined ? [] : [zone.marks.min, zone.marks.low, zone.marks.high];

/** The 10 GiB guest's zones, with what the kernel image and the firmware keep at their starts. */
const TEN_GIB = [
  { index: 0, start: 0, spanned: 4096, free: [{ start: 4096 - 3840, end: 4096 }] },
  {
    index: 1,
    start: 4096,
    spanned: 786432 - 4096,
    free: [{ start: 786432 - 772808, end: 786432 }],
  },
  { index: 2, start: 1048576, spanned: 1802240, free: [{ start: 1048576, end: 2850816 }] },
];

describe.each(ALLOCATORS)('the %s boots with', (_, create) => {
  it('the marks, reserves and per-cpu sizes of a running 6.18 guest of 10 GiB with two cpus', () => {
    const allocator = create();
    allocator.boot({ zones: TEN_GIB, cpus: 2, thp: true });
    const { zones } = allocator.state();
    expect(zones.map(({ managed }) => managed)).toEqual([3840, 772808, 1802240]);
    expect(zones.map(({ min, low, high }) => [min, low, high])).toEqual([
      [25, 31, 37],
      [5063, 6328, 7593],
      [11807, 14758, 17709],
    ]);
    expect(zones.map(({ reserve }) => reserve.slice(0, 3))).toEqual([
      [0, 3018, 10058],
      [0, 0, 7040],
      [0, 0, 0],
    ]);
    const sizes = zones.map(({ pcps }) => pcps.map((one) => [one.batch, one.highMin, one.highMax]));
    expect(sizes).toEqual([
      [
        [1, 15, 240],
        [1, 15, 240],
      ],
      [
        [63, 3164, 48300],
        [63, 3164, 48300],
      ],
      [
        [63, 7379, 112640],
        [63, 7379, 112640],
      ],
    ]);
  });

  it.each([
    [false, [987, 1235, 1483]],
    [true, [11092, 13865, 16638]],
  ])('the marks of a 1 GiB guest, khugepaged %s', (thp, expected) => {
    const allocator = create();
    const zones = [
      { index: 0, start: 0, spanned: 4096, free: [{ start: 256, end: 4096 }] },
      { index: 1, start: 4096, spanned: 258048, free: [{ start: 262144 - 248000, end: 262144 }] },
    ];
    allocator.boot({ zones, cpus: 1, thp });
    const [, { min, low, high } = { min: 0, low: 0, high: 0 }] = allocator.state().zones;
    expect([min, low, high]).toEqual(expected);
  });
});

describe('sizes from managed pages', () => {
  it('reproduces a running 6.18 guest of 10 GiB with two cpus', () => {
    const zones = zonesOf([3840, 772808, 1802240]);
    expect(thpMinFreeKbytes(zones, minFreeKbytes(zones))).toBe(67584);
    setWatermarks(zones, 67584);
    setReserves(zones);
    expect(zones.map(marks)).toEqual([
      [25, 31, 37],
      [5063, 6328, 7593],
      [11807, 14758, 17709],
    ]);
    expect(zones.map((zone) => zone.reserve.slice(0, 3))).toEqual([
      [0, 3018, 10058],
      [0, 0, 7040],
      [0, 0, 0],
    ]);
    const pcps = zones.map((zone) => {
      sizePcps(zone, 2);
      const [pcp] = zone.pcps;
      return [pcp?.batch, pcp?.highMin, pcp?.highMax];
    });
    expect(pcps).toEqual([
      [1, 15, 240],
      [63, 3164, 48300],
      [63, 7379, 112640],
    ]);
  });

  it('reproduces the computed 1 GiB and 128 MiB guests', () => {
    const large = zonesOf([3840, 248000]);
    expect(minFreeKbytes(large)).toBe(4014);
    setWatermarks(large, 4014);
    expect(marks(large[1])).toEqual([987, 1235, 1483]);
    setWatermarks(large, 45056);
    expect(large.map(marks)).toEqual([
      [171, 213, 255],
      [11092, 13865, 16638],
    ]);
    const small = zonesOf([3840, 27000]);
    setWatermarks(small, 6060);
    expect(marks(small[1])).toEqual([1326, 1657, 1988]);
  });

  it.skipIf(!existsSync(CAPTURES))('reproduces what the recorded kernels had (../shared)', () => {
    for (const name of ['fifo-768', 'files-512', 'inflate-512', 'plug-384']) {
      const file = path.join(CAPTURES, `linux-6.12-${name}`, 'pagestate.start');
      const state = parsePageState(readFileSync(file, 'utf8'), file);
      for (const from of state.zones) {
        const zone = loadZone(from);
        sizePcps(zone, 1);
        expect(zone.pcps[0], `${name} ${zone.name}`).toMatchObject({
          batch: from.pcps[0]?.batch,
          highMin: from.pcps[0]?.highMin,
        });
      }
      // high_max and the reserves date from before the initrd's pages came to the zone: both from
      // one and the same smaller size.
      const [dma, dma32] = state.zones;
      const managed = (dma32?.pcps[0]?.highMax ?? 0) * 8;
      expect(managed).toBeLessThanOrEqual(dma32?.managed ?? 0);
      expect(dma?.reserve[1]).toBe(Math.floor(managed / 256));
    }
  });
});
