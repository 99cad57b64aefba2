/** Requests and responses of virtio-mem as bytes (docs/linux-memory.md D.1). */
import { expectInteger } from '../../check/index.ts';

export const REQUEST_BYTES = 24;
export const RESPONSE_BYTES = 10;

export const REQUEST_PLUG = 0;
export const REQUEST_UNPLUG = 1;
export const REQUEST_UNPLUG_ALL = 2;
export const REQUEST_STATE = 3;

export const RESPONSE_ACK = 0;
export const RESPONSE_NACK = 1;
export const RESPONSE_BUSY = 2;
export const RESPONSE_ERROR = 3;

export const STATE_PLUGGED = 0;
export const STATE_UNPLUGGED = 1;
export const STATE_MIXED = 2;

export interface MemRequest {
  readonly type: number;
  /** The nearest double; an address that is not exact lies outside every region. */
  readonly addr: number;
  readonly blocks: number;
}

export interface MemResponse {
  readonly type: number;
  readonly state: number;
}

/** x86 with 46 physical address bits. */
export const ADDRESS_LIMIT: number = 2 ** 46;

/** Throws RefusedArgument for what are no bytes of an address space. */
export function expectSpan(addr: number, lengthBytes: number): void {
  expectInteger('addr', addr, 0);
  expectInteger('lengthBytes', lengthBytes, 0, ADDRESS_LIMIT);
}

export function encodeRequest(request: MemRequest): Uint8Array {
  const bytes = new Uint8Array(REQUEST_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, request.type, true);
  view.setBigUint64(8, BigInt(request.addr), true);
  view.setUint16(16, request.blocks, true);
  return bytes;
}

export function decodeRequest(bytes: Uint8Array): MemRequest {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    type: view.getUint16(0, true),
    addr: Number(view.getBigUint64(8, true)),
    blocks: view.getUint16(16, true),
  };
}

export function encodeResponse(response: MemResponse): Uint8Array {
  const bytes = new Uint8Array(RESPONSE_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, response.type, true);
  view.setUint16(8, response.state, true);
  return bytes;
}

export function decodeResponse(bytes: Uint8Array): MemResponse {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { type: view.getUint16(0, true), state: view.getUint16(8, true) };
}
