// Memory for the rings and messages of a driver that is checked against a recording. Kept apart
// from the recorded guest's frames: where the real driver had its rings does not show in what it
// asked for.

import { FRAME_BYTES, MIB } from '../../core/index.ts';
import type { DriverMemory, GuestBytes } from '../../virtio/index.ts';

const SIZE_BYTES = MIB;

export class RingMemory implements GuestBytes, DriverMemory {
  readonly sizeBytes: number = SIZE_BYTES;
  readonly #bytes: Uint8Array = new Uint8Array(SIZE_BYTES);
  readonly #view: DataView = new DataView(this.#bytes.buffer);
  #nextAddr: number = FRAME_BYTES;

  get memory(): GuestBytes {
    return this;
  }

  alloc(lengthBytes: number, alignBytes: number): number | undefined {
    const addr = Math.ceil(this.#nextAddr / alignBytes) * alignBytes;
    if (!this.contains(addr, lengthBytes)) return undefined;
    this.#nextAddr = addr + lengthBytes;
    return addr;
  }

  /** Nothing is used twice: a driver that runs for one recording allocates a few pages in all. */
  free(): void {}

  contains(addr: number, lengthBytes: number): boolean {
    return addr >= 0 && lengthBytes >= 0 && addr + lengthBytes <= SIZE_BYTES;
  }

  read(addr: number, lengthBytes: number): Uint8Array | undefined {
    return this.contains(addr, lengthBytes)
      ? this.#bytes.subarray(addr, addr + lengthBytes)
      : undefined;
  }

  write(addr: number, bytes: Uint8Array): boolean {
    if (!this.contains(addr, bytes.length)) return false;
    this.#bytes.set(bytes, addr);
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
