import { describe, expect, it } from 'vitest';
import { scenarioCommand } from '../../../src/cli/scenario.ts';
import { SCENARIOS } from '../../../src/scenario/index.ts';
import { ran } from '../../support/command.ts';

describe('guestmem scenario', () => {
  it('lists the scenarios, a sentence each', async () => {
    const { code, out } = await ran(scenarioCommand());
    expect(code).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(SCENARIOS.map(({ name }) => name));
    for (const line of lines) expect(line).toMatch(/^[a-z-]+ +[A-Z].*[.?]$/);
  });

  it('runs one by its options, as JSON or as a table', async () => {
    const args = ['czone-exit', '--containers', '2', '--mib', '8', '--order', 'lifo'];
    const { code, out } = await ran(scenarioCommand(), ...args, '--json');
    expect(code).toBe(0);
    const rows = JSON.parse(out) as unknown[];
    for (const row of rows) expect(row).toMatchObject({ containers: 2, order: 'lifo' });
    const table = (await ran(scenarioCommand(), ...args)).out.trimEnd().split('\n');
    expect(table).toHaveLength(1 + rows.length);
    expect(table[0]).toContain('containers');
  });

  it.each([
    [['czone-exit', '--containers', '0'], '--containers: expected a whole number from 1'],
    [['czone-exit', '--containers', '2049'], '--containers: expected at most 2048, found 2049'],
    [['czone-exit', '--order', 'best'], '--order: expected one of fifo, lifo, random'],
    [['czone-exit', '--mib', 'x'], '--mib: expected a whole number'],
    [['czone-exit', '--containers', '2000', '--mib', '66'], '--containers times --mib'],
    [['czone-exit', '--seed', '-1'], '--seed: expected a whole number'],
    [['czone-idle', '--order', 'fifo'], '--order: scenario czone-idle does not take it'],
    [['hyperalloc-inflate', '--mib', '4'], '--mib: scenario hyperalloc-inflate does not take it'],
    [['czone-egress'], 'scenario: expected one of'],
  ])('refuses %j in one line', async (args, text) => {
    const { code, out, err } = await ran(scenarioCommand(), ...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(text);
    expect(err.split('\n')).toHaveLength(1);
  });
});
