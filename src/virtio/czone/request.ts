/** Guest requests and the answer that requests and reports share, as bytes (section 7.1). */

import { putU16, putU32, putU64, takeU16, takeU32, takeU64 } from './u64.ts';

export const REQUEST_BYTES = 24;
export const RESPONSE_BYTES = 16;

/** Types and statuses begin at 1, so that zeroed memory is no valid message. */
export const REQUEST_ZONE_CREATE = 1;
export const REQUEST_ZONE_DESTROY = 2;
export const REQUEST_PLUG = 3;
export const REQUEST_UNPLUG = 4;
export const REQUEST_ASSIGN = 5;
export const REQUEST_ZONE_STATE = 6;
export const REQUEST_BLOCK_STATE = 7;
export const REQUEST_UNPLUG_ALL = 8;
/** Numbers of types are below this. */
export const REQUEST_TYPES = 9;

/** Of ZONE_DESTROY and ASSIGN: the blocks stay plugged, in the pool. */
export const REQUEST_TO_POOL = 1;
/** Of ZONE_STATE: the zone is idle; active without it. */
export const REQUEST_IDLE = 2;

export const ANSWER_ACK = 1;
export const ANSWER_NACK = 2;
export const ANSWER_BUSY = 3;
export const ANSWER_ERROR = 4;

/** Why: the detail of NACK and ERROR. */
export const WHY_TYPE = 1;
export const WHY_LENGTH = 2;
export const WHY_FLAGS = 3;
export const WHY_ZONE = 4;
export const WHY_ZONE_EXISTS = 5;
export const WHY_COUNT = 6;
export const WHY_RANGE = 7;
export const WHY_ORDER = 8;
export const WHY_OWNER = 9;
export const WHY_STATE = 10;
export const WHY_REQUEST = 11;
export const WHY_REQUESTED_SIZE = 12;
export const WHY_ZONE_LIMIT = 13;

/** For counters and messages. */
export const WHY_NAMES: readonly string[] = [
  'none',
  'type',
  'length',
  'flags',
  'zone',
  'zone-exists',
  'count',
  'range',
  'order',
  'owner',
  'state',
  'request',
  'requested-size',
  'zone-limit',
];

export const BLOCK_UNPLUGGED = 0;
export const BLOCK_PLUGGED = 1;
export const BLOCK_MIXED = 2;
/** Owner in the answer to BLOCK_STATE when the blocks are not all of one zone. */
export const OWNER_NONE = 0xffff_ffff;

export interface CZoneRequest {
  readonly type: number;
  readonly flags: number;
  readonly zone: number;
  readonly block: number;
  readonly blocks: number;
  /** The nearest double; only ZONE_CREATE uses it. */
  readonly value: number;
}

export interface CZoneResponse {
  readonly status: number;
  readonly detail: number;
  /** Blocks or ranges done. */
  readonly count: number;
  /** Bytes released, or the owner. */
  readonly value: number;
}

export function encodeRequest(request: CZoneRequest): Uint8Array {
  const bytes = new Uint8Array(REQUEST_BYTES);
  putU16(bytes, 0, request.type);
  putU16(bytes, 2, request.flags);
  putU32(bytes, 4, request.zone);
  putU32(bytes, 8, request.block);
  putU32(bytes, 12, request.blocks);
  putU64(bytes, 16, request.value);
  return bytes;
}

export function decodeRequest(bytes: Uint8Array): CZoneRequest {
  return {
    type: takeU16(bytes, 0),
    flags: takeU16(bytes, 2),
    zone: takeU32(bytes, 4),
    block: takeU32(bytes, 8),
    blocks: takeU32(bytes, 12),
    value: takeU64(bytes, 16),
  };
}

export function encodeResponse(response: CZoneResponse): Uint8Array {
  const bytes = new Uint8Array(RESPONSE_BYTES);
  putU16(bytes, 0, response.status);
  putU16(bytes, 2, response.detail);
  putU32(bytes, 4, response.count);
  putU64(bytes, 8, response.value);
  return bytes;
}

export function decodeResponse(bytes: Uint8Array): CZoneResponse {
  return {
    status: takeU16(bytes, 0),
    detail: takeU16(bytes, 2),
    count: takeU32(bytes, 4),
    value: takeU64(bytes, 8),
  };
}

/** Answers by status, for both halves. */
export const ack = (count = 0, value = 0, detail = 0): CZoneResponse => ({
  status: ANSWER_ACK,
  detail,
  count,
  value,
});
export const nack = (why: number): CZoneResponse => refusal(ANSWER_NACK, why);
export const error = (why: number): CZoneResponse => refusal(ANSWER_ERROR, why);
export const busy = (count: number, value: number): CZoneResponse => ({
  status: ANSWER_BUSY,
  detail: 0,
  count,
  value,
});

const refusal = (status: number, why: number): CZoneResponse => ({
  status,
  detail: why,
  count: 0,
  value: 0,
});
