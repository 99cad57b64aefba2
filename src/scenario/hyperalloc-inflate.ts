// HyperAlloc's inflate benchmark (EuroSys '25, github.com/luhsra/hyperalloc-bench, inflate/latest):
// a VM of 20 GiB shrinks to 2 GiB and grows back, its memory free, touched before or never touched.
// Every page is emulated; time is the counts at the prices of src/cost, which were derived from the
// same data. So this checks the counts.

import {
  FRAMES_PER_GIB,
  FRAMES_PER_MIB,
  FRAME_BYTES,
  GIB,
  NS_PER_MS,
  PAGEBLOCK_FRAMES,
  THP_ORDER,
} from '../abi/unit.ts';
import { type OperationName, type Operations, costNs, receiptOf } from '../cost/index.ts';
import { Clock } from '../time/index.ts';
import {
  Balloon,
  COUNT_MIGRATED_PAGES,
  COUNT_RELEASED_PAGES,
  type Counts,
  type MemoryDevice,
  type MicroVm,
  VirtioMem,
  freeFrames,
  hotplugStart,
  newCounts,
  operationsOf,
  since,
} from '../vmm/index.ts';
import { loneVm, touchAndExit } from './guest.ts';
import { type Scenario, type ScenarioRow, rowsOf } from './scenario.ts';

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

/**
 * Room that a process may fill before the allocator gets short: watermarks and per-cpu lists stay.
 */
const TOUCH_MARGIN_FRAMES = 256 * FRAMES_PER_MIB;

/** A process fills all free memory and exits: afterwards the host has frames behind it. */
function touchAll(vm: MicroVm): void {
  touchAndExit(vm.guest, freeFrames(vm.guest.core) - TOUCH_MARGIN_FRAMES);
}

/** Only the device of HyperAlloc's authors takes whole 2 MiB blocks; ours for both is QEMU's. */
function balloonVm(isHuge: boolean): MemoryDevice {
  const clock = new Clock();
  const vm = loneVm({ memoryFrames: LARGE_GIB * FRAMES_PER_GIB, cpus: CPUS }, clock);
  vm.guest.core.setBackingOrder(isHuge ? THP_ORDER : 0);
  return new Balloon(vm, clock, { profile: 'qemu', isHuge });
}

function virtioMemVm(): MemoryDevice {
  const memoryFrames = SMALL_GIB * FRAMES_PER_GIB;
  const hotplugFrames = MOVED_GIB * FRAMES_PER_GIB;
  const clock = new Clock();
  const vm = loneVm({ memoryFrames, hotplugFrames, cpus: CPUS }, clock);
  vm.guest.core.setBackingOrder(THP_ORDER);
  return new VirtioMem(vm, clock, {
    profile: 'qemu',
    policy: 'online_movable',
    addr: hotplugStart(memoryFrames) * FRAME_BYTES,
    regionBytes: MOVED_GIB * GIB,
    requestedBytes: MOVED_GIB * GIB,
  });
}

/** The operation that takes memory, and the frames that one count of it stands for. */
const TAKING: Readonly<Record<InflateMechanism, readonly [OperationName, number]>> = {
  'balloon-4k': ['balloonInflatePage', 1],
  'balloon-2m': ['balloonInflate2MiB', PAGEBLOCK_FRAMES],
  'virtio-mem-2m': ['virtioMemUnplug2MiB', PAGEBLOCK_FRAMES],
};

/** Counters that are priced beside the device's operations. */
const PRICED_SLOTS: readonly number[] = [COUNT_MIGRATED_PAGES, COUNT_RELEASED_PAGES];

/** What shrinking or growing took. */
interface Step {
  readonly operations: Operations;
  readonly counts: Counts;
  readonly exits: number;
}

function measure(device: MemoryDevice, step: () => void): Step {
  const { vm, operations, exits } = device;
  vm.settle(newCounts());
  step();
  const counts = newCounts();
  vm.settle(counts);
  return { operations: since(operations, device.operations), counts, exits: device.exits - exits };
}

function ms(operations: Operations): number {
  return costNs(receiptOf(operations)) / NS_PER_MS;
}

/** One row: a VM shrinks by 18 GiB and grows back. */
export function inflateRow(mechanism: InflateMechanism, touched: boolean): ScenarioRow {
  const device =
    mechanism === 'virtio-mem-2m' ? virtioMemVm() : balloonVm(mechanism === 'balloon-2m');
  const { vm } = device;
  if (touched) touchAll(vm);
  const asked = MOVED_GIB * FRAMES_PER_GIB;
  const shrink = measure(device, () => device.ask(asked));
  const grow = measure(device, () => device.giveBack());
  const [taking, unitFrames] = TAKING[mechanism];
  const taken = shrink.operations[taking] ?? 0;
  const [publishedTouched, publishedUntouched, publishedGrowMs] = PUBLISHED[mechanism];
  const pages = operationsOf(shrink.counts, PRICED_SLOTS, vm.backingOrder);
  vm.stop(newCounts());
  return {
    mechanism,
    touched,
    askedBytes: asked * FRAME_BYTES,
    gotBytes: taken * unitFrames * FRAME_BYTES,
    pages: taken * unitFrames,
    blocks: mechanism === 'balloon-4k' ? 0 : taken,
    exits: shrink.exits,
    shrinkMs: ms({ ...shrink.operations, ...pages }),
    growMs: ms(grow.operations),
    publishedShrinkMs: touched ? publishedTouched : publishedUntouched,
    publishedGrowMs,
  };
}

const INFLATE_MECHANISMS: readonly InflateMechanism[] = [
  'balloon-4k',
  'balloon-2m',
  'virtio-mem-2m',
];

export const INFLATE_SCENARIO: Scenario = {
  name: 'hyperalloc-inflate',
  sentence:
    'A VM of 20 GiB shrinks to 2 GiB and grows back, by balloon and virtio-mem; ours beside HyperAlloc’s measurements.',
  run: (_, told) =>
    rowsOf(
      INFLATE_MECHANISMS.flatMap((mechanism) => [
        [mechanism, true] as const,
        [mechanism, false] as const,
      ]),
      ([mechanism, isTouched]) => inflateRow(mechanism, isTouched),
      told,
    ),
};
