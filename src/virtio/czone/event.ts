/** What the device asks of the driver, as bytes (section 7.2). */

import { getU64, setU64 } from './u64.ts';

export const EVENT_BYTES = 32;

export const CZONE_EVENT_RECLAIM = 1;
export const CZONE_EVENT_SHRINK = 2;
export const CZONE_EVENT_CANCEL = 3;
export const CZONE_EVENT_STATS = 4;

export interface CZoneEvent {
  readonly type: number;
  readonly zone: number;
  readonly requestId: number;
  /** Bytes at most; 0 asks for everything. */
  readonly targetBytes: number;
  readonly epoch: number;
}

export function encodeEvent(event: CZoneEvent): Uint8Array {
  const bytes = new Uint8Array(EVENT_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, event.type, true);
  view.setUint32(4, event.zone, true);
  setU64(view, 8, event.requestId);
  setU64(view, 16, event.targetBytes);
  setU64(view, 24, event.epoch);
  return bytes;
}

export function decodeEvent(bytes: Uint8Array): CZoneEvent {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    type: view.getUint16(0, true),
    zone: view.getUint32(4, true),
    requestId: getU64(view, 8),
    targetBytes: getU64(view, 16),
    epoch: getU64(view, 24),
  };
}
