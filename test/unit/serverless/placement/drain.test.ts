import { expect, it } from 'vitest';
import { DRAIN } from '../../../../src/serverless/placement/drain.ts';
import { type SystemRun, optionsOf, replay } from '../../../../src/replay/index.ts';
import { handTrace } from '../../../support/traces.ts';

const room = (
  containers: number,
  most: number,
): { containers: number; most: number; capacity: number } => ({
  containers,
  most,
  capacity: 8,
});

/** Twelve calls at once. */
const burst = (ms: number): [number, number][] => Array.from({ length: 12 }, () => [ms, 4000]);

it('leaves VMs alone that have become nearly empty, and starts another rather than fill them', () => {
  const drain = DRAIN.create();
  const [young, draining, half] = [room(1, 1), room(2, 6), room(3, 6)];
  expect(drain.choose([young, draining, half])).toBe(half);
  expect(drain.choose([young, draining])).toBe(young);
  expect(drain.choose([draining])).toBeUndefined();
  expect(DRAIN.create('0.1').choose([draining])).toBe(draining);
});

it('refuses what is no share', () => {
  for (const text of ['1', '-0.5', 'half', '']) expect(() => DRAIN.create(text)).toThrow('a share');
});

it('lets VMs end that others keep: fewer at a time after a burst', async () => {
  const calls = [1000, 50_000, 100_000, 150_000].flatMap(burst);
  const trace = handTrace(calls, 240_000);
  const play = async (placement: string): Promise<SystemRun> => {
    const machine = { containersPerVm: 4 };
    const plan = { systems: ['mcpv-static'], seed: 1, keepAlive: '30s', placement, machine };
    return (await replay(trace, optionsOf(plan))).systems[0] as SystemRun;
  };
  const [drain, fullest] = [await play('drain:0.5'), await play('fullest')];
  expect(drain.starts.cold + drain.starts.warm).toBe(calls.length);
  expect(drain.vms.mean).toBeLessThanOrEqual(fullest.vms.mean);
});
