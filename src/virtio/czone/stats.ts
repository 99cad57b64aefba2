/** Statistics of zones, as bytes (section 7.4). */

import { getU64, setU64 } from './u64.ts';

export const STATS_HEADER_BYTES = 16;
export const ZONE_STATS_BYTES = 64;

/** Another message with further zones follows. */
export const STATS_MORE = 1;
/** The zone is idle. */
export const ZONE_STATS_IDLE = 1;

export interface CZoneZoneStats {
  readonly zone: number;
  readonly isIdle: boolean;
  readonly pluggedBytes: number;
  readonly freeBytes: number;
  /** Free, with host memory behind it: what a reclaim would give back. */
  readonly backedFreeBytes: number;
  /** Allocations that failed at the zone's limit. */
  readonly limitHits: number;
  /** Blocks that the zone took by itself. */
  readonly grownBlocks: number;
  /** Frames handed out that had host memory behind them: faults saved. */
  readonly reusedPages: number;
  /** Pages moved inside the zone to empty blocks. */
  readonly migratedPages: number;
}

export interface CZoneStatsMessage {
  readonly requestId: number;
  readonly flags: number;
  readonly zones: readonly CZoneZoneStats[];
}

export function encodeStats(message: CZoneStatsMessage): Uint8Array {
  const { zones } = message;
  const bytes = new Uint8Array(STATS_HEADER_BYTES + ZONE_STATS_BYTES * zones.length);
  const view = new DataView(bytes.buffer);
  setU64(view, 0, message.requestId);
  view.setUint32(8, zones.length, true);
  view.setUint32(12, message.flags, true);
  zones.forEach((zone, i) => putZone(view, STATS_HEADER_BYTES + ZONE_STATS_BYTES * i, zone));
  return bytes;
}

/** Undefined when the message is shorter than it says. */
export function decodeStats(bytes: Uint8Array): CZoneStatsMessage | undefined {
  if (bytes.length < STATS_HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint32(8, true);
  if (count * ZONE_STATS_BYTES > bytes.length - STATS_HEADER_BYTES) return undefined;
  return {
    requestId: getU64(view, 0),
    flags: view.getUint32(12, true),
    zones: Array.from({ length: count }, (_, i) =>
      getZone(view, STATS_HEADER_BYTES + ZONE_STATS_BYTES * i),
    ),
  };
}

function putZone(view: DataView, at: number, zone: CZoneZoneStats): void {
  view.setUint32(at, zone.zone, true);
  view.setUint32(at + 4, zone.isIdle ? ZONE_STATS_IDLE : 0, true);
  setU64(view, at + 8, zone.pluggedBytes);
  setU64(view, at + 16, zone.freeBytes);
  setU64(view, at + 24, zone.backedFreeBytes);
  setU64(view, at + 32, zone.limitHits);
  setU64(view, at + 40, zone.grownBlocks);
  setU64(view, at + 48, zone.reusedPages);
  setU64(view, at + 56, zone.migratedPages);
}

function getZone(view: DataView, at: number): CZoneZoneStats {
  const word = (offset: number): number => getU64(view, at + offset);
  return {
    zone: view.getUint32(at, true),
    isIdle: (view.getUint32(at + 4, true) & ZONE_STATS_IDLE) !== 0,
    pluggedBytes: word(8),
    freeBytes: word(16),
    backedFreeBytes: word(24),
    limitHits: word(32),
    grownBlocks: word(40),
    reusedPages: word(48),
    migratedPages: word(56),
  };
}
