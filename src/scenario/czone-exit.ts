// Containers in one VM exit one after the other, and after each exit the host asks for what that container held, by one
// of five mechanisms. Every page is emulated: heaps that grew side by side, page cache that all of them share, page
// tables and kernel memory that cannot be moved. Time is counts at the typical prices of src/cost.

import { costNs, receiptOf } from '../cost/index.ts';
import { type Random, randomStream, shuffle } from '../time/index.ts';
import {
  COUNT_HOST_FAULTS,
  COUNT_MIGRATED_PAGES,
  COUNT_RELEASED_PAGES,
  type Counts,
  newCounts,
} from '../vmm/index.ts';
import { BalloonReclaimer } from './reclaim/balloon.ts';
import { CzoneReclaimer } from './reclaim/czone.ts';
import { DimmReclaimer } from './reclaim/dimm.ts';
import {
  FRAME_BYTES,
  type MechanismName,
  type Population,
  type Reclaimer,
  populationOf,
} from './reclaim/reclaimer.ts';
import { ReportingReclaimer } from './reclaim/reporting.ts';
import { VirtioMemReclaimer } from './reclaim/virtio-mem.ts';
import { REST_NS, type Resident, populate, recordOf } from './residents.ts';
import type { ExitOrder, Scenario, ScenarioOptions, ScenarioRow } from './scenario.ts';

export const MECHANISMS: readonly MechanismName[] = [
  'dimm',
  'balloon',
  'reporting',
  'virtio-mem',
  'czone',
];

const MAKERS: Readonly<Record<MechanismName, (population: Population) => Reclaimer>> = {
  dimm: (population) => new DimmReclaimer(population),
  balloon: (population) => new BalloonReclaimer(population),
  reporting: (population) => new ReportingReclaimer(population),
  'virtio-mem': (population) => new VirtioMemReclaimer(population),
  czone: (population) => new CzoneReclaimer(population),
};

function inOrder(residents: readonly Resident[], order: ExitOrder, random: Random): Resident[] {
  if (order === 'random') return shuffle([...residents], random);
  return order === 'fifo' ? [...residents] : residents.toReversed();
}

/** What all exits together came to. Counts are those of exits and requests, not of the calls between them. */
interface Sums {
  askedFrames: number;
  refaultPages: number;
  readonly counts: Counts;
}

/** One container exits, the host asks, those that live go on with a call each. */
function exitOne(
  reclaimer: Reclaimer,
  leaver: Resident,
  alive: Iterable<Resident>,
  sums: Sums,
): void {
  const { vm } = reclaimer;
  const { tenant, zone } = leaver;
  const held = zone === undefined ? undefined : reclaimer.zoneFrames?.(zone);
  const askedFrames = held ?? tenant.heldFrames;
  vm.settle(newCounts());
  tenant.exit();
  reclaimer.ask(askedFrames);
  vm.settle(sums.counts);
  sums.askedFrames += askedFrames;
  for (const other of alive) other.tenant.call();
  const calls = newCounts();
  vm.settle(calls);
  sums.refaultPages += calls[COUNT_HOST_FAULTS] as number;
}

/** Runs one mechanism. */
export function exitRow(mechanism: MechanismName, options: ScenarioOptions): ScenarioRow {
  const { containers, order, mib, seed } = options;
  const random = randomStream(seed, 'czone-exit');
  const population = populationOf(containers, mib, (end) => random.nextBelow(end));
  const reclaimer = MAKERS[mechanism](population);
  const residents = populate(reclaimer, population, random);
  const alive = new Set(residents);
  reclaimer.vm.settle(newCounts());
  reclaimer.clock.advance(REST_NS);
  const { operations, exits } = reclaimer;
  const sums: Sums = { askedFrames: 0, refaultPages: 0, counts: newCounts() };
  for (const leaver of inOrder(residents, order, random)) {
    alive.delete(leaver);
    exitOne(reclaimer, leaver, alive, sums);
  }
  const { unmovableFrames } = reclaimer;
  const record = recordOf(operations, reclaimer.operations, sums.counts);
  const row = {
    mechanism,
    containers,
    order,
    askedBytes: sums.askedFrames * FRAME_BYTES,
    gotBytes: (sums.counts[COUNT_RELEASED_PAGES] as number) * FRAME_BYTES,
    migratedPages: sums.counts[COUNT_MIGRATED_PAGES] as number,
    unmovablePages: unmovableFrames,
    ms: costNs(receiptOf(record)) / 1e6,
    exits: reclaimer.exits - exits,
    refaultPages: sums.refaultPages + (sums.counts[COUNT_HOST_FAULTS] as number),
  };
  reclaimer.vm.stop(newCounts());
  return row;
}

export const EXIT_DEFAULTS: ScenarioOptions = { containers: 8, order: 'random', mib: 64, seed: 1 };

export const CZONE_EXIT: Scenario = {
  name: 'czone-exit',
  sentence:
    'Containers of one VM exit one by one; what five mechanisms give back of each, what they move and what they leave.',
  takes: ['containers', 'order', 'mib', 'seed'],
  run: (options) =>
    MECHANISMS.map((mechanism) => exitRow(mechanism, { ...EXIT_DEFAULTS, ...options })),
};
