/** Reports of free and backed ranges, as bytes (section 7.3). Their answer is in `request.ts`. */

import { getU64, setU64 } from './u64.ts';

export const REPORT_HEADER_BYTES = 16;
export const RANGE_BYTES = 8;

/** No further report of this request follows. */
export const REPORT_LAST = 1;
/** The request ends early because the zone has work again. */
export const REPORT_STOPPED = 2;

/** A range of frames counted from the start of the region. */
export interface CZoneRange {
  readonly first: number;
  readonly count: number;
}

export interface CZoneReport {
  /** 0: nobody asked. */
  readonly requestId: number;
  readonly zone: number;
  readonly flags: number;
  /** Ascending, disjoint. */
  readonly ranges: readonly CZoneRange[];
}

export interface ReportHeader {
  readonly requestId: number;
  readonly zone: number;
  readonly ranges: number;
  readonly flags: number;
}

export const reportBytes = (ranges: number): number => REPORT_HEADER_BYTES + RANGE_BYTES * ranges;

export function encodeReport(report: CZoneReport): Uint8Array {
  const { ranges } = report;
  const bytes = new Uint8Array(reportBytes(ranges.length));
  const view = new DataView(bytes.buffer);
  setU64(view, 0, report.requestId);
  view.setUint32(8, report.zone, true);
  view.setUint16(12, ranges.length, true);
  view.setUint16(14, report.flags, true);
  let at = REPORT_HEADER_BYTES;
  for (const { first, count } of ranges) {
    view.setUint32(at, first, true);
    view.setUint32(at + 4, count, true);
    at += RANGE_BYTES;
  }
  return bytes;
}

export function decodeReportHeader(bytes: Uint8Array): ReportHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    requestId: getU64(view, 0),
    zone: view.getUint32(8, true),
    ranges: view.getUint16(12, true),
    flags: view.getUint16(14, true),
  };
}

/** The ranges behind the header; the bytes are known to be long enough. */
export function decodeRanges(bytes: Uint8Array, count: number): CZoneRange[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, i) => {
    const at = REPORT_HEADER_BYTES + RANGE_BYTES * i;
    return { first: view.getUint32(at, true), count: view.getUint32(at + 4, true) };
  });
}
