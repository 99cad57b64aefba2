// Question 7: can a snapshotted sandbox be resized and shrunk later? Clones of one image of 512 MiB are to have 1 GiB, run a task in
// it, and go back. What a device can do was settled when the image was made: how large the balloon was, how large the region.

import { FRAMES_PER_MIB, FRAME_BYTES, MIB, NS_PER_S } from '../../abi/unit.ts';
import {
  Balloon,
  Dimms,
  GuestOutOfMemory,
  VirtioMem,
  hotplugStart,
  newCounts,
} from '../../vmm/index.ts';
import { type LoneHost, loneHost } from '../guest.ts';
import { passTime } from '../pass-time.ts';
import { type Scenario, type ScenarioRow, rowsOf } from '../scenario.ts';
import { SANDBOX_MIB, heldMib, mibOf, startTask } from './sandbox.ts';

const SMALL_MIB: number = SANDBOX_MIB / 2;
const LARGE_MIB = SANDBOX_MIB;
const MORE_MIB: number = LARGE_MIB - SMALL_MIB;
const TASK = { heapMib: 600, filesMib: 64 };
/** For a guest to give what it can. */
const SETTLE_NS = 10 * NS_PER_S;

export const RESIZERS = ['none', 'balloon', 'virtio-mem', 'dimm'] as const;
export type Resizer = (typeof RESIZERS)[number];

/** How a clone grows and shrinks: each says how large the guest's memory is then, MiB. */
interface Handle {
  readonly rig: LoneHost;
  grow(): number;
  shrink(): number;
}

function clone(memoryMib: number, hotplugMib = 0): LoneHost {
  const size = {
    memoryFrames: memoryMib * FRAMES_PER_MIB,
    ...(hotplugMib > 0 && { hotplugFrames: hotplugMib * FRAMES_PER_MIB }),
  };
  return loneHost(size, undefined, true);
}

/** The image was made large and inflated: it can only be as large as it was booted. */
function balloonHandle(): Handle {
  const rig = clone(LARGE_MIB);
  const balloon = new Balloon(rig.vm, rig.clock);
  const set = (mib: number): number => {
    balloon.setTarget(mib * FRAMES_PER_MIB);
    passTime(rig, SETTLE_NS);
    return LARGE_MIB - mibOf(balloon.actualPages);
  };
  set(MORE_MIB);
  return { rig, grow: () => set(0), shrink: () => set(MORE_MIB) };
}

function virtioMemHandle(): Handle {
  const rig = clone(SMALL_MIB, MORE_MIB);
  const device = new VirtioMem(rig.vm, rig.clock, {
    profile: 'firecracker',
    policy: 'online_movable',
    addr: hotplugStart(SMALL_MIB * FRAMES_PER_MIB) * FRAME_BYTES,
    regionBytes: MORE_MIB * MIB,
  });
  const set = (mib: number): number => {
    device.setRequested(mib * MIB);
    passTime(rig, SETTLE_NS);
    return SMALL_MIB + device.pluggedBytes / MIB;
  };
  return { rig, grow: () => set(MORE_MIB), shrink: () => set(0) };
}

function dimmHandle(): Handle {
  const rig = clone(SMALL_MIB, MORE_MIB);
  const start = hotplugStart(SMALL_MIB * FRAMES_PER_MIB);
  const dimms = new Dimms(rig.vm, start, { policy: 'online_movable' });
  const size = (): number =>
    SMALL_MIB + mibOf(dimms.slots.reduce((sum, { frames }) => sum + frames, 0));
  return {
    rig,
    grow: () => {
      while (typeof dimms.plug(1) !== 'string');
      return size();
    },
    shrink: () => {
      dimms.ask(MORE_MIB * FRAMES_PER_MIB);
      passTime(rig, SETTLE_NS);
      return size();
    },
  };
}

function noHandle(): Handle {
  const rig = clone(SMALL_MIB);
  return { rig, grow: () => SMALL_MIB, shrink: () => SMALL_MIB };
}

const HANDLES: Readonly<Record<Resizer, () => Handle>> = {
  none: noHandle,
  balloon: balloonHandle,
  'virtio-mem': virtioMemHandle,
  dimm: dimmHandle,
};

/** Whether the task found memory; it ends either way. */
function runTask({ vm }: LoneHost): boolean {
  try {
    startTask(vm, TASK).exit();
    return true;
  } catch (error) {
    if (error instanceof GuestOutOfMemory) return false;
    throw error;
  }
}

/** A clone grows, runs a task of 664 MiB, and is asked to be as small again. */
export function resizeRow(mechanism: Resizer): ScenarioRow {
  const { rig, grow, shrink } = HANDLES[mechanism]();
  const { vmm, vm } = rig;
  vm.settle(newCounts());
  const atRestMib = heldMib(vmm);
  const grownMib = grow();
  const ran = runTask(rig);
  vm.settle(newCounts());
  const afterTaskMib = heldMib(vmm);
  const shrunkMib = shrink();
  vm.settle(newCounts());
  const row = {
    mechanism,
    imageMib: SMALL_MIB,
    askedMib: LARGE_MIB,
    grownMib,
    taskRan: ran,
    shrunkMib,
    heldAtRestMib: atRestMib,
    heldAfterTaskMib: afterTaskMib,
    heldAfterShrinkMib: heldMib(vmm),
  };
  vmm.stop(vm);
  return row;
}

export const RESIZE_SCENARIO: Scenario = {
  name: 'resize-later',
  sentence:
    'Question 7: can a snapshotted sandbox be resized and shrunk later? Clones of 512 MiB are to have 1 GiB for one task.',
  run: (_, told) => rowsOf(RESIZERS, (mechanism) => resizeRow(mechanism), told),
};
