// A small booted guest of the verify build, and what tests of the core ask of it again and again.

import { expect } from 'vitest';
import { KIND_BALLOON, KIND_MASK, KIND_MOVABLE, KIND_OBJECT } from '../../src/abi/layout.ts';
import { PAGEBLOCK_FRAMES } from '../../src/abi/unit.ts';
import {
  GUEST_BLOCKS_OFFSET,
  GUEST_RECORDS_OFFSET,
  GUEST_SCRATCH_OFFSET,
  GUEST_STATES_OFFSET,
  GUEST_ZONES_OFFSET,
  RECORD_BYTES,
  ZONE_STRIDE,
} from '../../src/abi/layout.ts';
import {
  boot,
  Core,
  type CoreConfig,
  type FrameRange,
  faultText,
  layoutOf,
  verify,
} from '../../src/core/index.ts';
import { rawOf, bytesOf, headerWord, wordsOf } from '../../src/core/raw.ts';

export interface BenchOptions {
  readonly frames?: number;
  readonly movableFrames?: number;
  readonly spanFrames?: number;
  readonly config?: Partial<CoreConfig>;
  /** Frames of the kernel image, never handed to the allocator. */
  readonly image?: FrameRange;
}

/** Where the kernel image lies unless a test says otherwise. */
export const IMAGE: FrameRange = { start: 0x8000, count: 1024 };

export function bootGuest(options: BenchOptions = {}): Core {
  const frames = options.frames ?? 0x10000;
  const layout = layoutOf(
    frames,
    [options.image ?? IMAGE],
    options.spanFrames ?? 0,
    options.movableFrames ?? 0,
  );
  const core = Core.create({
    frames: layout.frames,
    cpus: 2,
    objects: 64,
    build: 'verify',
    ...options.config,
  });
  boot(core, layout, true);
  return core;
}

/** Fails with the broken rule in words. */
export function expectSound(core: Core): void {
  const fault = verify(core);
  expect(fault === undefined ? '' : faultText(fault)).toBe('');
}

export function stateAt(core: Core, pfn: number): number {
  return bytesOf(core)[headerWord(core, GUEST_STATES_OFFSET) + pfn] as number;
}

export function kindAt(core: Core, pfn: number): number {
  return stateAt(core, pfn) & KIND_MASK;
}

/** State and record of each frame but those that are still held, as bytes. */
export function freeBytes(core: Core): string[] {
  const bytes = bytesOf(core);
  const states = headerWord(core, GUEST_STATES_OFFSET);
  const records = headerWord(core, GUEST_RECORDS_OFFSET);
  return Array.from({ length: core.spanFrames }, (_, pfn) => {
    const kind = core.frames.kind(pfn);
    if (kind === KIND_OBJECT || kind === KIND_MOVABLE) return '';
    const record = records + pfn * RECORD_BYTES;
    return `${bytes[states + pfn]} ${bytes.subarray(record, record + RECORD_BYTES).join(' ')}`;
  });
}

/** A field of a zone by its ZONE_*_OFFSET. */
export function zoneField(core: Core, zone: number, offset: number): number {
  const at = headerWord(core, GUEST_ZONES_OFFSET) + zone * ZONE_STRIDE + offset;
  return wordsOf(core)[at >> 2] as number;
}

/** The pageblock's word: type in bits 0 to 2, zone in the high half. */
export function pageblock(core: Core, pfn: number): number {
  const at = headerWord(core, GUEST_BLOCKS_OFFSET) + Math.floor(pfn / PAGEBLOCK_FRAMES) * 4;
  return wordsOf(core)[at >> 2] as number;
}

/** The first words of the scratch area. */
export function scratch(core: Core, count: number): number[] {
  const first = headerWord(core, GUEST_SCRATCH_OFFSET) >> 2;
  return [...wordsOf(core).subarray(first, first + count)];
}

/** One array of the balloon: request and enter. Blocks, or the status of the first request. */
export function balloonTake(
  core: Core,
  entries: number,
  order: number,
  gfp: number,
  cpu: number,
): number {
  const got = rawOf(core).balloonRequest(0, entries, order, gfp, cpu);
  if (got > 0) expect(rawOf(core).balloonEnter(got)).toBe(0);
  return got;
}

/** Whether a movable block begins in a range of frames. */
export function holdsMovable(core: Core, start: number, frames: number): boolean {
  for (let pfn = start; pfn < start + frames; pfn += 1) {
    const kind = kindAt(core, pfn);
    if (kind === KIND_MOVABLE || kind === KIND_OBJECT || kind === KIND_BALLOON) return true;
  }
  return false;
}

/** Frame of a page of an object. */
export function objectFrame(core: Core, object: number, index: number): number {
  return rawOf(core).objectFrame(object, index);
}
