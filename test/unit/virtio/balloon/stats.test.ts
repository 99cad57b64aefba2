import { describe, expect, it } from 'vitest';

import { decodeStats, encodeStats, STAT_ORDER } from '../../../../src/virtio/balloon/stats.ts';
import { hex, NO_STATS } from '../../../support/virtio.ts';

describe('statistics as bytes (G.1)', () => {
  it('a statistics entry', () => {
    const bytes = encodeStats({ ...NO_STATS, freeBytes: 0x1000 }, [4]);
    expect(hex(bytes)).toBe('04 00 00 10 00 00 00 00 00 00');
  });

  it('Linux sends 160 bytes of statistics, 100 before 6.12', () => {
    expect(encodeStats(NO_STATS, STAT_ORDER['6.12'])).toHaveLength(160);
    expect(encodeStats(NO_STATS, STAT_ORDER['6.1'])).toHaveLength(100);
  });

  it('has the tags in the order in which Linux 6.12 sends them', () => {
    const bytes = encodeStats(NO_STATS, STAT_ORDER['6.12']);
    const tags: number[] = [];
    for (let at = 0; at < bytes.length; at += 10) tags.push(bytes[at] ?? -1);
    expect(tags).toEqual([0, 1, 2, 3, 10, 11, 12, 13, 14, 15, 8, 9, 4, 5, 6, 7]);
  });

  it('tag 7 is the page cache, tag 13 what direct reclaim scanned', () => {
    const stats = { ...NO_STATS, cachesBytes: 0x0102_0304_0506, directScanBytes: 9.75 };
    expect(hex(encodeStats(stats, [7, 13]))).toBe(
      '07 00 06 05 04 03 02 01 00 00 0d 00 09 00 00 00 00 00 00 00',
    );
  });

  it('are read entry by entry, unknown tags too; what is left over is said', () => {
    const wire = Uint8Array.from(
      [
        [0xff, 1, 2, 3, 0, 0, 0, 0, 0, 0],
        [4, 0, 0, 0, 0, 0, 1, 0, 0, 0],
        [5, 0, 1],
      ].flat(),
    );
    const entries: [number, number][] = [];
    expect(decodeStats(wire, (tag, value) => entries.push([tag, value]))).toBe(3);
    expect(entries).toEqual([
      [0x1ff, 0x302],
      [4, 2 ** 32],
    ]);
    expect(decodeStats(new Uint8Array(0), () => expect.unreachable())).toBe(0);
  });

  it('are read where they lie in a larger buffer', () => {
    const buffer = Uint8Array.of(9, 9, 9, 2, 0, 7, 0, 0, 0, 0, 0, 0, 0);
    decodeStats(buffer.subarray(3), (tag, value) => expect([tag, value]).toEqual([2, 7]));
    expect.assertions(1);
  });
});
