import { expect, it } from 'vitest';
import { SYSTEMS, fixedKeepAlive, replay, resultsOf } from '../../../src/replay/index.ts';
import { total } from '../../../src/replay/function-meter.ts';
import { smallTrace } from '../../support/traces.ts';

const RUN = await replay(smallTrace(), {
  systems: SYSTEMS,
  seed: 1,
  warmupMinutes: 1,
  keepAlive: () => fixedKeepAlive(5000),
});

it.each(RUN.systems)('$name has the same figures over functions as over all', (system) => {
  const { name, functions, starts, undisturbedCalls, priced, meanFrames, containers } = system;
  expect(total(functions.warm)).toBe(starts.warm);
  expect(total(functions.started)).toBe(starts.cold + starts.queued);
  expect(containers.started).toBe(total(functions.started));
  const { slowdowns, startupMs, sandboxMs } = priced[1]!;
  expect(total(functions.startMs)).toBeCloseTo(total(startupMs), 6);
  expect(total(functions.sandboxMs)).toBeCloseTo(total(sandboxMs), 6);
  expect(total(functions.ran)).toBe(undisturbedCalls + slowdowns.length);
  expect(total(functions.slowdown)).toBeCloseTo(undisturbedCalls + total(slowdowns), 6);
  // what VMs hold is all that the host holds, but the templates, and of a fork its parent
  const held = total(meanFrames) * RUN.measuredMs;
  expect(total(functions.frameMs)).toBeLessThanOrEqual(held * (1 + 1e-9));
  expect(total(functions.frameMs)).toBeGreaterThan((name === 'scpv-fork' ? 0.25 : 0.5) * held);
});

it('gives all of the footprint to functions where no template is shared', () => {
  const [boot] = RUN.systems.filter(({ name }) => name === 'scpv-boot');
  const held = total(boot!.meanFrames) * RUN.measuredMs;
  expect(total(boot!.functions.frameMs) / held).toBeCloseTo(1, 9);
});

it('starts a VM for each container where they are not shared, and seldom elsewhere', () => {
  const share = Object.fromEntries(
    resultsOf(RUN).systems.map(({ name, containers }) => [name, containers.runningVmShare]),
  );
  expect(share['scpv-template']).toBe(0);
  expect(share['mcpv-static']).toBeGreaterThan(0.2);
});

it('has a sandbox before the runtime, and idle containers among the containers', () => {
  for (const { sandboxMs, startupMs, overTime } of resultsOf(RUN).systems) {
    const { runtime = 0, memory = 0 } = startupMs.steps;
    expect(sandboxMs.mean).toBeCloseTo(startupMs.mean - runtime - memory, 6);
    for (const column of Object.values(overTime)) expect(column).toHaveLength(overTime.tMs.length);
    expect(overTime.containers.every((count, at) => count >= overTime.idle[at]!)).toBe(true);
    expect(Math.max(...overTime.vms)).toBeGreaterThan(0);
  }
});
