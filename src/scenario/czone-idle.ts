// Containers in one VM free a part of their heaps and wait for work: what of that comes back to the host, when, and what
// the next calls pay, which need the memory again. Time on the clock is virtual; work is counts at typical prices.

import { FRAME_BYTES, NS_PER_MS, NS_PER_S } from '../abi/unit.ts';
import { costNs, receiptOf } from '../cost/index.ts';
import { type Random, randomStream } from '../time/index.ts';
import {
  COUNT_HOST_FAULTS,
  COUNT_MIGRATED_PAGES,
  COUNT_RELEASED_PAGES,
  type Counts,
  newCounts,
} from '../vmm/index.ts';
import {
  balloonReclaimer,
  czoneReclaimer,
  noReclaimer,
  reportingReclaimer,
} from './reclaim/mechanism.ts';
import { type Population, type Reclaimer, populationOf } from './reclaim/reclaimer.ts';
import { passTime } from './pass-time.ts';
import { REST_NS, type Resident, populate, operationsWith } from './residents.ts';
import { type Scenario, type ScenarioOptions, type ScenarioRow, rowsOf } from './scenario.ts';

/**
 * czone-late: the host's thread is busy when the containers are asked, and work arrives before it has looked at the
 * answers.
 */
export type IdleMechanism = 'none' | 'balloon' | 'reporting' | 'czone' | 'czone-late';

export const IDLE_MECHANISMS: readonly IdleMechanism[] = [
  'none',
  'balloon',
  'reporting',
  'czone',
  'czone-late',
];

/** The host asks so long after the containers became idle: czone-virtio's delay, docs/decisions/0024. */
const DELAY_NS = NS_PER_S;
const IDLE_NS = 30 * NS_PER_S;
/** Short of the time after which czone-virtio gives a request up: here it is work that ends it. */
const LATE_IDLE_NS = 5 * NS_PER_S;

type IdleOptions = Omit<ScenarioOptions, 'order'>;

/** A mechanism and what the containers' idleness and work set in motion. */
interface IdleRig {
  readonly reclaimer: Reclaimer;
  readonly idleNs: number;
  /** The containers have become idle; so many frames are free in them. */
  rest(residents: readonly Resident[], frames: number): void;
  /** Work has arrived for all of them. */
  work(residents: readonly Resident[]): void;
}

function passive(reclaimer: Reclaimer): IdleRig {
  return { reclaimer, idleNs: IDLE_NS, rest: () => {}, work: () => {} };
}

function balloonRig(population: Population): IdleRig {
  const reclaimer = balloonReclaimer(population);
  const { clock, device } = reclaimer;
  return {
    reclaimer,
    idleNs: IDLE_NS,
    rest: (_, frames) => void clock.after(DELAY_NS, () => device.ask(frames)),
    work: () => device.giveBack(),
  };
}

function czoneRig(population: Population, isLate: boolean): IdleRig {
  const reclaimer = czoneReclaimer(population, { idle: { delayNs: DELAY_NS, targetBytes: 0 } });
  const { device } = reclaimer;
  const mark = (residents: readonly Resident[], isIdle: boolean): void => {
    for (const { zone } of residents) if (zone !== undefined) device.setIdle(zone, isIdle);
  };
  return {
    reclaimer,
    idleNs: isLate ? LATE_IDLE_NS : IDLE_NS,
    rest: (residents) => {
      mark(residents, true);
      device.model.setPaused(isLate);
    },
    work: (residents) => {
      mark(residents, false);
      device.model.setPaused(false);
    },
  };
}

function rigFor(mechanism: IdleMechanism, population: Population): IdleRig {
  if (mechanism === 'none') return passive(noReclaimer(population));
  if (mechanism === 'reporting') return passive(reportingReclaimer(population));
  if (mechanism === 'balloon') return balloonRig(population);
  return czoneRig(population, mechanism === 'czone-late');
}

/** Every container frees a quarter to three quarters of its heap. Frames that are free in them then. */
function freePart(residents: readonly Resident[], random: Random): number {
  let frames = 0;
  for (const { tenant } of residents) {
    const { heapFrames } = tenant.size;
    const kept = (heapFrames >> 2) + random.nextBelow((heapFrames >> 1) + 1);
    frames += tenant.heldFrames - kept;
    tenant.shrinkHeap(kept);
  }
  return frames;
}

/** The next call of each: it needs the whole heap. */
function callAll(rig: IdleRig, residents: readonly Resident[]): Counts {
  const counts = newCounts();
  rig.work(residents);
  for (const { tenant } of residents) {
    tenant.writeHeap(tenant.size.heapFrames);
    tenant.call();
  }
  rig.reclaimer.vm.settle(counts);
  return counts;
}

export function idleRow(mechanism: IdleMechanism, options: IdleOptions): ScenarioRow {
  const { containers, mib, seed } = options;
  const random = randomStream(seed, 'czone-idle');
  const population = populationOf(containers, mib, (end) => random.nextBelow(end));
  const rig = rigFor(mechanism, population);
  const { reclaimer } = rig;
  const { vm, clock, device } = reclaimer;
  const residents = populate(reclaimer, population, random);
  vm.settle(newCounts());
  clock.advance(REST_NS);
  const freed = freePart(residents, random);
  vm.settle(newCounts());
  const [startNs, before, exitsBefore] = [clock.nowNs, device.operations, device.exits];
  rig.rest(residents, freed);
  const { counts, returnedAtNs } = passTime(reclaimer, rig.idleNs);
  const between = device.operations;
  const calls = callAll(rig, residents);
  const row = {
    mechanism,
    containers,
    order: 'fifo',
    askedBytes: freed * FRAME_BYTES,
    gotBytes: (counts[COUNT_RELEASED_PAGES] as number) * FRAME_BYTES,
    migratedPages: counts[COUNT_MIGRATED_PAGES] as number,
    unmovablePages: device.unmovableFrames,
    ms: costNs(receiptOf(operationsWith(before, between, counts))) / NS_PER_MS,
    exits: device.exits - exitsBefore,
    refaultPages: calls[COUNT_HOST_FAULTS] as number,
    returnedAfterMs: returnedAtNs === null ? null : (returnedAtNs - startNs) / NS_PER_MS,
    nextCallsMs: costNs(receiptOf(operationsWith(between, device.operations, calls))) / NS_PER_MS,
  };
  vm.stop(newCounts());
  return row;
}

const DEFAULTS: IdleOptions = { containers: 8, mib: 64, seed: 1 };

export const IDLE_SCENARIO: Scenario = {
  name: 'czone-idle',
  sentence:
    'Idle containers of one VM free a part of their heaps; what comes back, after how long, and what their next calls pay.',
  takes: ['containers', 'mib', 'seed'],
  run: (options, told) =>
    rowsOf(IDLE_MECHANISMS, (mechanism) => idleRow(mechanism, { ...DEFAULTS, ...options }), told),
};
