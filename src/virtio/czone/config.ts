/**
 * Wire constants and the config space of czone-virtio, our own device. Section numbers in this folder are
 * those of docs/czone-virtio.md, which is the specification; a test compares the two.
 */

import { feature } from '../constants.ts';
import { setU64 } from './u64.ts';

/** Experimental device numbers start at 65535 and go down (virtio specification, appendix B.3). */
export const DEVICE_ID_CZONE = 65535;

export const F_RECLAIM: bigint = feature(0);
export const F_PLUG: bigint = feature(1);
export const F_STATS: bigint = feature(2);
export const F_IDLE: bigint = feature(3);
export const F_UNSOLICITED: bigint = feature(4);
export const F_ZEROED: bigint = feature(5);
export const F_PREFER_BACKED: bigint = feature(6);
export const F_UNPLUGGED_INACCESSIBLE: bigint = feature(7);

/** Queues have fixed numbers: one that does not exist leaves a gap. */
export const QUEUE_GUEST = 0;
export const QUEUE_EVENT = 1;
export const QUEUE_REPORT = 2;
export const QUEUE_STATS = 3;
export const QUEUES = 4;

/** Zone 0 is the pool: blocks that are plugged and belong to no zone. */
export const ZONE_POOL = 0;
/** Bounds that a device keeps to, so that a driver can size its buffers. */
export const MAX_RANGES_MIN = 32;
export const MAX_RANGES_MAX = 128;
export const MAX_ZONES_MAX = 65535;

export const CONFIG_ADDR = 0;
export const CONFIG_REGION_SIZE = 8;
export const CONFIG_USABLE_SIZE = 16;
export const CONFIG_REQUESTED_SIZE = 24;
export const CONFIG_PLUGGED_SIZE = 32;
export const CONFIG_BLOCK_SIZE = 40;
export const CONFIG_ZONE_LIMIT = 48;
export const CONFIG_EPOCH = 56;
export const CONFIG_GRANULE = 64;
export const CONFIG_MAX_ZONES = 68;
export const CONFIG_NR_ZONES = 72;
export const CONFIG_MAX_RANGES = 76;
export const CONFIG_NODE_ID = 78;
export const CONFIG_BYTES = 80;

export const NO_NODE = 0xffff;

export interface CZoneConfig {
  readonly addr: number;
  readonly regionBytes: number;
  readonly usableBytes: number;
  readonly requestedBytes: number;
  readonly pluggedBytes: number;
  readonly blockBytes: number;
  /** Largest zone; 0 when there is no such limit. */
  readonly zoneLimitBytes: number;
  /** Incarnation of the machine: another number after each restore of a snapshot. */
  readonly epoch: number;
  /** Ranges in reports are multiples of this: the size of the pages behind the guest. */
  readonly granuleBytes: number;
  readonly maxZones: number;
  readonly zones: number;
  readonly maxRanges: number;
  readonly nodeId: number;
}

export function encodeCZoneConfig(config: CZoneConfig, into: Uint8Array): void {
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  setU64(view, CONFIG_ADDR, config.addr);
  setU64(view, CONFIG_REGION_SIZE, config.regionBytes);
  setU64(view, CONFIG_USABLE_SIZE, config.usableBytes);
  setU64(view, CONFIG_REQUESTED_SIZE, config.requestedBytes);
  setU64(view, CONFIG_PLUGGED_SIZE, config.pluggedBytes);
  setU64(view, CONFIG_BLOCK_SIZE, config.blockBytes);
  setU64(view, CONFIG_ZONE_LIMIT, config.zoneLimitBytes);
  setU64(view, CONFIG_EPOCH, config.epoch);
  view.setUint32(CONFIG_GRANULE, config.granuleBytes, true);
  view.setUint32(CONFIG_MAX_ZONES, config.maxZones, true);
  view.setUint32(CONFIG_NR_ZONES, config.zones, true);
  view.setUint16(CONFIG_MAX_RANGES, config.maxRanges, true);
  view.setUint16(CONFIG_NODE_ID, config.nodeId, true);
}
