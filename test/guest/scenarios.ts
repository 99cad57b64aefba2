/** Which machines are booted, and what is tried in each, in order. */

import { NS_PER_S } from '../../src/abi/unit.ts';
import type { V86BalloonOptions } from '../../src/v86/index.ts';
import { Bench, Disagreement, type Feature, type Row } from './bench.ts';
import { hinting, hintingStopped, poisoned, reporting, reportingAgain } from './free.ts';
import {
  migration,
  negotiation,
  outOfMemory,
  statistics,
  targets,
  tracedPages,
} from './inflate.ts';
import { copied, rebind, reload } from './life.ts';
import { Machine, type MachineOptions } from './machine.ts';
import type { Packages } from './packages.ts';

export interface Scenario {
  readonly name: string;
  readonly cmdline: string;
  readonly balloon: V86BalloonOptions;
  features(options: MachineOptions): readonly Feature[];
}

/** Reporting needs 128 MiB free with blocks of 4 MiB: the kernel leaves a zone with less alone. */
const MEMORY_MIB = 256;
/** Contents of free pages stay, and tracing names pages. */
const BARE = 'init_on_alloc=0 no_hash_pointers';
const ALL: V86BalloonOptions = {
  deflateOnOom: true,
  stats: true,
  statsIntervalNs: NS_PER_S,
  freePageHinting: true,
  freePageReporting: true,
};

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'qemu',
    cmdline: BARE,
    balloon: ALL,
    features: (options) => [
      negotiation,
      targets,
      tracedPages,
      statistics,
      migration,
      outOfMemory,
      hinting,
      hintingStopped,
      reporting,
      reportingAgain,
      reload,
      rebind,
      copied(options),
    ],
  },
  {
    name: 'firecracker',
    cmdline: BARE,
    balloon: { ...ALL, profile: 'firecracker' },
    features: () => [negotiation, targets, statistics, outOfMemory, hinting, reporting, reload],
  },
  {
    name: 'cloud-hypervisor',
    cmdline: BARE,
    balloon: { ...ALL, profile: 'cloud-hypervisor' },
    features: () => [negotiation, targets, outOfMemory, reporting, reload],
  },
  {
    name: 'qemu, page_poison=1',
    cmdline: `${BARE} page_poison=1`,
    balloon: ALL,
    features: () => [negotiation, targets, poisoned],
  },
  {
    name: 'qemu, init_on_free=1',
    cmdline: `${BARE} init_on_free=1`,
    balloon: ALL,
    features: () => [negotiation, targets, hinting],
  },
];

export type Found =
  { readonly kind: 'row'; readonly row: Row } | { readonly kind: 'fault'; readonly text: string };

/** Boots and tries; ends at the first fault, because what follows one says little. */
export async function tryScenario(
  scenario: Scenario,
  packages: Packages,
  tell: (found: Found) => Promise<void>,
): Promise<void> {
  const { cmdline, balloon } = scenario;
  const options: MachineOptions = { packages, memoryMib: MEMORY_MIB, cmdline, balloon };
  const machine = await Machine.create(options);
  try {
    await machine.boot();
    await machine.loadDriver();
    const bench = new Bench(machine);
    for (const feature of scenario.features(options)) {
      await tell({ kind: 'row', row: await feature(bench) });
    }
    const { violations } = machine.balloon.device.counters;
    if (violations.size > 0) {
      throw new Disagreement(`counted against Linux: ${[...violations].join(' ')}`);
    }
  } catch (cause) {
    await tell({ kind: 'fault', text: cause instanceof Error ? cause.message : String(cause) });
  }
}
