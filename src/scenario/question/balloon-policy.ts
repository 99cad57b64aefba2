// Question 3: which balloon policies stall the guest? A sandbox works and waits by turns, and each policy moves the balloon by
// what the guest's statistics say. A guest with too little reads its files again, and reclaims while its task waits.

import { FRAMES_PER_MIB, MIB, NS_PER_S } from '../../abi/unit.ts';
import {
  Balloon,
  COUNT_BLOCK_READS,
  COUNT_HOST_FAULTS,
  GuestOutOfMemory,
  type Process,
  newCounts,
  operationsOf,
  vmStats,
} from '../../vmm/index.ts';
import { type LoneHost, loneHost } from '../guest.ts';
import { passTime } from '../pass-time.ts';
import { type Scenario, type ScenarioRow, rowsOf } from '../scenario.ts';
import { SANDBOX_MIB, heldMib, mibOf, msOf, newProcess } from './sandbox.ts';

/** MiB, as the balloon's statistics give them. */
interface GuestView {
  readonly freeMib: number;
  readonly availableMib: number;
  readonly balloonMib: number;
}

/** Size of the balloon wanted now, MiB. */
type BalloonRule = (view: GuestView) => number;

/** vm0: towards 256 MiB free in steps of at most 256, never below half of memory, all back when less than 192 are available. */
function stepped({ freeMib, availableMib, balloonMib }: GuestView): number {
  if (availableMib < 192) return 0;
  if (freeMib <= 384) return balloonMib;
  return Math.min(balloonMib + Math.min(256, freeMib - 256), SANDBOX_MIB / 2);
}

export const BALLOON_POLICIES = [
  'none',
  'keep-128',
  'used-and-256',
  'half-available',
  'stepped',
] as const;
export type BalloonPolicyName = (typeof BALLOON_POLICIES)[number];

/** How operators of sandboxes have set their balloons, by what they wrote of it. */
const RULES: Readonly<Record<BalloonPolicyName, BalloonRule>> = {
  none: () => 0,
  /** arcbox, first: an idle guest keeps so much, whatever it does then. */
  'keep-128': () => SANDBOX_MIB - 128,
  /** arcbox, second: what is in use, and 256 MiB. */
  'used-and-256': ({ availableMib, balloonMib }) => balloonMib + availableMib - 256,
  /** arcbox, third: half of what is available. */
  'half-available': ({ availableMib, balloonMib }) => balloonMib + availableMib / 2,
  stepped,
};

const SECONDS = 120;
/** Statistics come, and the rule is asked, this often. */
const TICK_S = 5;
/** The task works for so many seconds and waits for as many: then its statistics say little. */
const TURN_S = 10;
const HEAP_MIB = 256;
const FILES = 4;
const FILE_MIB = 48;
const BUFFER_MIB = 128;
/** A second in which less than this share of the VM's memory was available counts as short. */
const SHORT_SHARE = 0.05;

/** A second of work: all files, all of the heap, a buffer that comes and goes. False: the guest killed it. */
function work({ vm }: LoneHost, task: Process): boolean {
  try {
    for (let at = 0; at < FILES; at += 1) {
      vm.guest.files.read(`file ${at}`, FILE_MIB * FRAMES_PER_MIB, 0);
    }
    task.touch(0, HEAP_MIB * FRAMES_PER_MIB, true);
    task.touchTemporary(BUFFER_MIB * FRAMES_PER_MIB);
    task.freeTemporary();
    return true;
  } catch (error) {
    if (error instanceof GuestOutOfMemory) return false;
    throw error;
  }
}

function viewOf(balloon: Balloon): GuestView {
  const { freeBytes, availableBytes } = vmStats(balloon.vm.guest.memory);
  return {
    freeMib: freeBytes / MIB,
    availableMib: availableBytes / MIB,
    balloonMib: mibOf(balloon.actualPages),
  };
}

function applyRule(rule: BalloonRule, balloon: Balloon): void {
  const mib = Math.min(Math.max(0, rule(viewOf(balloon))), SANDBOX_MIB);
  balloon.setTarget(Math.floor(mib * FRAMES_PER_MIB));
}

/** Two minutes under a policy; the balloon deflates on OOM, as all of these have it. */
export function policyRow(policy: BalloonPolicyName): ScenarioRow {
  const rig = loneHost({ memoryFrames: SANDBOX_MIB * FRAMES_PER_MIB });
  const { vmm, vm, clock } = rig;
  const balloon = new Balloon(vm, clock, { deflateOnOom: true });
  const task = newProcess(vm, (HEAP_MIB + BUFFER_MIB) * FRAMES_PER_MIB);
  work(rig, task);
  vm.settle(newCounts());
  const counts = newCounts();
  const directBefore = vm.guest.memory.directlyFreedPages;
  let [balloonSum, heldSum, shortSeconds, kills] = [0, 0, 0, 0];
  for (let second = 0; second < SECONDS; second += 1) {
    if (second % TICK_S === 0) applyRule(RULES[policy], balloon);
    if (second % (2 * TURN_S) >= TURN_S && !work(rig, task)) kills += 1;
    vm.settle(counts);
    passTime(rig, NS_PER_S);
    balloonSum += mibOf(balloon.actualPages);
    heldSum += heldMib(vmm);
    if (viewOf(balloon).availableMib < SHORT_SHARE * SANDBOX_MIB) shortSeconds += 1;
  }
  const { allocFailures, deflatedPages } = balloon.driver.counters;
  const row = {
    policy,
    balloonMib: balloonSum / SECONDS,
    heldMib: heldSum / SECONDS,
    readAgainMib: mibOf(counts[COUNT_BLOCK_READS] as number),
    faultsAgainMib: mibOf(counts[COUNT_HOST_FAULTS] as number),
    directReclaimMib: mibOf(vm.guest.memory.directlyFreedPages - directBefore),
    emptyHanded: allocFailures,
    deflatedMib: mibOf(deflatedPages),
    shortSeconds,
    failedSeconds: kills,
    stallMs: msOf(operationsOf(counts, [COUNT_BLOCK_READS, COUNT_HOST_FAULTS])),
  };
  vmm.stop(vm);
  return row;
}

export const POLICY_SCENARIO: Scenario = {
  name: 'balloon-policy',
  sentence:
    'Question 3: which balloon policies stall the guest? Five of them for two minutes, over a task that works and waits by turns.',
  run: (_, told) => rowsOf(BALLOON_POLICIES, (policy) => policyRow(policy), told),
};
