// The host's account of a v86 machine's memory, frame by frame: which frames the host backs. v86 tells nobody of the guest's
// writes, so a frame that was given back counts as backed again when it is found to hold anything but zeros; until then the
// guest reads zeros, as from memory that the host has taken.

import { FRAME_BYTES } from '../abi/unit.ts';
import { expectInteger, expectMade, expectWords } from '../check/index.ts';
import type { BalloonHost, FlatMemory } from '../virtio/index.ts';
import type { V86Cpu } from './machine.ts';

const RANGE = 'frames pfn count';

export type FrameEvent = 'discard' | 'need' | 'note';

/** Video memory and firmware lie here: no memory that a guest can give away. */
const HOLE_START = 0xa_0000 / FRAME_BYTES;
const HOLE_END = 0x10_0000 / FRAME_BYTES;

export class FrameAccount implements BalloonHost {
  /** Called for what the guest's driver says, in order. */
  onEvent: ((event: FrameEvent, pfn: number, count: number) => void) | undefined;
  readonly frames: number;
  readonly #cpu: V86Cpu;
  readonly #memory: FlatMemory;
  /** 1: backed for certain; 0: look. */
  readonly #backed: Uint8Array;

  constructor(cpu: V86Cpu, memory: FlatMemory) {
    this.#cpu = cpu;
    this.#memory = memory;
    this.frames = Math.floor(memory.sizeBytes / FRAME_BYTES);
    this.#backed = new Uint8Array(this.frames);
  }

  isBacked(pfn: number): boolean {
    return this.#look(expectInteger('pfn', pfn, 0, this.frames - 1));
  }

  #look(pfn: number): boolean {
    if (this.#backed[pfn] === 0 && !this.#isZero(pfn)) this.#backed[pfn] = 1;
    return this.#backed[pfn] === 1;
  }

  /** Of all frames, or of some. */
  backedFrames(start = 0, end: number = this.frames): number {
    expectInteger('end', end, 0, this.frames);
    expectInteger('start', start, 0, end);
    let count = 0;
    for (let pfn = start; pfn < end; pfn++) if (this.#look(pfn)) count++;
    return count;
  }

  discard(pfn: number, count: number): number {
    expectWords(RANGE, pfn, count);
    const end = pfn + count;
    if (end > this.frames || (pfn < HOLE_END && end > HOLE_START)) return -1;
    const released = this.backedFrames(pfn, end);
    this.#cpu.jit_dirty_cache(pfn * FRAME_BYTES, end * FRAME_BYTES);
    this.#memory.bytes.fill(0, pfn * FRAME_BYTES, end * FRAME_BYTES);
    this.#backed.fill(0, pfn, end);
    this.onEvent?.('discard', pfn, count);
    return released;
  }

  willNeed(pfn: number, count: number): void {
    this.onEvent?.('need', pfn, count);
  }

  noteFree(pfn: number, count: number): void {
    this.onEvent?.('note', pfn, count);
  }

  save(): Uint8Array {
    return this.#backed.slice();
  }

  load(backed: Uint8Array): void {
    const { length } = expectMade('backed', backed, Uint8Array);
    expectInteger('backed.length', length, this.frames, this.frames);
    this.#backed.set(backed);
  }

  #isZero(pfn: number): boolean {
    const { buffer, byteOffset } = this.#memory.bytes;
    const words = new BigInt64Array(buffer, byteOffset + pfn * FRAME_BYTES, FRAME_BYTES / 8);
    // all of a machine's memory is looked at, often: a loop, because a call a word takes ten times as long
    for (let at = 0; at < words.length; at++) if (words[at] !== 0n) return false;
    return true;
  }
}
