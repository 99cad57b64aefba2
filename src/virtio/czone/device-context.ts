/** What the parts of a czone-virtio device share: geometry, books, host and counters. */

import type { DevicePort } from '../device.ts';
import type { CZoneCounters, CZoneHost } from './host.ts';
import { ANSWER_NACK, WHY_NAMES, type CZoneResponse } from './request.ts';
import type { ZoneTable } from './zones.ts';

/** Sizes that do not change while the device is there. Frames are of 4 KiB. */
export interface CZoneGeometry {
  readonly startPfn: number;
  readonly blockFrames: number;
  readonly granuleFrames: number;
  readonly maxZones: number;
  readonly maxRanges: number;
}

/** Sizes that the host may change. */
export interface CZoneLimits {
  usableBlocks: number;
  requestedBlocks: number;
  /** Infinity when there is none. */
  zoneLimitBlocks: number;
}

export class DeviceContext {
  readonly geometry: CZoneGeometry;
  readonly limits: CZoneLimits;
  readonly table: ZoneTable;
  readonly host: CZoneHost;
  readonly counters: CZoneCounters;
  port!: DevicePort;

  constructor(
    geometry: CZoneGeometry,
    limits: CZoneLimits,
    table: ZoneTable,
    host: CZoneHost,
    counters: CZoneCounters,
  ) {
    this.geometry = geometry;
    this.limits = limits;
    this.table = table;
    this.host = host;
    this.counters = counters;
  }

  has(mask: bigint): boolean {
    return (this.port.features & mask) === mask;
  }

  blockPfn(block: number): number {
    return this.geometry.startPfn + block * this.geometry.blockFrames;
  }

  /** Counts an answer; ERROR also as a violation, by its reason. */
  countAnswer(what: string, response: CZoneResponse): void {
    this.counters.answers[response.status as 0 | 1 | 2 | 3 | 4]++;
    if (response.status <= ANSWER_NACK) return;
    if (response.detail !== 0) {
      this.port.violation(`czone-${what}-${WHY_NAMES[response.detail] ?? response.detail}`);
    }
  }

  /** Takes a run of plugged blocks from the guest; false when the host refuses. */
  unplug(first: number, count: number): boolean {
    const pages = this.host.unplug(this.blockPfn(first), count * this.geometry.blockFrames);
    this.counters.releaseCalls++;
    if (pages < 0) return false;
    this.table.takeAway(first, count);
    this.counters.unpluggedBlocks += count;
    this.counters.unpluggedPages += pages;
    return true;
  }
}
