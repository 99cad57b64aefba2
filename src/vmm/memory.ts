// A guest's memory as bytes: contents of the frames that somebody wrote through here, over the
// core's account of which frames have host memory. Frames that only the allocator knows have no
// bytes: they read as zeros.
//
// Invariant: a frame with bytes here has host memory, because every release goes through discard().

import { FRAME_BYTES, ORDER_MAX } from '../abi/unit.ts';
import {
  FUNCTION,
  NUMBER,
  RefusedArgument,
  expectInteger,
  expectMade,
  expectShape,
  expectUnsigned,
} from '../check/index.ts';
import {
  type Core,
  type GuestMemory,
  KIND_HOLE,
  allocKernelBlock,
  freeKernelBlock,
  hasHole,
  orderOfFrames,
  releasePages,
} from '../guest/index.ts';
import type { DriverMemory, GuestBytes } from '../virtio/index.ts';

/** Frames and their contents; undefined: given back, whatever the template holds. */
export type FrameContents = ReadonlyMap<number, Uint8Array | undefined>;

const TWO_32 = 0x1_0000_0000;
/** The allocator's largest block. */
const BLOCK_BYTES_MAX: number = FRAME_BYTES * 2 ** ORDER_MAX;

const NO_CONTENTS: FrameContents = new Map();

/** Contents of a VM's memory where somebody reads them: rings, messages, registers' buffers. All other frames have a state and no bytes. */
export class VmMemory implements GuestBytes, DriverMemory {
  /** Of all that is or may become memory. */
  readonly sizeBytes: number;
  private readonly _kernel: GuestMemory;
  private readonly _core: Core;
  /** Contents of the image that this guest was cloned or resumed from; never written. */
  private _template: FrameContents;
  private _frames: Map<number, Uint8Array | undefined> = new Map<number, Uint8Array | undefined>();
  /** Driver allocations by address: the order of each. Small ones share pages. */
  private readonly _blocks: Map<number, number> = new Map<number, number>();
  /** What is left of frames that the kernel has had since boot, for drivers that it has had as long. */
  private _reserved: { start: number; next: number; end: number } = { start: 0, next: 0, end: 0 };
  /** Lengths of the small ones in use, by address. */
  private readonly _small: Map<number, number> = new Map();
  /** Rest of the page that small allocations are cut from. */
  private _smallAddr = 0;
  private _smallLeft = 0;
  /** Small ones that were freed, by length; the next of the same length has them, as a slab's. */
  private readonly _freed: Map<number, number[]> = new Map();

  constructor(kernel: GuestMemory, template: FrameContents = NO_CONTENTS) {
    expectShape('kernel', kernel, { core: { spanFrames: NUMBER }, touch: FUNCTION });
    this._kernel = kernel;
    this._core = kernel.core;
    this._template = expectMade('template', template, Map, 'a Map');
    this.sizeBytes = this._core.spanFrames * FRAME_BYTES;
  }

  /** Itself, as devices see it. */
  get memory(): GuestBytes {
    return this;
  }

  /** Frames whose contents are kept. */
  get keptFrames(): number {
    let count = 0;
    for (const bytes of this._frames.values()) count += bytes === undefined ? 0 : 1;
    return count;
  }

  /**
   * What the frames hold now, for clones of this guest. The bytes are shared: this guest must not
   * write any more.
   */
  freeze(): FrameContents {
    return new Map([...this._template, ...this._frames]);
  }

  /** All that there is goes to an image: what is written from now on is copied first. */
  suspend(): void {
    this._template = this.freeze();
    this._frames = new Map();
  }

  contains(addr: number, lengthBytes: number): boolean {
    if (!Number.isSafeInteger(addr) || !Number.isSafeInteger(lengthBytes)) return false;
    if (addr < 0 || lengthBytes < 0 || addr + lengthBytes > this.sizeBytes) return false;
    const first = Math.floor(addr / FRAME_BYTES);
    const last = Math.floor((addr + Math.max(1, lengthBytes) - 1) / FRAME_BYTES);
    if (last >= this._core.spanFrames) return false;
    if (first === last) return this._core.frames.kind(first) !== KIND_HOLE;
    return !hasHole(this._core, first, last + 1 - first);
  }

