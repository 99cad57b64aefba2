/** docs/czone-virtio.md against the code: tables, bits, reasons, byte vectors, and which test holds what. */

import { readdirSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import * as config from '../../../../src/virtio/czone/config.ts';
import * as event from '../../../../src/virtio/czone/event.ts';
import * as report from '../../../../src/virtio/czone/report.ts';
import * as request from '../../../../src/virtio/czone/request.ts';
import * as stats from '../../../../src/virtio/czone/stats.ts';
import { hex } from '../../../support/virtio.ts';

const TEXT = readFileSync(new URL('../../../../docs/czone-virtio.md', import.meta.url), 'utf8');
const MIB = 1024 * 1024;

/** Rows of the first table under a heading, cells trimmed, head and rule left out. */
function table(heading: string): string[][] {
  const lines = TEXT.split('\n');
  const start = lines.findIndex((line) => line.startsWith('#') && line.endsWith(heading));
  expect(start, heading).toBeGreaterThanOrEqual(0);
  const first = lines.findIndex((line, i) => i > start && line.startsWith('|'));
  const rows: string[][] = [];
  for (let i = first + 2; lines[i]?.startsWith('|'); i++) {
    rows.push(
      (lines[i] as string)
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  }
  return rows;
}

/** Fields by name as the page lays them out, read from bytes. */
function fields(struct: string, bytes: Uint8Array, base = 0): Record<string, number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = table(`struct ${struct}`).map(([offset, size, name]): [string, number] => {
    const at = base + Number(offset);
    expect(at % Number(size), `${name} is aligned`).toBe(0);
    if (size === '8') return [name as string, Number(view.getBigUint64(at, true))];
    return [name as string, size === '4' ? view.getUint32(at, true) : view.getUint16(at, true)];
  });
  return Object.fromEntries(entries);
}

/** Where the page says that a struct ends. */
function end(struct: string): number {
  return Math.max(...table(`struct ${struct}`).map(([at, size]) => Number(at) + Number(size)));
}

function vector(name: string): string {
  return new RegExp(`^${name} +(.*)$`, 'm').exec(TEXT)?.[1] ?? '';
}

describe('layouts are those of the tables', () => {
  it('config', () => {
    const bytes = new Uint8Array(config.CONFIG_BYTES);
    const values = {
      addr: 2 ** 40,
      regionBytes: 2 ** 35,
      usableBytes: 2 ** 34,
      requestedBytes: 2 ** 33,
      pluggedBytes: 2 ** 21,
      blockBytes: 2 ** 22,
      zoneLimitBytes: 2 ** 30,
      epoch: 77,
      granuleBytes: 8192,
      maxZones: 4096,
      zones: 12,
      maxRanges: 64,
      nodeId: 3,
    };
    config.encodeCZoneConfig(values, bytes);
    expect(fields('virtio_czone_config', bytes)).toEqual({
      addr: values.addr,
      region_size: values.regionBytes,
      usable_size: values.usableBytes,
      requested_size: values.requestedBytes,
      plugged_size: values.pluggedBytes,
      block_size: values.blockBytes,
      zone_limit: values.zoneLimitBytes,
      epoch: 77,
      granule: 8192,
      max_zones: 4096,
      nr_zones: 12,
      max_ranges: 64,
      node_id: 3,
    });
    expect(config.CONFIG_BYTES).toBe(end('virtio_czone_config'));
    for (const [offset, , name] of table('struct virtio_czone_config')) {
      const constant = `CONFIG_${(name as string).toUpperCase()}` as keyof typeof config;
      expect(config[constant], name).toBe(Number(offset));
    }
  });

  it('request and answer', () => {
    const asked = { type: 3, flags: 1, zone: 7, block: 9, blocks: 11, value: 2 ** 40 };
    const bytes = request.encodeRequest(asked);
    expect(fields('virtio_czone_req', bytes)).toEqual({
      type: 3,
      flags: 1,
      zone_id: 7,
      block: 9,
      nr_blocks: 11,
      value: 2 ** 40,
    });
    expect(request.decodeRequest(bytes)).toEqual(asked);
    expect(request.REQUEST_BYTES).toBe(end('virtio_czone_req'));
    const answer = { status: 4, detail: 9, count: 5, value: 2 ** 41 };
    const said = request.encodeResponse(answer);
    expect(fields('virtio_czone_resp', said)).toEqual(answer);
    expect(request.decodeResponse(said)).toEqual(answer);
    expect(request.RESPONSE_BYTES).toBe(end('virtio_czone_resp'));
  });

  it('event', () => {
    const sent = { type: 2, zone: 8, requestId: 2 ** 33, targetBytes: 2 ** 34, epoch: 6 };
    const bytes = event.encodeEvent(sent);
    expect(fields('virtio_czone_event', bytes)).toEqual({
      type: 2,
      reserved0: 0,
      zone_id: 8,
      request_id: 2 ** 33,
      target: 2 ** 34,
      epoch: 6,
    });
    expect(event.decodeEvent(bytes)).toEqual(sent);
    expect(event.EVENT_BYTES).toBe(end('virtio_czone_event'));
  });

  it('report', () => {
    const ranges = [
      { first: 5, count: 6 },
      { first: 2 ** 31, count: 8 },
    ];
    const bytes = report.encodeReport({ requestId: 2 ** 33, zone: 4, flags: 3, ranges });
    const header = { request_id: 2 ** 33, zone_id: 4, nr_ranges: 2, flags: 3 };
    expect(fields('virtio_czone_report', bytes)).toEqual(header);
    const second = report.REPORT_HEADER_BYTES + report.RANGE_BYTES;
    expect(fields('virtio_czone_range', bytes, second)).toEqual(ranges[1]);
    expect(report.decodeRanges(bytes, 2)).toEqual(ranges);
    expect(report.REPORT_HEADER_BYTES).toBe(end('virtio_czone_report'));
    expect(report.RANGE_BYTES).toBe(end('virtio_czone_range'));
  });

  it('statistics', () => {
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
});

describe('numbers are those of the page', () => {
  it('device ID and queues', () => {
    expect(TEXT).toContain(`\n${config.DEVICE_ID_CZONE}. Experimental`);
    const queues = table('3. Virtqueues').map(([index, name]) => [Number(index), name]);
    expect(queues).toEqual([
      [config.QUEUE_GUEST, 'guestq'],
      [config.QUEUE_EVENT, 'eventq'],
      [config.QUEUE_REPORT, 'reportq'],
      [config.QUEUE_STATS, 'statsq'],
    ]);
  });

  it('feature bits', () => {
    const rows = table('4. Feature bits');
    expect(rows).toHaveLength(8);
    for (const [bit, name] of rows) {
      const constant = (name as string).replace('VIRTIO_CZONE_', '') as keyof typeof config;
      expect(config[constant], name).toBe(1n << BigInt(bit as string));
    }
  });

  it('reasons', () => {
    const rows = table('Reasons');
    expect(rows).toHaveLength(request.WHY_NAMES.length - 1);
    for (const [value, name] of rows) {
      expect(request[`WHY_${name}` as keyof typeof request], name).toBe(Number(value));
      expect(request.WHY_NAMES[Number(value)]?.toUpperCase().replaceAll('-', '_')).toBe(name);
    }
  });

  it.each([
    ['REQUEST_', request, /(\d) ([A-Z_]+)[,\s]/g, 'virtio_czone_req', 8],
    ['ANSWER_', request, /(\d) ([A-Z_]+)/g, 'virtio_czone_resp', 4],
    ['CZONE_EVENT_', event, /(\d) ([A-Z_]+)/g, 'virtio_czone_event', 4],
  ] as const)(
    '%s values in the comments of the structs',
    (prefix, module, pattern, name, count) => {
      const body = new RegExp(`struct ${name} \\{\\n([^/]*/\\*[^/]*\\*/)`).exec(TEXT)?.[1] ?? '';
      const found = Array.from(body.matchAll(pattern), ([, value, word]) => {
        expect((module as Record<string, unknown>)[prefix + word], word).toBe(Number(value));
        return word;
      });
      expect(found).toHaveLength(count);
    },
  );
});

describe('byte vectors of 7.5', () => {
  it('a request and its answer', () => {
    const asked = { type: 3, flags: 0, zone: 7, block: 2, blocks: 4, value: 0 };
    expect(hex(request.encodeRequest(asked))).toBe(vector('req'));
    expect(hex(request.encodeResponse(request.ack(4)))).toBe(vector('resp'));
  });

  it('an event, a report and its answer', () => {
    const sent = { type: 1, zone: 7, requestId: 5, targetBytes: MIB, epoch: 1 };
    expect(hex(event.encodeEvent(sent))).toBe(vector('event'));
    const ranges = [
      { first: 512, count: 8 },
      { first: 1024, count: 4 },
    ];
    const said = report.encodeReport({ requestId: 5, zone: 7, flags: 1, ranges });
    expect(hex(said)).toBe(vector('report'));
    expect(hex(request.encodeResponse(request.ack(2, 8 * 4096)))).toBe(vector('answer'));
  });
});

it('each requirement of the page is named by a test, and no other is', () => {
  const wanted = new Set(Array.from(TEXT.matchAll(/\*\*(CZ-[DG]\d+)\*\*/g), (match) => match[1]));
  const folder = new URL('.', import.meta.url);
  const tests = readdirSync(folder)
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(new URL(file, folder), 'utf8'))
    .join('\n');
  const named = new Set(
    Array.from(tests.matchAll(/it(?:\.each\([^)]*\))?\(\s*['`]([^'`]*)/g)).flatMap(
      ([, title]) => title?.match(/CZ-[DG]\d+/g) ?? [],
    ),
  );
  expect(wanted.size).toBe(34 + 18);
  expect(Array.from(named).toSorted()).toEqual(Array.from(wanted).toSorted());
});
