/**
 * Wire constants and the config space of virtio-mem (device 24; spec 5.15,
 * docs/linux-memory.md D.1).
 */

import { feature } from '../constants.ts';

export const F_ACPI_PXM: bigint = feature(0);
export const F_UNPLUGGED_INACCESSIBLE: bigint = feature(1);
export const F_PERSISTENT_SUSPEND: bigint = feature(2);

/** Offsets in the config space. All but the node id are le64, and all are read-only. */
export const CONFIG_BLOCK_SIZE = 0;
export const CONFIG_NODE_ID = 8;
export const CONFIG_ADDR = 16;
export const CONFIG_REGION_SIZE = 24;
export const CONFIG_USABLE_SIZE = 32;
export const CONFIG_PLUGGED_SIZE = 40;
export const CONFIG_REQUESTED_SIZE = 48;
export const CONFIG_BYTES = 56;

export interface MemConfig {
  readonly blockBytes: number;
  readonly nodeId: number;
  readonly addr: number;
  readonly regionBytes: number;
  readonly usableBytes: number;
  readonly pluggedBytes: number;
  readonly requestedBytes: number;
}

export function encodeMemConfig(config: MemConfig, into: Uint8Array): void {
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  view.setBigUint64(CONFIG_BLOCK_SIZE, BigInt(config.blockBytes), true);
  view.setUint16(CONFIG_NODE_ID, config.nodeId, true);
  view.setBigUint64(CONFIG_ADDR, BigInt(config.addr), true);
  view.setBigUint64(CONFIG_REGION_SIZE, BigInt(config.regionBytes), true);
  view.setBigUint64(CONFIG_USABLE_SIZE, BigInt(config.usableBytes), true);
  view.setBigUint64(CONFIG_PLUGGED_SIZE, BigInt(config.pluggedBytes), true);
  view.setBigUint64(CONFIG_REQUESTED_SIZE, BigInt(config.requestedBytes), true);
}
