// The guest-physical layout of an x86-64 machine and its hand-over to the kernel's allocator.

import {
  KERNEL_ZONES,
  ZONE_DMA,
  ZONE_DMA32,
  ZONE_DMA32_LIMIT,
  ZONE_DMA_LIMIT,
  ZONE_MOVABLE,
  ZONE_NORMAL,
} from '../abi/layout.ts';
import { FRAMES_PER_GIB, FRAMES_PER_MIB, ORDER_MAX } from '../abi/unit.ts';
import { RefusedArgument, expectInteger, expectList, expectObject } from '../check/index.ts';
import { type Core, instanceOf } from './core.ts';
import { CoreError, expectAnswer } from './error.ts';
import type { FrameRange } from './frame-range.ts';

/** First frame of the 32-bit MMIO hole (3 GiB) on Firecracker, Cloud Hypervisor and QEMU. */
export const MMIO_HOLE_START: number = 3 * FRAMES_PER_GIB;

/** Zones begin where the largest block may begin. */
const MAX_ORDER_FRAMES: number = 2 ** ORDER_MAX;

/** The core numbers frames in 32 bits. */
const FRAMES_MAX = 2 ** 32 - 1;

/** What a machine with this much memory looks like to its kernel. */
export interface BootLayout {
  /** RAM as the firmware reports it, ascending. */
  readonly ram: readonly FrameRange[];
  /** Spans of the kernel zones by index; undefined: the zone is empty. */
  readonly zones: readonly (FrameRange | undefined)[];
  /** Ranges that never reach the allocator: firmware, kernel image, memmap. */
  readonly reserved: readonly FrameRange[];
  /** Frames the core must span. */
  readonly frames: number;
}

/**
 * RAM from 0 to 3 GiB, a hole to 4 GiB, the rest above (docs/linux-memory.md A.1). Frame 0 and 640
 * KiB..1 MiB are not RAM.
 */
export function ramRanges(frames: number): FrameRange[] {
  const low = Math.min(frames, MMIO_HOLE_START);
  const ranges = [
    { start: 1, count: 158 },
    { start: FRAMES_PER_MIB, count: low - FRAMES_PER_MIB },
  ];
  if (frames > low) ranges.push({ start: ZONE_DMA32_LIMIT, count: frames - low });
  return ranges;
}

function zoneSpans(end: number, movableStart: number): (FrameRange | undefined)[] {
  const cut = (from: number, to: number): FrameRange | undefined => {
    const stop = Math.min(to, end, movableStart);
    return stop > from ? { start: from, count: stop - from } : undefined;
  };
  const zones: (FrameRange | undefined)[] = [];
  zones[ZONE_DMA] = cut(1, ZONE_DMA_LIMIT);
  zones[ZONE_DMA32] = cut(ZONE_DMA_LIMIT, ZONE_DMA32_LIMIT);
  zones[ZONE_NORMAL] = cut(ZONE_DMA32_LIMIT, Number.MAX_SAFE_INTEGER);
  zones[ZONE_MOVABLE] =
    movableStart < end ? { start: movableStart, count: end - movableStart } : undefined;
  return zones;
}

/**
 * The layout of a machine with `frames` frames of RAM. `reserved` are boot-time reservations,
 * `spanFrames` makes room above RAM for hot-plugged memory, `movableFrames` carves ZONE_MOVABLE
 * from the top (movablecore=).
 */
export function layoutOf(
  frames: number,
  reserved: readonly FrameRange[],
  spanFrames = 0,
  movableFrames = 0,
): BootLayout {
  expectInteger('frames', frames, FRAMES_PER_MIB + 1, FRAMES_MAX);
  expectInteger('spanFrames', spanFrames, 0, FRAMES_MAX);
  expectInteger('movableFrames', movableFrames, 0, frames);
  const ram = ramRanges(frames);
  const last = ram[ram.length - 1] as FrameRange;
  const end = last.start + last.count;
  const movableStart =
    movableFrames > 0
      ? Math.ceil((end - movableFrames) / MAX_ORDER_FRAMES) * MAX_ORDER_FRAMES
      : end;
  return {
    ram,
    zones: zoneSpans(end, movableStart),
    reserved,
    frames: Math.max(end, spanFrames),
  };
}

/** RAM minus the reservations, ascending: what memblock hands over. */
export function freeRanges(layout: BootLayout): FrameRange[] {
  const free: FrameRange[] = [];
  const taken = layout.reserved.toSorted((a, b) => a.start - b.start);
  for (const ram of layout.ram) {
    let at = ram.start;
    const end = ram.start + ram.count;
    for (const hole of taken) {
      const holeEnd = hole.start + hole.count;
      if (holeEnd <= at || hole.start >= end) continue;
      if (hole.start > at) free.push({ start: at, count: hole.start - at });
      at = Math.max(at, holeEnd);
    }
    if (at < end) free.push({ start: at, count: end - at });
  }
  return free;
}

function expectRange(argument: string, range: FrameRange): void {
  const { start, count } = expectObject(argument, range);
  expectInteger(`${argument}.start`, start, 0, FRAMES_MAX);
  expectInteger(`${argument}.count`, count, 0, FRAMES_MAX - start);
}

function expectLayout(layout: BootLayout): void {
  const { ram, zones, reserved } = expectObject('layout', layout);
  expectList('zones', zones);
  for (const range of expectList('ram', ram)) expectRange('ram', range);
  for (const range of expectList('reserved', reserved)) expectRange('reserved', range);
  for (const span of zones) if (span !== undefined) expectRange('zones', span);
  if (zones.length > KERNEL_ZONES) {
    throw new RefusedArgument('zones', `up to ${KERNEL_ZONES} of them`, zones.length);
  }
}

/**
 * Forms the zones, hands free memory over and sizes watermarks and per-cpu lists. `thp`: huge pages
 * are on.
 */
export function boot(core: Core, layout: BootLayout, thp: boolean): void {
  expectLayout(layout);
  const { raw } = instanceOf(core);
  if (core.kernelZones.some((zone) => zone.spanned > 0)) {
    throw new CoreError('boot: the core has zones already (reset() makes it empty)');
  }
  layout.zones.forEach((span, index) => {
    if (span !== undefined) expectAnswer(raw.zoneSpan(index, span.start, span.count), 'zoneSpan');
  });
  for (const ram of layout.ram) {
    expectAnswer(raw.memoryPresent(ram.start, ram.count), 'memoryPresent');
  }
  for (const range of freeRanges(layout)) {
    expectAnswer(raw.memoryHandOver(range.start, range.count), 'memoryHandOver');
  }
  raw.finishBoot(thp ? 1 : 0);
}
