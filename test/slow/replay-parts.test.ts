/** docs/scale.md: where a replay that is divided by function is exact, its parts add up to the whole. */
import { expect, it } from 'vitest';
import { type ReplayPlan, type ReplayRun, replayPlan, resultsOf } from '../../src/replay/index.ts';
import { type Trace, partOf } from '../../src/trace/index.ts';
import { smallTrace } from '../support/traces.ts';

const PARTS = 3;
const TRACE = smallTrace();

function planOf(system: string): ReplayPlan {
  return {
    systems: [system],
    seed: 1,
    keepAlive: '30s',
    contention: false,
    interference: false,
    hostFrames: 2 ** 30,
    // VMs of one size have one template
    memory: Object.fromEntries(TRACE.functions.map(({ name }) => [name, { limitFrames: 2 ** 18 }])),
  };
}

async function played(trace: Trace, system: string): Promise<ReplayRun> {
  return replayPlan(trace, planOf(system), { jobs: 1 });
}

type Systems = ReturnType<typeof resultsOf>['systems'];

/** Sums of the same numbers in another order differ in the last digits. */
function told(value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(12)) : value;
}

/** Rows of functions, in the order of the trace. */
function functionsOf(systems: Systems): unknown[] {
  const rows = systems.flatMap(({ functions }) => functions).toSorted((a, b) => a.id - b.id);
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([k, v]) => [k, told(v)])));
}

async function systemsOf(trace: Trace, system: string): Promise<Systems> {
  return resultsOf(await played(trace, system)).systems;
}

it.each(['scpv-boot', 'scpv-template', 'scpv-snapshot'])('%s by parts', async (system) => {
  const whole = await systemsOf(TRACE, system);
  const parts: Systems = [];
  for (let number = 1; number <= PARTS; number += 1) {
    parts.push(...(await systemsOf(partOf(TRACE, { number, of: PARTS }), system)));
  }
  expect(functionsOf(parts)).toEqual(functionsOf(whole));
  const sum = (read: (of: Systems[number]) => number): number =>
    parts.reduce((all, one) => all + read(one), 0);
  expect(sum(({ starts }) => starts.cold)).toBe(whole[0]!.starts.cold);
  const footprint = sum(({ footprintGiBSeconds }) => footprintGiBSeconds);
  // a template is in each part once
  if (system === 'scpv-template') expect(footprint).toBeGreaterThan(whole[0]!.footprintGiBSeconds);
  else expect(told(footprint)).toBe(told(whole[0]!.footprintGiBSeconds));
});
