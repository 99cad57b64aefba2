import { describe, expect, it } from 'vitest';
import { expectFunctions, optionsOf } from '../../../src/replay/plan.ts';
import { profilesOf } from '../../../src/replay/profiles.ts';
import { DEFAULT_WORKLOAD, type FunctionProfile, SYSTEMS } from '../../../src/replay/index.ts';
import type { TraceFunction } from '../../../src/trace/index.ts';
import { smallTrace } from '../../support/traces.ts';

describe('a plan', () => {
  it('names systems and policies, in the order of the results', () => {
    const names = SYSTEMS.map(({ name }) => name).toReversed();
    const options = optionsOf({ systems: names, seed: 3, keepAlive: '90s', growth: 'step' });
    expect(options.systems.map(({ name }) => name)).toEqual(names);
    expect(options.seed).toBe(3);
    expect(options.keepAlive?.().keepMs(0, 0)).toBe(90_000);
    expect(Object.keys(options.machine ?? {})).toEqual(['idleReclaimMs', 'hostCache', 'growth']);
  });

  it.each([
    [{ systems: ['nope'] }, /^systems: expected a system of scpv-boot, .*found "nope"$/],
    [{ systems: [], keepAlive: 'nope' }, /a policy of fixed, lru.* found "nope"/],
    [{ systems: [], placement: 'nope' }, /a policy of fullest, emptiest, drain, found "nope"/],
    [{ systems: [], growth: 'nope' }, /a policy of .*, found "nope"/],
  ])('with a wrong name is refused: %j', (plan, message) => {
    expect(() => optionsOf({ seed: 1, ...plan })).toThrow(message);
  });

  it('has memory of functions by name, in place of what is made of the trace', () => {
    const trace = smallTrace();
    const [first, second] = trace.functions as [TraceFunction, TraceFunction];
    const plan = { systems: [], seed: 1, memory: { [first.name]: { fileFrames: 77 } } };
    const { profile } = optionsOf(plan);
    const [made, other] = profilesOf(trace, DEFAULT_WORKLOAD) as [FunctionProfile, FunctionProfile];
    expect(profile?.(first, made).fileFrames).toBe(77);
    expect(profile?.(second, other)).toBe(other);
    expect(() => expectFunctions(trace, plan)).not.toThrow();
    const small = { ...plan, memory: { [first.name]: { limitFrames: 1024 } } };
    expect(() => expectFunctions(trace, small)).toThrow(
      new RegExp(`^memory.${first.name}.limit: expected \\d+MiB or more, found "4MiB"$`),
    );
    const wrong = { ...plan, memory: { [`${first.name}x`]: {} } };
    expect(() => expectFunctions(trace, wrong)).toThrow(
      `memory: expected functions of the trace (did you mean ${first.name}?), found "${first.name}x"`,
    );
  });
});
