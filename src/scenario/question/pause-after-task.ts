// Question 1: is free page reporting enough if a VM is paused right after its task? A paused guest does nothing, so whatever
// its kernel had meant to report stays. Beside it: what a VMM can ask for just before the pause.

import { FRAMES_PER_MIB, NS_PER_MS, NS_PER_S } from '../../abi/unit.ts';
import {
  Balloon,
  type BalloonOptions,
  CAUSE_FILE_SHARED,
  CAUSE_IDLE_UNUSED,
  COUNT_RELEASED_PAGES,
  newCounts,
  operationsOf,
  since,
} from '../../vmm/index.ts';
import { type LoneHost, loneHost } from '../guest.ts';
import { passTime } from '../pass-time.ts';
import { type Scenario, type ScenarioRow, rowsOf } from '../scenario.ts';
import { SANDBOX_MIB, TASK, heldMib, mibOf, msOf, squeeze, startTask } from './sandbox.ts';

export const PAUSE_MECHANISMS = ['none', 'reporting', 'hinting', 'balloon'] as const;
export type PauseMechanism = (typeof PAUSE_MECHANISMS)[number];

const OPTIONS: Readonly<Record<PauseMechanism, BalloonOptions>> = {
  none: {},
  reporting: { freePageReporting: true },
  hinting: { freePageHinting: true },
  balloon: {},
};

/** Time for what the booted guest itself has to report or to give back. */
const SETTLE_NS = 10 * NS_PER_S;
/** What the VMM has the guest do before it stops the processors. */
function beforePause(mechanism: PauseMechanism, rig: LoneHost, balloon: Balloon): void {
  if (mechanism === 'hinting') balloon.model.startHinting();
  if (mechanism === 'balloon') squeeze(rig, balloon);
}

/** One VM, paused so long after its task. */
export function pauseRow(mechanism: PauseMechanism, afterMs: number): ScenarioRow {
  const rig = loneHost({ memoryFrames: SANDBOX_MIB * FRAMES_PER_MIB });
  const { vmm, vm, clock } = rig;
  const balloon = new Balloon(vm, clock, OPTIONS[mechanism]);
  passTime(rig, SETTLE_NS);
  const bootMib = heldMib(vmm);
  startTask(vm, TASK).exit();
  vm.settle(newCounts());
  const endMib = heldMib(vmm);
  const before = balloon.operations;
  const ranges = balloon.reportedRanges;
  const { counts } = passTime(rig, afterMs * NS_PER_MS);
  beforePause(mechanism, rig, balloon);
  vm.settle(counts);
  const operations = {
    ...since(before, balloon.operations),
    ...operationsOf(counts, [COUNT_RELEASED_PAGES]),
    reportRange: balloon.reportedRanges - ranges,
  };
  const { account } = vmm.host;
  const row = {
    mechanism,
    pausedAfterMs: afterMs,
    bootMib,
    taskEndMib: endMib,
    pausedMib: heldMib(vmm),
    returnedMib: endMib - heldMib(vmm),
    freeButHeldMib: mibOf(account[CAUSE_IDLE_UNUSED] as number),
    fileCacheMib: mibOf(account[CAUSE_FILE_SHARED] as number),
    ms: msOf(operations),
  };
  vmm.stop(vm);
  return row;
}

/** Reporting waits two seconds after a block came free: pauses before, at and behind that. */
const PAUSES_MS = [0, 1000, 2000, 2500, 5000, 10_000];

export const PAUSE_SCENARIO: Scenario = {
  name: 'pause-after-task',
  sentence:
    'Question 1: is free page reporting enough if a VM is paused right after its task? Beside hinting and a balloon before the pause.',
  run: (_, told) =>
    rowsOf(
      [
        ['none', 0] as const,
        ...PAUSES_MS.map((afterMs) => ['reporting', afterMs] as const),
        ['hinting', 0] as const,
        ['balloon', 0] as const,
      ],
      ([mechanism, afterMs]) => pauseRow(mechanism, afterMs),
      told,
    ),
};
