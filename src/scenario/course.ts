// A measured function's containers lived again in a guest: the same calls, one container after the other as they were recorded,
// by the code that replays use. What is counted is what the recorder counts.

import { FRAMES_PER_MIB } from '../abi/unit.ts';
import { publishedMachine } from '../cost/index.ts';
import {
  Container,
  type MeasuredFunction,
  mappedFrames,
  expectProfile,
  measuredProfile,
  startRuntime,
} from '../serverless/index.ts';
import {
  COUNT_ALLOC_PAGES,
  COUNT_FREE_PAGES,
  type Counts,
  type MicroVm,
  newCounts,
  pageTableFrames,
} from '../vmm/index.ts';
import { Clock } from '../time/index.ts';
import { loneHost } from './guest.ts';

/** Frames since a container's start, when so many of its calls have ended. */
export interface LivedPoint {
  readonly call: number;
  readonly allocated: number;
  readonly freed: number;
  readonly anonymous: number;
  /** Of files that it has brought into memory. */
  readonly file: number;
}

/** Calls whose end is looked at; 0: it is ready. */
const POINTS: readonly number[] = [0, 1, 10, 100];
/** The recorder's guest. */
const MEMORY_MIB = 768;

/** What fork makes for the agent's child before that runs: a recording has it as the parent's. */
function forkedFrames(): number {
  return pageTableFrames(publishedMachine().kernel.agentFrames);
}

/** What is seen of a container when it is ready, and when so many calls have ended. */
function atPoints<Seen>(container: Container, total: Counts, see: (call: number) => Seen): Seen[] {
  let call = 0;
  return POINTS.map((until) => {
    for (; call < until; call += 1) {
      container.begin(total, newCounts());
      container.end(total, newCounts());
    }
    return see(call);
  });
}

function liveOnce(vm: MicroVm, measured: MeasuredFunction, kernel: number): LivedPoint[] {
  const total: Counts = newCounts();
  const { files } = vm.guest;
  const filesBefore = files.pages;
  const profile = expectProfile(measuredProfile({ id: 0, name: measured.name }, measured));
  const kernelFrames = Math.max(0, kernel - pageTableFrames(mappedFrames(profile)));
  const container = new Container(vm, profile, { cpu: 0, kernelFrames });
  vm.settle(total);
  const points = atPoints(container, total, (call): LivedPoint => ({
    call,
    allocated: (total[COUNT_ALLOC_PAGES] as number) - forkedFrames(),
    freed: (total[COUNT_FREE_PAGES] as number) - forkedFrames(),
    anonymous: container.heldFrames,
    file: files.pages - filesBefore,
  }));
  container.exit();
  return points;
}

/**
 * The courses of so many containers of a function, one after the other in one guest: the first brings the files into memory.
 * @param kernelFrames what each takes of the kernel, page tables among it
 */
export function liveAgain(
  measured: MeasuredFunction,
  kernelFrames: number,
  containers: number,
  onLived?: () => void,
): LivedPoint[][] {
  const { vm } = loneHost({ memoryFrames: MEMORY_MIB * FRAMES_PER_MIB }, new Clock());
  vm.settle(newCounts());
  return Array.from({ length: containers }, () => {
    const lived = liveOnce(vm, measured, kernelFrames);
    vm.settle(newCounts());
    onLived?.();
    return lived;
  });
}

/** Frames of its own that a container has which was forked from a process that is ready: when it goes on, and after 1, 10 and 100 calls. */
export function forkAgain(measured: MeasuredFunction): number[] {
  const { vm } = loneHost({ memoryFrames: MEMORY_MIB * FRAMES_PER_MIB }, new Clock());
  const profile = expectProfile(measuredProfile({ id: 0, name: measured.name }, measured));
  const place = { cpu: 0, kernelFrames: 0 };
  const zygote = startRuntime(vm.guest, profile, place);
  const forked = new Container(vm, profile, { ...place, zygote });
  return atPoints(forked, newCounts(), () => forked.heldFrames);
}
