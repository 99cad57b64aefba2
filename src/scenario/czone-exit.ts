// Containers in one VM exit one after the other, and after each exit the host asks for what that container held, by one
// of five mechanisms. Every page is emulated: heaps that grew side by side, page cache that all of them share, page
// tables and kernel memory that cannot be moved. Time is counts at the typical prices of src/cost.

import { FRAME_BYTES, NS_PER_MS } from '../abi/unit.ts';
import { costNs, receiptOf } from '../cost/index.ts';
import { type Random, randomStream, shuffle } from '../time/index.ts';
import {
  COUNT_HOST_FAULTS,
  COUNT_MIGRATED_PAGES,
  COUNT_RELEASED_PAGES,
  type CZones,
  type Counts,
  type FrameRange,
  type MicroVm,
  newCounts,
  unmovableFrames,
} from '../vmm/index.ts';
import { MECHANISMS, type MechanismName, RECLAIMERS } from './reclaim/mechanism.ts';
import { type Reclaimer, populationOf } from './reclaim/reclaimer.ts';
import { REST_NS, type Resident, populate, operationsWith } from './residents.ts';
import {
  type ExitOrder,
  type Scenario,
  type ScenarioOptions,
  type ScenarioRow,
  rowsOf,
} from './scenario.ts';

function inOrder(residents: readonly Resident[], order: ExitOrder, random: Random): Resident[] {
  if (order === 'random') return shuffle([...residents], random);
  return order === 'fifo' ? [...residents] : residents.toReversed();
}

/** What all exits together came to. Counts are those of exits and requests, not of the calls between them. */
interface Sums {
  askedFrames: number;
  refaultPages: number;
  /** Frames that could not be moved, in zones that ended. */
  unmovableFrames: number;
  readonly counts: Counts;
}

/** Frames that cannot be moved in what a zone has left behind. */
function unmovableIn(vm: MicroVm, ranges: readonly FrameRange[]): number {
  const { core } = vm.guest;
  return ranges.reduce((sum, { start, count }) => sum + unmovableFrames(core, start, count), 0);
}

function rangesOf(zones: CZones, zone: number): FrameRange[] {
  const { blockFrames } = zones.region;
  return zones.blocksOf(zone).map((start) => ({ start, count: blockFrames }));
}

/**
 * One container exits and the host asks for what it held, those that live go on with a call each. With a zone, the message
 * of its end has asked for all that was backed of it.
 */
function exitOne(
  reclaimer: Reclaimer,
  { tenant, zone }: Resident,
  alive: Iterable<Resident>,
  sums: Sums,
): void {
  const { vm, device, clock, settleNs, zones } = reclaimer;
  const blocks = zones && zone !== undefined ? rangesOf(zones, zone) : undefined;
  const askedFrames = blocks === undefined ? tenant.heldFrames : vm.backedIn(blocks);
  vm.settle(newCounts());
  tenant.exit();
  if (blocks === undefined) device.ask(askedFrames);
  else sums.unmovableFrames += unmovableIn(vm, blocks);
  if (settleNs > 0) clock.advance(settleNs);
  sums.askedFrames += askedFrames;
  vm.settle(sums.counts);
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
  const reclaimer = RECLAIMERS[mechanism](population);
  const { vm, device } = reclaimer;
  const residents = populate(reclaimer, population, random);
  const alive = new Set(residents);
  vm.settle(newCounts());
  reclaimer.clock.advance(REST_NS);
  const { operations, exits } = device;
  const sums: Sums = { askedFrames: 0, refaultPages: 0, unmovableFrames: 0, counts: newCounts() };
  for (const leaver of inOrder(residents, order, random)) {
    alive.delete(leaver);
    exitOne(reclaimer, leaver, alive, sums);
  }
  const record = operationsWith(operations, device.operations, sums.counts);
  const row = {
    mechanism,
    containers,
    order,
    askedBytes: sums.askedFrames * FRAME_BYTES,
    gotBytes: (sums.counts[COUNT_RELEASED_PAGES] as number) * FRAME_BYTES,
    migratedPages: sums.counts[COUNT_MIGRATED_PAGES] as number,
    unmovablePages: device.unmovableFrames + sums.unmovableFrames,
    ms: costNs(receiptOf(record)) / NS_PER_MS,
    exits: device.exits - exits,
    refaultPages: sums.refaultPages + (sums.counts[COUNT_HOST_FAULTS] as number),
  };
  vm.stop(newCounts());
  return row;
}

export const EXIT_DEFAULTS: ScenarioOptions = { containers: 8, order: 'random', mib: 64, seed: 1 };

export const EXIT_SCENARIO: Scenario = {
  name: 'czone-exit',
  sentence:
    'Containers of one VM exit one by one; what five mechanisms give back of each, what they move and what they leave.',
  takes: ['containers', 'order', 'mib', 'seed'],
  run: (options, told) =>
    rowsOf(MECHANISMS, (mechanism) => exitRow(mechanism, { ...EXIT_DEFAULTS, ...options }), told),
};
