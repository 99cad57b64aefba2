// Question 10: keep, park or suspend? A sandbox serves ten calls and waits. Kept, it holds what it held; parked, its VM gives back what
// it can spare; suspended, it is an image on a disk. What each holds, and what its next call takes: for a function that uses what
// it has, and for one whose calls have another 256 MiB while they run.

import { FRAMES_PER_MIB, NS_PER_S } from '../../abi/unit.ts';
import { defaultMachine } from '../../replay/index.ts';
import {
  type Container,
  type FunctionProfile,
  type ServerlessSystem,
  profileOf,
  systemOf,
} from '../../serverless/index.ts';
import { Clock } from '../../time/index.ts';
import {
  Balloon,
  COUNTED_PAGES,
  COUNT_RELEASED_PAGES,
  type Counts,
  type Operations,
  addOperations,
  newCounts,
  operationsOf,
  since,
} from '../../vmm/index.ts';
import { passTime } from '../pass-time.ts';
import type { Scenario, ScenarioRow } from '../scenario.ts';
import { mibOf, msOf, spareFrames } from './sandbox.ts';

export const IDLE_WAYS = [
  'keep',
  'park: hinting',
  'park: balloon',
  'suspend: lazy',
  'suspend: working set',
] as const;
export type IdleWay = (typeof IDLE_WAYS)[number];

const SYSTEM: Readonly<Record<IdleWay, string>> = {
  keep: 'scpv-template',
  'park: hinting': 'scpv-template',
  'park: balloon': 'scpv-template',
  'suspend: lazy': 'lazy/disk/4k',
  'suspend: working set': 'working-set/disk/4k',
};

const CALLS = 10;
/** The driver tries again every 200 ms for what it did not get. */
const PARK_NS = 10 * NS_PER_S;
const SLOTS: readonly number[] = COUNTED_PAGES.map(([slot]) => slot);

const FACTS = { id: 0, name: 'sandbox', memoryMib: 140, averageMs: 1000 };
const STEADY: FunctionProfile = profileOf(FACTS);
const BURST_FRAMES = 256 * FRAMES_PER_MIB;

/** Sandboxes by what their calls hold while they run. */
export const SANDBOXES: Readonly<Record<'steady' | 'bursty', FunctionProfile>> = {
  steady: STEADY,
  bursty: {
    ...STEADY,
    callTemporaryFrames: BURST_FRAMES,
    limitFrames: STEADY.limitFrames + BURST_FRAMES,
  },
};
export type SandboxName = keyof typeof SANDBOXES;

interface Rig {
  readonly profile: FunctionProfile;
  readonly system: ServerlessSystem;
  readonly clock: Clock;
  readonly container: Container;
  /** What the host holds without the sandbox: another one, and what the two share. */
  readonly othersFrames: number;
}

function systemFor(way: IdleWay, clock: Clock): ServerlessSystem {
  const snapshot = way.startsWith('suspend') ? systemOf('scpv-snapshot') : undefined;
  const spec = snapshot?.with?.(SYSTEM[way]) ?? systemOf(SYSTEM[way]);
  return spec.create({ machine: defaultMachine(), clock });
}

function call(container: Container, total: Counts): void {
  container.begin(total, newCounts());
  container.end(total, newCounts());
}

function setUp(way: IdleWay, profile: FunctionProfile): Rig {
  const clock = new Clock();
  const system = systemFor(way, clock);
  const other = system.start(profile).container;
  call(other, newCounts());
  const othersFrames = system.host.heldFrames;
  return { profile, system, clock, container: system.start(profile).container, othersFrames };
}

/** What parking did. */
interface Parked {
  readonly operations: Operations;
  readonly counts: Counts;
}

function park(way: IdleWay, { container, clock }: Rig, balloon: Balloon): Parked {
  const { vm } = container;
  const before = balloon.operations;
  vm.settle(newCounts());
  if (way === 'park: hinting') balloon.model.startHinting();
  else balloon.setTarget(spareFrames(vm));
  const { counts } = passTime({ vm, clock }, PARK_NS);
  balloon.setTarget(0);
  balloon.model.finishHinting();
  vm.settle(counts);
  return { operations: since(before, balloon.operations), counts };
}

/** A restored VM, and the call that it was restored for. */
function resume({ system, profile }: Rig): number {
  const operations: Operations = {};
  const start = system.start(profile);
  const { vm } = start.container;
  const parts = [...Object.values(vm.startOperations), ...Object.values(start.operations)];
  for (const part of parts) addOperations(operations, part);
  const called = newCounts();
  call(start.container, called);
  addOperations(operations, vm.takeOperations() ?? {});
  return [vm.startCounts, start.counts, called].reduce(
    (ms, counts) => ms + msOf(operationsOf(counts, SLOTS)),
    msOf(operations),
  );
}

/** One sandbox, idle in one way. */
export function idleWayRow(sandbox: SandboxName, way: IdleWay): ScenarioRow {
  const rig = setUp(way, SANDBOXES[sandbox]);
  const { system, container, othersFrames } = rig;
  const { vm } = container;
  const isSuspended = way.startsWith('suspend');
  const balloon = way.startsWith('park')
    ? new Balloon(vm, rig.clock, { freePageHinting: true })
    : undefined;
  const heldMib = (): number => mibOf(system.host.heldFrames - othersFrames);
  for (let made = 0; made < CALLS; made += 1) call(container, newCounts());
  const busyMib = heldMib();
  const parked = balloon && park(way, rig, balloon);
  const writtenMib = isSuspended ? mibOf(vm.guest.core.backedFrames) : 0;
  if (isSuspended) system.stop(container);
  const idleMib = heldMib();
  return {
    sandbox,
    way,
    busyMib,
    idleMib,
    parkMs: parked ? msOf(parked.operations) + msOf(operationsOf(parked.counts, SLOTS)) : 0,
    returnedMib: mibOf(parked?.counts[COUNT_RELEASED_PAGES] ?? 0),
    writtenMib,
    nextCallMs: isSuspended ? resume(rig) : callMs(container),
  };
}

function callMs(container: Container): number {
  const counts = newCounts();
  call(container, counts);
  return msOf(operationsOf(counts, SLOTS));
}

export const IDLE_WAYS_SCENARIO: Scenario = {
  name: 'keep-park-suspend',
  sentence:
    'Question 10: keep, park or suspend? What an idle sandbox holds in each way, and what its next call takes.',
  run: () =>
    (['steady', 'bursty'] as const).flatMap((sandbox) =>
      IDLE_WAYS.map((way) => idleWayRow(sandbox, way)),
    ),
};
