// The VM that most questions ask about: a sandbox of 1 GiB, and the task that it is there for.

import { FRAMES_PER_MIB } from '../../abi/unit.ts';
import { type Operations, costNs, publishedMachine, receiptOf } from '../../cost/index.ts';
import { NS_PER_MS } from '../../abi/unit.ts';
import { type MicroVm, Process, type Vmm } from '../../vmm/index.ts';

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
