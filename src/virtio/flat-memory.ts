/** Memory as one array of bytes, for drivers whose rings lie apart from a guest's frames. */

import { expectUnsigned } from '../check/index.ts';
import type { DriverMemory, GuestBytes } from './memory.ts';

export class FlatMemory implements GuestBytes {
  readonly sizeBytes: number;
  private readonly _source: () => Uint8Array;
  private _bytes: Uint8Array;
  private _view: DataView;

  /** So many bytes of zeros; or somebody's bytes, asked for again when a view of them has ended. */
  constructor(memory: number | (() => Uint8Array)) {
    this._bytes = typeof memory === 'number' ? new Uint8Array(memory) : memory();
    this._source = typeof memory === 'number' ? (): Uint8Array => this._bytes : memory;
    this._view = viewOf(this._bytes);
    this.sizeBytes = this._bytes.length;
  }

  get bytes(): Uint8Array {
    // views of a WebAssembly memory that has grown have no bytes any more
    if (this._bytes.length !== this.sizeBytes) {
      this._bytes = this._source();
      this._view = viewOf(this._bytes);
    }
    return this._bytes;
  }

  contains(addr: number, lengthBytes: number): boolean {
    if (!Number.isSafeInteger(addr) || !Number.isSafeInteger(lengthBytes)) return false;
    return addr >= 0 && lengthBytes >= 0 && addr + lengthBytes <= this.sizeBytes;
  }

  read(addr: number, lengthBytes: number): Uint8Array | undefined {
    return this.contains(addr, lengthBytes)
      ? this.bytes.subarray(addr, addr + lengthBytes)
      : undefined;
  }

  write(addr: number, bytes: Uint8Array): boolean {
    if (!this.contains(addr, bytes.length)) return false;
    this.bytes.set(bytes, addr);
    return true;
  }

  readU16(addr: number): number | undefined {
    return this.contains(addr, 2) ? this._now.getUint16(addr, true) : undefined;
  }

  readU32(addr: number): number | undefined {
    return this.contains(addr, 4) ? this._now.getUint32(addr, true) : undefined;
  }

  readU64(addr: number): number | undefined {
    return this.contains(addr, 8) ? Number(this._now.getBigUint64(addr, true)) : undefined;
  }

  writeU16(addr: number, value: number): boolean {
    expectUnsigned(value, 16);
    if (!this.contains(addr, 2)) return false;
    this._now.setUint16(addr, value, true);
    return true;
  }

  writeU32(addr: number, value: number): boolean {
    expectUnsigned(value, 32);
    if (!this.contains(addr, 4)) return false;
    this._now.setUint32(addr, value, true);
    return true;
  }

  writeU64(addr: number, value: number): boolean {
    expectUnsigned(value, 64);
    if (!this.contains(addr, 8)) return false;
    this._now.setBigUint64(addr, BigInt(value), true);
    return true;
  }

  private get _now(): DataView {
    void this.bytes;
    return this._view;
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** Hands out memory upwards from `start`; nothing is used twice, so what is freed stays as it was. */
export class BumpMemory implements DriverMemory {
  readonly memory: GuestBytes;
  private _next: number;

  constructor(memory: GuestBytes, start: number) {
    this.memory = memory;
    this._next = start;
  }

  alloc(lengthBytes: number, alignBytes: number): number | undefined {
    const addr = Math.ceil(this._next / alignBytes) * alignBytes;
    if (!this.memory.write(addr, new Uint8Array(lengthBytes))) return undefined;
    this._next = addr + lengthBytes;
    return addr;
  }

  free(): void {}
}
