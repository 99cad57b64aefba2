import { expect, it } from 'vitest';

import * as stats from '../../../../src/virtio/czone/stats.ts';
import { end, fields } from '../../../support/czone-page.ts';

it('have the layout of the page', () => {
  const zone = {
    zone: 3,
    isIdle: true,
    pluggedBytes: 1,
    freeBytes: 2,
    backedFreeBytes: 4,
    limitHits: 5,
    grownBlocks: 6,
    reusedPages: 7,
    migratedPages: 2 ** 35,
  };
  const message = { requestId: 9, flags: 1, zones: [{ ...zone, zone: 1 }, zone] };
  const bytes = stats.encodeStats(message);
  const header = { request_id: 9, nr_zones: 2, flags: 1 };
  expect(fields('virtio_czone_stats', bytes)).toEqual(header);
  const second = stats.STATS_HEADER_BYTES + stats.ZONE_STATS_BYTES;
  expect(fields('virtio_czone_zone_stats', bytes, second)).toEqual({
    zone_id: 3,
    flags: 1,
    plugged: 1,
    free: 2,
    backed_free: 4,
    limit_hits: 5,
    grown: 6,
    reused: 7,
    migrated: 2 ** 35,
  });
  expect(stats.decodeStats(bytes)).toEqual(message);
  expect(stats.STATS_HEADER_BYTES).toBe(end('virtio_czone_stats'));
  expect(stats.ZONE_STATS_BYTES).toBe(end('virtio_czone_zone_stats'));
});

it('a message that is shorter than it says is none', () => {
  const zone = { isIdle: false, pluggedBytes: 0, freeBytes: 0, backedFreeBytes: 0 };
  const counts = { limitHits: 0, grownBlocks: 0, reusedPages: 0, migratedPages: 0 };
  const message = { requestId: 1, flags: 0, zones: [{ zone: 1, ...zone, ...counts }] };
  const bytes = stats.encodeStats(message);
  expect(bytes).toHaveLength(16 + 64);
  expect(stats.decodeStats(bytes.subarray(0, 79))).toBeUndefined();
  expect(stats.decodeStats(bytes.subarray(0, 15))).toBeUndefined();
  bytes.set([0xff, 0xff, 0xff, 0xff], 8);
  expect(stats.decodeStats(bytes)).toBeUndefined();
});

it('of no zone is a message, and of a zone other flags than idle mean nothing', () => {
  const empty = stats.encodeStats({ requestId: 3, flags: 0, zones: [] });
  expect(stats.decodeStats(empty)).toEqual({ requestId: 3, flags: 0, zones: [] });
  const bytes = new Uint8Array(80);
  bytes[8] = 1;
  bytes[16 + 4] = 2;
  expect(stats.decodeStats(bytes)?.zones[0]?.isIdle).toBe(false);
  bytes[16 + 4] = 3;
  expect(stats.decodeStats(bytes)?.zones[0]?.isIdle).toBe(true);
});
