import { expect, it } from 'vitest';

import * as report from '../../../../src/virtio/czone/report.ts';
import * as request from '../../../../src/virtio/czone/request.ts';
import { end, fields, vector } from '../../../support/czone-page.ts';
import { hex } from '../../../support/virtio.ts';

it('has the layout of the page', () => {
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

it('and its answer are the bytes of the page', () => {
  const ranges = [
    { first: 512, count: 8 },
    { first: 1024, count: 4 },
  ];
  const said = report.encodeReport({ requestId: 5, zone: 7, flags: 1, ranges });
  expect(hex(said)).toBe(vector('report'));
  expect(hex(request.encodeResponse(request.ack(2, 8 * 4096)))).toBe(vector('answer'));
});

it('its header is read without its ranges', () => {
  const bytes = report.encodeReport({ requestId: 5, zone: 7, flags: 2, ranges: [] });
  expect(report.decodeReportHeader(bytes)).toEqual({ requestId: 5, zone: 7, ranges: 0, flags: 2 });
  expect([bytes.length, report.reportBytes(128)]).toEqual([16, 16 + 8 * 128]);
});

it('is read where it lies in a larger buffer, to the highest frame number', () => {
  const ranges = [{ first: 0xffff_fffe, count: 0xffff_ffff }];
  const buffer = new Uint8Array(64);
  buffer.set(report.encodeReport({ requestId: 1, zone: 65535, flags: 1, ranges }), 5);
  const bytes = buffer.subarray(5, 29);
  expect(report.decodeReportHeader(bytes).zone).toBe(65535);
  expect(report.decodeRanges(bytes, 1)).toEqual(ranges);
});
