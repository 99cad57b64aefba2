// HyperAlloc's inflate benchmark (EuroSys '25, github.com/luhsra/hyperalloc-bench, inflate/latest):
// a VM of 20 GiB shrinks to 2 GiB and grows back, its memory free, touched before or never touched.
// Every page is emulated; time is the counts at the prices of src/cost, which were derived from the
// same data. So this checks the counts.

import { costNs, receiptOf, type Operations } from '../cost/index.ts';
import {
  Balloon,
  COUNT_MIGRATED_PAGES,
  COUNT_RELEASED_PAGES,
  type MicroVm,
  VirtioMem,
  VirtualClock,
  freeFrames,
  newCounts,
  touchAndExit,
} from '../vmm/index.ts';
import { hotplugStart, loneVm } from './guest.ts';
import type { Scenario, ScenarioRow } from './scenario.ts';

const GIB = 2 ** 30;
const FRAME_BYTES = 4096;
const FRAMES_PER_GIB = GIB / FRAME_BYTES;
const BLOCK_FRAMES = 512;
const LARGE_GIB = 20;
const SMALL_GIB = 2;
const MOVED_GIB = LARGE_GIB - SMALL_GIB;
const CPUS = 12;

export type InflateMechanism = 'balloon-4k' | 'balloon-2m' | 'virtio-mem-2m';

/** Means of runs 2 to 10, ms: shrink touched, shrink untouched, grow. */
const PUBLISHED: Readonly<Record<InflateMechanism, readonly [number, number, number]>> = {
  'balloon-4k': [21_022, 11_972, 8532],
  'balloon-2m': [146.9, 69.5, 61.4],
  'virtio-mem-2m': [579.7, 473.7, 196.6],
};

/** What shrinking or growing came to. */
interface Step {
  readonly frames: number;
  readonly releasedFrames: number;
  readonly migratedPages: number;
  readonly exits: number;
}

/** A VM whose memory can be made smaller and larger. */
interface Resizable {
  readonly vm: MicroVm;
  /** Frames that are taken now. */
  readonly taken: number;
  readonly exits: number;
  take(frames: number): void;
}

/**
 * Room that a process may fill before the allocator gets short: watermarks and per-cpu lists stay.
 */
const TOUCH_MARGIN_FRAMES = 65_536;

/** A process fills all free memory and exits: afterwards the host has frames behind it. */
function touchAll(vm: MicroVm): void {
  touchAndExit(vm.guest, freeFrames(vm.guest.core) - TOUCH_MARGIN_FRAMES);
}

function balloonVm(isHuge: boolean): Resizable {
  const vm = loneVm({ memoryFrames: LARGE_GIB * FRAMES_PER_GIB, cpus: CPUS });
  vm.guest.core.setBackingOrder(isHuge ? 9 : 0);
  // Only the device of HyperAlloc's authors takes whole 2 MiB blocks; ours for both is QEMU's.
  const balloon = new Balloon(vm, new VirtualClock(), { profile: 'qemu', isHuge });
  return {
    vm,
    get taken(): number {
      return balloon.driver.pageCount;
    },
    get exits(): number {
      return balloon.mmio.counters.reads + balloon.mmio.counters.writes;
    },
    take: (frames) => void balloon.setTarget(frames),
  };
}

function virtioMemVm(): Resizable {
  const memoryFrames = SMALL_GIB * FRAMES_PER_GIB;
  const regionFrames = MOVED_GIB * FRAMES_PER_GIB;
  const vm = loneVm({ memoryFrames, hotplugFrames: regionFrames, cpus: CPUS });
  vm.guest.core.setBackingOrder(9);
  const device = new VirtioMem(vm, new VirtualClock(), {
    profile: 'qemu',
    policy: 'online_movable',
    addr: hotplugStart(memoryFrames) * FRAME_BYTES,
    regionBytes: MOVED_GIB * GIB,
    requestedBytes: MOVED_GIB * GIB,
  });
  return {
    vm,
    get taken(): number {
      return regionFrames - device.pluggedBytes / FRAME_BYTES;
    },
    get exits(): number {
      return device.mmio.counters.reads + device.mmio.counters.writes;
    },
    take: (frames) => void device.setRequested((regionFrames - frames) * FRAME_BYTES),
  };
}

function measure(resizable: Resizable, target: number): Step {
  const { vm, taken, exits } = resizable;
  vm.settle(newCounts());
  resizable.take(target);
  const counts = newCounts();
  vm.settle(counts);
  return {
    frames: Math.abs(resizable.taken - taken),
    releasedFrames: counts[COUNT_RELEASED_PAGES] ?? 0,
    migratedPages: counts[COUNT_MIGRATED_PAGES] ?? 0,
    exits: resizable.exits - exits,
  };
}

function shrinkRecord(mechanism: InflateMechanism, step: Step): Operations {
  const pageMigrate = step.migratedPages;
  if (mechanism === 'balloon-4k') {
    return { balloonInflatePage: step.frames, hostRelease4KiB: step.releasedFrames, pageMigrate };
  }
  const blocks = step.frames / BLOCK_FRAMES;
  const hostRelease2MiB = step.releasedFrames / BLOCK_FRAMES;
  return mechanism === 'balloon-2m'
    ? { balloonInflate2MiB: blocks, hostRelease2MiB, pageMigrate }
    : { virtioMemUnplug2MiB: blocks, hostRelease2MiB, pageMigrate };
}

function growRecord(mechanism: InflateMechanism, step: Step): Operations {
  const blocks = step.frames / BLOCK_FRAMES;
  if (mechanism === 'balloon-4k') return { balloonDeflatePage: step.frames };
  return mechanism === 'balloon-2m'
    ? { balloonDeflate2MiB: blocks }
    : { virtioMemPlug2MiB: blocks };
}

function ms(record: Operations): number {
  return costNs(receiptOf(record)) / 1e6;
}

/** One row: a VM shrinks by 18 GiB and grows back. */
export function inflateRow(mechanism: InflateMechanism, touched: boolean): ScenarioRow {
  const resizable =
    mechanism === 'virtio-mem-2m' ? virtioMemVm() : balloonVm(mechanism === 'balloon-2m');
  if (touched) touchAll(resizable.vm);
  const asked = MOVED_GIB * FRAMES_PER_GIB;
  const shrink = measure(resizable, asked);
  const grow = measure(resizable, 0);
  const [publishedTouched, publishedUntouched, publishedGrowMs] = PUBLISHED[mechanism];
  resizable.vm.stop(newCounts());
  return {
    mechanism,
    touched,
    askedBytes: asked * FRAME_BYTES,
    gotBytes: shrink.frames * FRAME_BYTES,
    pages: shrink.frames,
    blocks: mechanism === 'balloon-4k' ? 0 : shrink.frames / BLOCK_FRAMES,
    exits: shrink.exits,
    shrinkMs: ms(shrinkRecord(mechanism, shrink)),
    growMs: ms(growRecord(mechanism, grow)),
    publishedShrinkMs: touched ? publishedTouched : publishedUntouched,
    publishedGrowMs,
  };
}

const MECHANISMS: readonly InflateMechanism[] = ['balloon-4k', 'balloon-2m', 'virtio-mem-2m'];

export const HYPERALLOC_INFLATE: Scenario = {
  name: 'hyperalloc-inflate',
  sentence:
    'A VM of 20 GiB shrinks to 2 GiB and grows back, by balloon and virtio-mem; ours beside HyperAlloc’s measurements.',
  run: () =>
    MECHANISMS.flatMap((mechanism) => [inflateRow(mechanism, true), inflateRow(mechanism, false)]),
};
