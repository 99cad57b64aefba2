/** What the host does for a czone-virtio device. Frames are of 4 KiB, by guest-physical frame number. */

import { REQUEST_TYPES } from './request.ts';

export interface CZoneHost {
  /** The guest may use the frames from now on. False when the host cannot give them: answered BUSY. */
  plug(pfn: number, frames: number): boolean;
  /** Takes the frames back for good. Returns how many were backed; -1 to refuse (BUSY). */
  unplug(pfn: number, frames: number): number;
  /**
   * Discards what is behind the frames; the guest keeps them. Returns how many were backed; -1 to refuse
   * (BUSY).
   */
  release(pfn: number, frames: number): number;
  /** Each request of the host to a zone, as it ended. */
  reclaimed?(result: ReclaimResult): void;
  /** Each request of the guest with its answer, for recordings. */
  answered?(request: {
    readonly type: number;
    readonly zone: number;
    readonly block: number;
    readonly blocks: number;
    readonly status: number;
  }): void;
}

export type ReclaimEnd = 'done' | 'stopped' | 'cancelled' | 'timeout' | 'void';

/** How a request of the host ended. */
export interface ReclaimResult {
  readonly zone: number;
  readonly requestId: number;
  readonly end: ReclaimEnd;
  /** Reports that were answered with ACK or BUSY. */
  readonly reports: number;
  /** Bytes in ranges that were released, and those of them that were backed. */
  readonly reportedBytes: number;
  readonly releasedBytes: number;
}

/** What a czone-virtio device did, for prices and tests. */
export interface CZoneCounters {
  guestRequests: number;
  /** Of them those of each type, by its number; what is no type is not here. */
  readonly requestsByType: number[];
  reports: number;
  reportedRanges: number;
  /** Frames in reports that were answered ACK or BUSY, done ones only. */
  reportedPages: number;
  /** Frames that were backed and are not any more, by reports. */
  releasedPages: number;
  /** The same by UNPLUG, UNPLUG_ALL and ZONE_DESTROY. */
  unpluggedPages: number;
  releaseCalls: number;
  pluggedBlocks: number;
  /** Blocks that zones got from the pool. */
  assignedBlocks: number;
  unpluggedBlocks: number;
  zonesCreated: number;
  zonesDestroyed: number;
  eventsSent: number;
  reclaimRequests: number;
  shrinkRequests: number;
  cancelledRequests: number;
  /** Requests that the guest did not finish in time. */
  timedOutRequests: number;
  statsMessages: number;
  /** Answers by status: none, ACK, NACK, BUSY, ERROR. */
  readonly answers: [number, number, number, number, number];
}

export function newCZoneCounters(): CZoneCounters {
  return {
    guestRequests: 0,
    requestsByType: Array.from({ length: REQUEST_TYPES }, () => 0),
    reports: 0,
    reportedRanges: 0,
    reportedPages: 0,
    releasedPages: 0,
    unpluggedPages: 0,
    releaseCalls: 0,
    pluggedBlocks: 0,
    assignedBlocks: 0,
    unpluggedBlocks: 0,
    zonesCreated: 0,
    zonesDestroyed: 0,
    eventsSent: 0,
    reclaimRequests: 0,
    shrinkRequests: 0,
    cancelledRequests: 0,
    timedOutRequests: 0,
    statsMessages: 0,
    answers: [0, 0, 0, 0, 0],
  };
}
