import { describe, expect, it } from 'vitest';
import { faultsOf, labelOf, valueIn, withValue } from '../../../src/sweep/factor.ts';

describe('a value at a path', () => {
  it('replaces what stands there and leaves its neighbours', () => {
    const file = { policies: { keepAlive: '1m', growth: 'doubling' }, minutes: 5 };
    expect(withValue(file, 'policies.keepAlive', 'lru')).toEqual({
      policies: { keepAlive: 'lru', growth: 'doubling' },
      minutes: 5,
    });
    expect(withValue(file, 'hosts.count', 2)).toEqual({ ...file, hosts: { count: 2 } });
    expect(withValue(file, 'minutes', 9)).toEqual({ ...file, minutes: 9 });
  });

  it('may be a system alone where a list of systems stands', () => {
    expect(withValue({}, 'systems', 'scpv-fork')).toEqual({ systems: ['scpv-fork'] });
  });

  it('is read back, or is nothing', () => {
    expect(valueIn({ hosts: { count: 2 } }, 'hosts.count')).toBe(2);
    expect(valueIn({ hosts: { count: 2 } }, 'hosts.count.more')).toBeUndefined();
    expect(valueIn({}, 'hosts.count')).toBeUndefined();
  });

  it('is a word in tables', () => {
    expect([labelOf('10m'), labelOf(3), labelOf(['a', 'b']), labelOf(undefined)]).toEqual([
      '10m',
      '3',
      '["a","b"]',
      '',
    ]);
  });
});

describe('what an experiment refuses', () => {
  it('is nothing of a value that it takes', () => {
    expect(faultsOf('policies.keepAlive', '10m')).toEqual([]);
    expect(faultsOf('prices.own.vmExit', '1us')).toEqual([]);
    expect(faultsOf('trace.synthetic.minutes', 5)).toEqual([]);
  });

  it('is said of the value', () => {
    const [fault] = faultsOf('hosts.count', 0);
    expect(fault).toMatchObject({ path: [] });
    expect(fault?.message).toMatch(/^expected a whole number from 1 to \d+, found 0$/);
    expect(faultsOf('systems', ['scpv-fork', 'none'])).toMatchObject([{ path: [1] }]);
    expect(faultsOf('minutes.more', 5)[0]?.message).toMatch(/found a group of keys/);
  });

  it('is a path that leads nowhere, with those that do', () => {
    const [fault] = faultsOf('policies.keepAliv', '10m');
    expect(fault?.known).toContain('policies.keepAlive');
    expect(faultsOf('polices.keepAlive', '10m')[0]?.known).toContain('policies.keepAlive');
  });
});