  read(addr: number, lengthBytes: number): Uint8Array | undefined {
    if (!this.contains(addr, lengthBytes)) return undefined;
    const offset = addr % FRAME_BYTES;
    if (offset + lengthBytes <= FRAME_BYTES) {
      const bytes = this._contents(Math.floor(addr / FRAME_BYTES));
      return bytes?.subarray(offset, offset + lengthBytes) ?? new Uint8Array(lengthBytes);
    }
    const whole = new Uint8Array(lengthBytes);
    this._pieces(addr, lengthBytes, (pfn, from, done, length) => {
      const bytes = this._contents(pfn);
      if (bytes !== undefined) whole.set(bytes.subarray(from, from + length), done);
    });
    return whole;
  }

  write(addr: number, bytes: Uint8Array): boolean {
    if (!(bytes instanceof Uint8Array)) throw new RefusedArgument('bytes', 'a Uint8Array', bytes);
    if (!this.contains(addr, bytes.length)) return false;
    const offset = addr % FRAME_BYTES;
    if (offset + bytes.length <= FRAME_BYTES) {
      this._writable((addr - offset) / FRAME_BYTES).set(bytes, offset);
      return true;
    }
    this._pieces(addr, bytes.length, (pfn, from, done, length) => {
      this._writable(pfn).set(bytes.subarray(done, done + length), from);
    });
    return true;
  }

  /** Little endian; undefined outside the memory. */
  readU16(addr: number): number | undefined {
    const pfn = this._frameOf(addr, 2);
    if (pfn < 0) return this._readNumber(addr, 2);
    const bytes = this._contents(pfn);
    if (bytes === undefined) return 0;
    const at = addr - pfn * FRAME_BYTES;
    return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
  }

  /** Little endian; undefined outside the memory. */
  readU32(addr: number): number | undefined {
    const pfn = this._frameOf(addr, 4);
    if (pfn < 0) return this._readNumber(addr, 4);
    const bytes = this._contents(pfn);
    if (bytes === undefined) return 0;
    return word(bytes, addr - pfn * FRAME_BYTES);
  }

  readU64(addr: number): number | undefined {
    const pfn = this._frameOf(addr, 8);
    if (pfn < 0) return this._readNumber(addr, 8);
    const bytes = this._contents(pfn);
    if (bytes === undefined) return 0;
    const at = addr - pfn * FRAME_BYTES;
    return word(bytes, at + 4) * TWO_32 + word(bytes, at);
  }

  /** Little endian; whether the address lies in the memory. */
  writeU16(addr: number, value: number): boolean {
    expectUnsigned(value, 16);
    const pfn = this._frameOf(addr, 2);
    if (pfn < 0) return this._writeNumber(addr, 2, value);
    const bytes = this._writable(pfn);
    const at = addr - pfn * FRAME_BYTES;
    bytes[at] = value;
    bytes[at + 1] = value >>> 8;
    return true;
  }

  /** Little endian; whether the address lies in the memory. */
  writeU32(addr: number, value: number): boolean {
    expectUnsigned(value, 32);
    const pfn = this._frameOf(addr, 4);
    if (pfn < 0) return this._writeNumber(addr, 4, value);
    setWord(this._writable(pfn), addr - pfn * FRAME_BYTES, value);
    return true;
  }

  /** Little endian, whole numbers up to 2^53; whether the address lies in the memory. */
  writeU64(addr: number, value: number): boolean {
    expectUnsigned(value, 64);
    const pfn = this._frameOf(addr, 8);
    if (pfn < 0) return this._writeNumber(addr, 8, value);
    const bytes = this._writable(pfn);
    const at = addr - pfn * FRAME_BYTES;
    setWord(bytes, at, value % TWO_32);
    setWord(bytes, at + 4, Math.floor(value / TWO_32));
    return true;
  }

