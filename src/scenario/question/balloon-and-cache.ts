// Question 2: does inflation give back page cache? Free page reporting and hinting know free blocks only; a balloon asks for
// pages, and the guest's reclaim finds them. What that costs is read again afterwards.

import { FRAMES_PER_MIB, NS_PER_S } from '../../abi/unit.ts';
import {
  Balloon,
  type BalloonOptions,
  CAUSE_FILE_SHARED,
  COUNT_BLOCK_READS,
  freeFrames,
  newCounts,
  operationsOf,
} from '../../vmm/index.ts';
import { type LoneHost, loneHost } from '../guest.ts';
import { passTime } from '../pass-time.ts';
import { type Scenario, type ScenarioRow, rowsOf } from '../scenario.ts';
import { SANDBOX_MIB, heldMib, mibOf, msOf, newProcess } from './sandbox.ts';

const HEAP_MIB = 64;
const FILES = 8;
const FILE_MIB = 64;
/** The driver tries again every 200 ms for what it did not get. */
const INFLATE_NS = 20 * NS_PER_S;

export type CacheMechanism = 'balloon' | 'reporting' | 'hinting';

const OPTIONS: Readonly<Record<CacheMechanism, BalloonOptions>> = {
  balloon: {},
  reporting: { freePageReporting: true },
  hinting: { freePageHinting: true },
};

function readFiles({ vm }: LoneHost): void {
  for (let at = 0; at < FILES; at += 1) {
    vm.guest.files.read(`file ${at}`, FILE_MIB * FRAMES_PER_MIB, 0);
  }
}

/** A guest with a heap and half of its memory in clean page cache, and a balloon of so many MiB. */
export function cacheRow(mechanism: CacheMechanism, targetMib: number): ScenarioRow {
  const rig = loneHost({ memoryFrames: SANDBOX_MIB * FRAMES_PER_MIB });
  const { vmm, vm, clock } = rig;
  const balloon = new Balloon(vm, clock, OPTIONS[mechanism]);
  newProcess(vm, HEAP_MIB * FRAMES_PER_MIB).touch(0, HEAP_MIB * FRAMES_PER_MIB, true);
  readFiles(rig);
  vm.settle(newCounts());
  const freeMib = mibOf(freeFrames(vm.guest.core));
  const fullMib = heldMib(vmm);
  const cacheMib = (): number => mibOf(vmm.host.account[CAUSE_FILE_SHARED] as number);
  const cachedMib = cacheMib();
  if (mechanism === 'hinting') balloon.model.startHinting();
  balloon.setTarget(targetMib * FRAMES_PER_MIB);
  passTime(rig, INFLATE_NS);
  const [heldAfter, cacheAfter, gotMib] = [heldMib(vmm), cacheMib(), mibOf(balloon.actualPages)];
  balloon.setTarget(0);
  passTime(rig, INFLATE_NS);
  readFiles(rig);
  const counts = newCounts();
  vm.settle(counts);
  const row = {
    mechanism,
    targetMib,
    gotMib,
    freeBeforeMib: freeMib,
    cacheBeforeMib: cachedMib,
    cacheAfterMib: cacheAfter,
    heldBeforeMib: fullMib,
    heldAfterMib: heldAfter,
    readAgainMib: mibOf(counts[COUNT_BLOCK_READS] as number),
    readAgainMs: msOf(operationsOf(counts, [COUNT_BLOCK_READS])),
  };
  vmm.stop(vm);
  return row;
}

/** Eighths of the memory. */
const TARGETS_MIB: readonly number[] = [1, 2, 3, 4, 5, 6].map((share) => (share * SANDBOX_MIB) / 8);

export const CACHE_SCENARIO: Scenario = {
  name: 'balloon-and-cache',
  sentence:
    'Question 2: does inflation give back page cache? A balloon of rising size in a guest with half of its memory in clean files.',
  run: (_, told) =>
    rowsOf(
      [
        ['reporting', 0] as const,
        ['hinting', 0] as const,
        ...TARGETS_MIB.map((targetMib) => ['balloon', targetMib] as const),
      ],
      ([mechanism, targetMib]) => cacheRow(mechanism, targetMib),
      told,
    ),
};
