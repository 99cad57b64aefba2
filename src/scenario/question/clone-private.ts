// Question 5: how much of a clone is really private, with 4 KiB and 2 MiB pages? A second sandbox of a function is started beside
// a first one that has had a call; what it has to itself is counted when it is up, after a call, and after a thousand.

import { FRAMES_PER_MIB } from '../../abi/unit.ts';
import { defaultMachine } from '../../replay/index.ts';
import { type Container, MEASURED, measuredProfile, systemOf } from '../../serverless/index.ts';
import { Clock } from '../../time/index.ts';
import { newCounts } from '../../vmm/index.ts';
import { type Scenario, type ScenarioRow, rowsOf } from '../scenario.ts';

const SYSTEMS: readonly string[] = [
  'scpv-boot',
  'scpv-template',
  'scpv-fork',
  'scpv-snapshot:memory/4k',
  'scpv-snapshot:memory/2m',
  'scpv-snapshot:memory/working-set',
];

/** Measured functions (docs/functions.md) that do next to nothing, by runtime. */
const FUNCTIONS: Readonly<Record<string, string>> = { python: 'hello.py', node: 'hello.mjs' };
const CALLS = 1000;

function call(container: Container): void {
  container.begin(newCounts(), newCounts());
  container.end(newCounts(), newCounts());
}

function privateMib({ vm }: Container): number {
  return vm.guest.core.privateFrames / FRAMES_PER_MIB;
}

/** A server of a runtime that does next to nothing, in a VM of its own. */
export function cloneRow(system: string, runtime: string): ScenarioRow {
  const measured = MEASURED.find(({ name }) => name === FUNCTIONS[runtime]);
  if (measured === undefined) throw new RangeError(`no runtime is named ${runtime}`);
  const profile = measuredProfile({ id: 0, name: runtime }, measured);
  const host = systemOf(system).create({ machine: defaultMachine(), clock: new Clock() });
  const first = host.start(profile).container;
  call(first);
  const { container } = host.start(profile);
  const { core } = container.vm.guest;
  const startedMib = privateMib(container);
  const sharedMib = core.sharedFrames / FRAMES_PER_MIB;
  call(container);
  const calledMib = privateMib(container);
  for (let at = 1; at < CALLS; at += 1) call(container);
  const lastMib = privateMib(container);
  for (const one of [first, container]) host.stop(one);
  return { system, runtime, sharedMib, startedMib, calledMib, lastMib };
}

export const CLONE_SCENARIO: Scenario = {
  name: 'clone-private',
  sentence: 'Question 5: how much of a clone is really private, with 4 KiB and 2 MiB pages?',
  run: (_, told) =>
    rowsOf(
      Object.keys(FUNCTIONS).flatMap((runtime) =>
        SYSTEMS.map((system) => [system, runtime] as const),
      ),
      ([system, runtime]) => cloneRow(system, runtime),
      told,
    ),
};
