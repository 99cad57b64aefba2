/** Memory as one array of bytes, for drivers whose rings lie apart from a guest's frames. */

import type { DriverMemory, GuestBytes } from './memory.ts';

export class FlatMemory implements GuestBytes {
  readonly sizeBytes: number;
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(sizeBytes: number) {
    this.sizeBytes = sizeBytes;
    this.bytes = new Uint8Array(sizeBytes);
    this.#view = new DataView(this.bytes.buffer);
  }

  contains(addr: number, lengthBytes: number): boolean {
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
    return this.contains(addr, 2) ? this.#view.getUint16(addr, true) : undefined;
  }

  readU32(addr: number): number | undefined {
    return this.contains(addr, 4) ? this.#view.getUint32(addr, true) : undefined;
  }

  readU64(addr: number): number | undefined {
    return this.contains(addr, 8) ? Number(this.#view.getBigUint64(addr, true)) : undefined;
  }

  writeU16(addr: number, value: number): boolean {
    if (!this.contains(addr, 2)) return false;
    this.#view.setUint16(addr, value, true);
    return true;
  }

  writeU32(addr: number, value: number): boolean {
    if (!this.contains(addr, 4)) return false;
    this.#view.setUint32(addr, value, true);
    return true;
  }

  writeU64(addr: number, value: number): boolean {
    if (!this.contains(addr, 8)) return false;
    this.#view.setBigUint64(addr, BigInt(value), true);
    return true;
  }
}

/** Hands out memory upwards from `start`; nothing is used twice, so what is freed stays as it was. */
export class BumpMemory implements DriverMemory {
  readonly memory: GuestBytes;
  #next: number;

  constructor(memory: GuestBytes, start: number) {
    this.memory = memory;
    this.#next = start;
  }

  alloc(lengthBytes: number, alignBytes: number): number | undefined {
    const addr = Math.ceil(this.#next / alignBytes) * alignBytes;
    if (!this.memory.write(addr, new Uint8Array(lengthBytes))) return undefined;
    this.#next = addr + lengthBytes;
    return addr;
  }

  free(): void {}
}
