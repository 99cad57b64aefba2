import { describe, expect, it } from 'vitest';
import { compareCommand } from '../../../src/cli/compare.ts';
import { sweepCommand } from '../../../src/cli/sweep.ts';
import { ran } from '../../support/command.ts';
import { folderWith, testFolder } from '../../support/folder.ts';
import { GRID } from '../../support/sweep.ts';

const at = testFolder();
const FILE = at('sweep.yaml', GRID);

describe('guestmem compare', () => {
  it('tells groups of a sweep apart, and the same from itself not', async () => {
    const out = at('out');
    await ran(sweepCommand(), FILE, '--out', out, '--jobs', '1', '--quiet');
    const args = ['--a', 'policies.keepAlive=5s', '--b', 'policies.keepAlive=10m'];
    const { code, out: text } = await ran(compareCommand(), out, out, ...args);
    expect(code).toBe(0);
    expect(text).toMatch(/mcpv-czone +GiB·s/);
    expect(text).toContain('seed by seed over 2 seeds that both have (paired t)');
    const same = await ran(compareCommand(), out, out, '--json');
    const found = JSON.parse(same.out) as { contrast: { ratio: number }; isBeyond: boolean }[];
    expect(found.every(({ contrast, isBeyond }) => contrast.ratio === 1 && !isBeyond)).toBe(true);
    const told = await ran(compareCommand(), out, out);
    expect(told.out).toMatch(/ equal$/m);
    const wrong = await ran(compareCommand(), out, out, '--a', 'policies.keepAliv=5s');
    expect([wrong.code, wrong.out]).toEqual([2, '']);
    expect(wrong.err).toContain('did you mean policies.keepAlive?');
  });

  it('refuses what is no choice, and folders without results, in one line', async () => {
    const choice = await ran(compareCommand(), at('none'), at('none'), '--a', 'x');
    expect([choice.code, choice.err]).toEqual([2, 'guestmem: --a: expected PATH=VALUE, found "x"']);
    const none = await ran(compareCommand(), at('none'), at('none'));
    expect(none.code).toBe(2);
    expect(none.err).toContain('expected a folder with sweep.parquet or results.json');
    const folder = folderWith({ 'results.json': '{"schema"' });
    const damaged = await ran(compareCommand(), folder, folder);
    expect([damaged.code, damaged.out]).toEqual([2, '']);
    expect(damaged.err).toMatch(/^guestmem: [^\n]*results\.json: [^\n]+$/);
  });
});
