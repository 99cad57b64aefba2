// Question 9: how small does a snapshot get after hinting or ballooning? A full one has every byte of the guest's memory; one
// that leaves holes has the pages that the host holds: whatever the guest gave back before is not among them.

import { FRAMES_PER_MIB } from '../../abi/unit.ts';
import { Balloon, COUNT_BLOCK_READS, newCounts, operationsOf } from '../../vmm/index.ts';
import { type LoneHost, loneHost } from '../guest.ts';
import { type Scenario, type ScenarioRow, rowsOf } from '../scenario.ts';
import { SANDBOX_MIB, TASK, mibOf, msOf, squeeze, startTask } from './sandbox.ts';

/** What is done before the VM is paused and written. */
export const PREPARATIONS = [
  'nothing',
  'drop caches',
  'hinting',
  'drop caches, hinting',
  'balloon',
] as const;
export type Preparation = (typeof PREPARATIONS)[number];

function prepare(how: Preparation, rig: LoneHost, balloon: Balloon): void {
  const { files } = rig.vm.guest;
  if (how.startsWith('drop caches')) files.shrink(files.pages);
  if (how.endsWith('hinting')) balloon.model.startHinting();
  if (how === 'balloon') squeeze(rig, balloon);
}

/** A VM whose task has ended, prepared and then written. What comes after it reads the task's files again. */
export function snapshotRow(how: Preparation): ScenarioRow {
  const rig = loneHost({ memoryFrames: SANDBOX_MIB * FRAMES_PER_MIB });
  const { vmm, vm, clock } = rig;
  const balloon = new Balloon(vm, clock, { freePageHinting: true });
  startTask(vm, TASK).exit();
  vm.settle(newCounts());
  prepare(how, rig, balloon);
  vm.settle(newCounts());
  const { core, files } = vm.guest;
  const written = core.backedFrames;
  const cachedMib = mibOf(files.pages);
  balloon.model.finishHinting();
  files.read('task', TASK.filesMib * FRAMES_PER_MIB, 0);
  const counts = newCounts();
  vm.settle(counts);
  vmm.stop(vm);
  return {
    before: how,
    fullMib: SANDBOX_MIB,
    withHolesMib: mibOf(written),
    shareOfFull: mibOf(written) / SANDBOX_MIB,
    cachedMib,
    readAgainMib: mibOf(counts[COUNT_BLOCK_READS] as number),
    readAgainMs: msOf(operationsOf(counts, [COUNT_BLOCK_READS])),
  };
}

export const SNAPSHOT_SCENARIO: Scenario = {
  name: 'snapshot-size',
  sentence:
    'Question 9: how small does a snapshot get after hinting or ballooning? A VM of 1 GiB whose task of 320 MiB has ended.',
  run: (_, told) => rowsOf(PREPARATIONS, (how) => snapshotRow(how), told),
};
