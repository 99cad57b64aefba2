// The VM that most questions ask about: a sandbox of 1 GiB, and the task that it is there for.

import { FRAMES_PER_MIB, NS_PER_MS, NS_PER_S } from '../../abi/unit.ts';
import { type Operations, costNs, publishedMachine, receiptOf } from '../../cost/index.ts';
import type { Clock } from '../../time/index.ts';
import { spareFrames } from '../../serverless/index.ts';
import { type Balloon, type MicroVm, Process, type Vmm } from '../../vmm/index.ts';
import { passTime } from '../pass-time.ts';

export const SANDBOX_MIB = 1024;

/** What a task reads and writes. */
export interface TaskSize {
  readonly heapMib: number;
  readonly filesMib: number;
}

export const TASK: TaskSize = { heapMib: 256, filesMib: 64 };

export function mibOf(frames: number): number {
  return frames / FRAMES_PER_MIB;
}

/** Host memory held for whatever cause, MiB. */
export function heldMib({ host }: Vmm): number {
  return mibOf(host.heldFrames);
}

export function msOf(operations: Operations): number {
  return costNs(receiptOf(operations)) / NS_PER_MS;
}

/** A balloon that has not got its pages by then is not waited for (vm0's limit). */
const BALLOON_WAIT_S = 10;

/**
 * Inflates a balloon by four fifths of what is available, and deflates it while the guest still runs: the pages are the guest's again,
 * without host memory.
 */
export function squeeze(
  rig: { readonly vm: MicroVm; readonly clock: Clock },
  balloon: Balloon,
): void {
  const target = spareFrames(rig.vm);
  balloon.setTarget(target);
  for (let waited = 0; waited < BALLOON_WAIT_S && balloon.actualPages < target; waited += 1) {
    passTime(rig, NS_PER_S);
  }
  balloon.setTarget(0);
}

/** A process that is about to run, with memory of its own still to come. */
export function newProcess(vm: MicroVm, mappedFrames: number): Process {
  const kernelFrames = publishedMachine().containerKernelFrames;
  return new Process(vm.guest, { cpu: 0, kernelFrames, mappedPages: mappedFrames });
}

/** The task reads its files and writes its heap. The process ends when the caller says so. */
export function startTask(vm: MicroVm, { heapMib, filesMib }: TaskSize): Process {
  const [heap, files] = [heapMib * FRAMES_PER_MIB, filesMib * FRAMES_PER_MIB];
  vm.guest.files.read('task', files, 0);
  const process = newProcess(vm, heap + files);
  process.touch(0, heap, true);
  return process;
}