  /** The one frame that has all of a range; -1: there is no such frame, or the range is not all memory. */
  private _frameOf(addr: number, lengthBytes: number): number {
    if (!Number.isSafeInteger(addr) || addr < 0) return -1;
    if (addr + lengthBytes > this.sizeBytes) return -1;
    const pfn = Math.floor(addr / FRAME_BYTES);
    if (addr + lengthBytes > (pfn + 1) * FRAME_BYTES) return -1;
    return this._core.frames.kind(pfn) === KIND_HOLE ? -1 : pfn;
  }

  /**
   * The host takes frames back: they read as zeros until they are written again. How many had host
   * memory; -1 when the range is not all inside the guest.
   */
  discard(pfn: number, count: number): number {
    const released = this._core.backing.release(pfn, count);
    if (released < 0) return -1;
    this._dropRange(pfn, pfn + count);
    return released;
  }

  /** The same, page by page: as many calls of the host. */
  discardPages(pfn: number, count: number): number {
    const released = releasePages(this._core, pfn, count);
    if (released < 0) return -1;
    this._dropRange(pfn, pfn + count);
    return released;
  }

  /** What is allocated lies in these frames, which are the kernel's already, as long as there is room. */
  reserve(start: number, frames: number): void {
    expectInteger('start', start, 0, this._core.spanFrames);
    expectInteger('frames', frames, 0, this._core.spanFrames - start);
    this._reserved = { start, next: start, end: start + frames };
  }

  private _takeReserved(order: number): number | undefined {
    const pfn = Math.ceil(this._reserved.next / 2 ** order) * 2 ** order;
    if (pfn + 2 ** order > this._reserved.end) return undefined;
    this._reserved.next = pfn + 2 ** order;
    return pfn;
  }

  /** Zeroed kernel memory for rings and messages; undefined when the guest has none. */
  alloc(lengthBytes: number, alignBytes: number): number | undefined {
    expectInteger('lengthBytes', lengthBytes, 1, BLOCK_BYTES_MAX);
    expectInteger('alignBytes', alignBytes, 1, BLOCK_BYTES_MAX);
    if ((alignBytes & (alignBytes - 1)) !== 0) {
      throw new RefusedArgument('alignBytes', 'a power of two', alignBytes);
    }
    this._expectAlive();
    return this._alloc(lengthBytes, alignBytes);
  }

  /** Small pieces come from a page at hand: the core would not be asked. */
  private _expectAlive(): void {
    void this._core.spanFrames;
  }

  private _alloc(lengthBytes: number, alignBytes: number): number | undefined {
    if (lengthBytes >= FRAME_BYTES || alignBytes >= FRAME_BYTES) {
      // a block lies at a multiple of its own size
      return this._allocBlock(Math.ceil(Math.max(lengthBytes, alignBytes) / FRAME_BYTES));
    }
    const again = this._reuse(lengthBytes, alignBytes);
    if (again !== undefined) return again;
    const gap = (alignBytes - (this._smallAddr % alignBytes)) % alignBytes;
    if (gap + lengthBytes > this._smallLeft) {
      const page = this._allocBlock(1);
      if (page === undefined) return undefined;
      // Kept for good: freeing what lies at its start must not free the page.
      this._blocks.delete(page);
      this._smallAddr = page;
      this._smallLeft = FRAME_BYTES;
      return this._alloc(lengthBytes, alignBytes);
    }
    const addr = this._smallAddr + gap;
    this._smallAddr = addr + lengthBytes;
    this._smallLeft -= gap + lengthBytes;
    this._small.set(addr, lengthBytes);
    return addr;
  }

