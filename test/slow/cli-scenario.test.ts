/** guestmem scenario as a user runs it: options, their errors, JSON. `npm test` builds the program first. */
import { describe, expect, it } from 'vitest';
import { type Ended, ROOT, guestmemIn } from '../support/built.ts';

const scenario = (...args: readonly string[]): Ended => guestmemIn(ROOT, 'scenario', ...args);

describe('guestmem scenario', () => {
  it('lists scenarios', () => {
    const { code, out } = scenario();
    expect(code).toBe(0);
    const names = out.trimEnd().split('\n');
    expect(names.map((line) => line.split(' ')[0])).toEqual(
      expect.arrayContaining(['hyperalloc-inflate', 'czone-exit', 'czone-idle']),
    );
  });

  it.each([
    ['czone-exit', '--order', 'fifo'],
    ['czone-idle', '--seed', '2'],
  ])('%s prints JSON alone, by its options', (...args) => {
    const { code, out, err } = scenario(...args, '--containers', '3', '--mib', '8', '--json');
    expect(err).toBe('');
    expect(code).toBe(0);
    const rows = JSON.parse(out) as Record<string, unknown>[];
    expect(rows).toHaveLength(5);
    for (const row of rows) expect(row).toMatchObject({ containers: 3, order: 'fifo' });
  });

  it.each([
    [['czone-exit', '--containers', '0'], '--containers: expected a whole number from 1'],
    [['czone-exit', '--containers', '4097'], '--containers: expected at most 2048'],
    [['czone-exit', '--order', 'best'], '--order: expected one of fifo, lifo, random'],
    [['czone-exit', '--mib', 'x'], '--mib: expected a whole number'],
    [['czone-exit', '--containers', '2000', '--mib', '2000'], '--containers times --mib'],
    [['czone-idle', '--mib', '100000'], '--containers times --mib'],
    [['czone-exit', '--seed', '-1'], '--seed: expected a whole number'],
    [['czone-idle', '--order', 'fifo'], '--order: scenario czone-idle does not take it'],
    [['hyperalloc-inflate', '--mib', '4'], 'scenario hyperalloc-inflate does not take it'],
    [['czone-egress'], 'scenario: expected one of'],
  ])('refuses %j in one line', (args, text) => {
    const { code, out, err } = scenario(...args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(text);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });
});
