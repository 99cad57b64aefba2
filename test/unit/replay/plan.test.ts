import { describe, expect, it } from 'vitest';
import { optionsOf } from '../../../src/replay/plan.ts';
import { SYSTEMS } from '../../../src/replay/index.ts';

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
    [{ systems: ['nope'] }, /^expected a system of scpv-boot, .*found "nope"$/],
    [{ systems: [], keepAlive: 'nope' }, /a policy of fixed, found "nope"/],
    [{ systems: [], placement: 'nope' }, /a policy of fullest, found "nope"/],
    [{ systems: [], growth: 'nope' }, /a policy of .*, found "nope"/],
  ])('with a wrong name is refused: %j', (plan, message) => {
    expect(() => optionsOf({ seed: 1, ...plan })).toThrow(message);
  });
});