  /** Blocks of pages go back to the kernel, if they came from it; what small allocations were cut from stays for others. */
  free(addr: number, lengthBytes: number): void {
    this._expectAlive();
    const order = this._blocks.get(addr);
    if (order === undefined) {
      if (this._small.get(addr) !== lengthBytes) {
        throw new RefusedArgument('addr', `memory of ${lengthBytes} bytes from alloc()`, addr);
      }
      this._small.delete(addr);
      const freed = this._freed.get(lengthBytes) ?? [];
      freed.push(addr);
      this._freed.set(lengthBytes, freed);
      return;
    }
    this._blocks.delete(addr);
    const pfn = addr / FRAME_BYTES;
    const { start, end } = this._reserved;
    if (pfn < start || pfn >= end) freeKernelBlock(this._kernel, pfn, order);
  }

  private _reuse(lengthBytes: number, alignBytes: number): number | undefined {
    const freed = this._freed.get(lengthBytes);
    const addr = freed?.at(-1);
    if (addr === undefined || addr % alignBytes !== 0) return undefined;
    freed?.pop();
    this._small.set(addr, lengthBytes);
    const offset = addr % FRAME_BYTES;
    this._writable((addr - offset) / FRAME_BYTES).fill(0, offset, offset + lengthBytes);
    return addr;
  }

  private _allocBlock(frames: number): number | undefined {
    const order = orderOfFrames(frames);
    const pfn = this._takeReserved(order) ?? allocKernelBlock(this._kernel, order);
    if (pfn === undefined) return undefined;
    const addr = pfn * FRAME_BYTES;
    this._blocks.set(addr, order);
    for (let at = pfn; at < pfn + 2 ** order; at += 1) this._frames.set(at, undefined);
    return addr;
  }

  private _drop(frame: number): void {
    if (this._template.has(frame)) this._frames.set(frame, undefined);
    else this._frames.delete(frame);
  }

  private _dropRange(start: number, end: number): void {
    if (end - start <= this._template.size + this._frames.size) {
      for (let frame = start; frame < end; frame += 1) this._drop(frame);
      return;
    }
    for (const frames of [this._template, this._frames]) {
      for (const frame of frames.keys()) if (frame >= start && frame < end) this._drop(frame);
    }
  }

  /** Bytes of a frame; undefined: zeros. */
  private _contents(pfn: number): Uint8Array | undefined {
    const own = this._frames.get(pfn);
    if (own !== undefined || this._frames.has(pfn)) return own;
    return this._template.get(pfn);
  }

  /** Bytes of a frame that may be written: it has host memory and is the guest's own now. */
  private _writable(pfn: number): Uint8Array {
    const kept = this._frames.get(pfn);
    if (kept !== undefined) return kept;
    if (!this._core.backing.isBacked(pfn) || this._template.has(pfn)) {
      this._kernel.touchSystemRange(pfn, 1, true);
    }
    const copied = this._frames.has(pfn) ? undefined : this._template.get(pfn)?.slice();
    const bytes = copied ?? new Uint8Array(FRAME_BYTES);
    this._frames.set(pfn, bytes);
    return bytes;
  }

  /** Of a range in two frames, or one that is not memory. */
  private _readNumber(addr: number, lengthBytes: 2 | 4 | 8): number | undefined {
    return this.read(addr, lengthBytes)?.reduceRight((value, byte) => value * 256 + byte, 0);
  }

  private _writeNumber(addr: number, lengthBytes: 2 | 4 | 8, value: number): boolean {
    return this.write(addr, encode(value, lengthBytes));
  }

  /** Calls `piece` for each frame of a range: frame, offset in it, bytes before it, bytes in it. */
  private _pieces(
    addr: number,
    lengthBytes: number,
    piece: (pfn: number, from: number, done: number, length: number) => void,
  ): void {
    for (let done = 0; done < lengthBytes;) {
      const from = (addr + done) % FRAME_BYTES;
      const length = Math.min(FRAME_BYTES - from, lengthBytes - done);
      piece(Math.floor((addr + done) / FRAME_BYTES), from, done, length);
      done += length;
    }
  }
}

function word(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
  return (low | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)) >>> 0;
}

function setWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

function encode(value: number, lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  let rest = value;
  for (let at = 0; at < lengthBytes; at += 1) {
    bytes[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}
