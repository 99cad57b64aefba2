// Question 4: what does free page reporting cost, by order and delay? A process whose heap goes and comes in pieces of every size
// for five minutes: small orders and short delays give more memory back, and take more reports and more faults.

import { FRAMES_PER_MIB, NS_PER_MS, NS_PER_S } from '../../abi/unit.ts';
import { type Random, randomStream } from '../../time/index.ts';
import {
  COUNT_HOST_FAULTS,
  COUNT_RELEASED_PAGES,
  type Process,
  Reporting,
  addCounts,
  newCounts,
  operationsOf,
  since,
} from '../../vmm/index.ts';
import { loneHost } from '../guest.ts';
import { passTime } from '../pass-time.ts';
import { type Scenario, type ScenarioRow, rowsOf } from '../scenario.ts';
import { SANDBOX_MIB, heldMib, mibOf, msOf, newProcess } from './sandbox.ts';

const SECONDS = 300;
const HEAP_FRAMES = 384 * FRAMES_PER_MIB;
/** For so many seconds pieces of it go, for as many they come back. */
const PHASE_S = 15;
/** Pieces a second. */
const PIECES = 48;
/** Of 4 KiB to 4 MiB, each power of two as often. */
const SIZES = 11;

/** A second of a phase: some of the heap goes back to the guest's kernel, or some is written again. */
function breathe(process: Process, random: Random, isGrowing: boolean): void {
  for (let piece = 0; piece < PIECES; piece += 1) {
    const pages = 1 << random.nextBelow(SIZES);
    const start = random.nextBelow(HEAP_FRAMES - pages);
    if (isGrowing) process.touch(start, pages, true);
    else process.free(start, pages);
  }
}

/** Five minutes with reports of blocks of an order and more, so long after one came free; undefined: without. */
export function reportingRow(parameters?: {
  readonly order: number;
  readonly delayMs: number;
}): ScenarioRow {
  const rig = loneHost({ memoryFrames: SANDBOX_MIB * FRAMES_PER_MIB });
  const { vmm, vm, clock } = rig;
  const random = randomStream(1, 'reporting-cost');
  const device =
    parameters &&
    new Reporting(vm, clock, {
      reportingOrder: parameters.order,
      reportingDelayNs: parameters.delayMs * NS_PER_MS,
    });
  const process = newProcess(vm, HEAP_FRAMES);
  process.touch(0, HEAP_FRAMES, true);
  vm.settle(newCounts());
  const [before, ranges] = [device?.operations ?? {}, device?.balloon.reportedRanges ?? 0];
  const counts = newCounts();
  let heldSum = 0;
  for (let second = 0; second < SECONDS; second += 1) {
    breathe(process, random, second % (2 * PHASE_S) >= PHASE_S);
    vm.settle(counts);
    addCounts(counts, passTime(rig, NS_PER_S).counts);
    heldSum += heldMib(vmm);
  }
  const operations = {
    ...since(before, device?.operations ?? {}),
    ...operationsOf(counts, [COUNT_RELEASED_PAGES, COUNT_HOST_FAULTS]),
  };
  const row = {
    order: parameters?.order ?? 'none',
    delayMs: parameters?.delayMs ?? null,
    heldMib: heldSum / SECONDS,
    reports: (device?.balloon.reportedRanges ?? 0) - ranges,
    returnedMib: mibOf(counts[COUNT_RELEASED_PAGES] as number),
    faultedMib: mibOf(counts[COUNT_HOST_FAULTS] as number),
    msPerSecond: msOf(operations) / SECONDS,
  };
  vmm.stop(vm);
  return row;
}

const ORDERS = [0, 3, 5, 7, 9, 10];
const DELAYS_MS = [200, 2000, 20_000];

export const REPORTING_SCENARIO: Scenario = {
  name: 'reporting-cost',
  sentence:
    'Question 4: what does free page reporting cost, by order and delay? Five minutes of a heap that goes and comes in pieces.',
  run: (_, told) =>
    rowsOf(
      [undefined, ...ORDERS.flatMap((order) => DELAYS_MS.map((delayMs) => ({ order, delayMs })))],
      (how) => reportingRow(how),
      told,
    ),
};
