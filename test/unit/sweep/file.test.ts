import { describe, expect, it } from 'vitest';
import { ExperimentError } from '../../../src/experiment/index.ts';
import { readSweepFile } from '../../../src/sweep/file.ts';
import { testFolder } from '../../support/folder.ts';
import { GRID } from '../../support/sweep.ts';

const at = testFolder();

function faults(text: string): readonly string[] {
  try {
    readSweepFile(at('sweep.yaml', text));
  } catch (error) {
    expect(error).toBeInstanceOf(ExperimentError);
    return (error as ExperimentError).problems.map((line) => line.replace(`${at('')}/`, ''));
  }
  return [];
}

describe('a sweep file', () => {
  it('is its experiment, its grid and its seeds', () => {
    const said = readSweepFile(at('sweep.yaml', GRID));
    expect(said.grid).toEqual({ 'policies.keepAlive': ['5s', '10m'] });
    expect([said.seeds, said.retries, said.list, said.exclude]).toEqual([[1, 2], 2, [{}], []]);
    expect(said.base.systems).toEqual(['scpv-template', 'mcpv-czone']);
  });

  it('may name its experiment, from where it lies, and takes its seeds', () => {
    at('base.yaml', 'trace: calls.csv\nseeds: [7, 8]\nprices: high');
    const said = readSweepFile(at('sweep.yaml', 'experiment: base.yaml\nfolder: out'));
    expect(said.base.trace).toEqual({ path: at('calls.csv') });
    expect([said.seeds, said.folder]).toEqual([[7, 8], at('out')]);
    expect(said.base.prices).toEqual({ level: 'high' });
  });

  it.each([
    ['an unknown key', 'gird: {}', /^sweep.yaml:1:1: .*did you mean grid\?.*found "gird"$/],
    [
      'a path that leads nowhere',
      'grid:\n  policies.keepAliv: [1m]',
      /^sweep.yaml:2:3: grid: .*did you mean policies.keepAlive\?.*found "policies.keepAliv"$/,
    ],
    [
      'a value that is none',
      'grid:\n  hosts.count: [1, 0]',
      /^sweep.yaml:2:20: grid.hosts.count\[1\]: expected a whole number from 1 to \d+, found 0$/,
    ],
    ['no list', 'grid: { minutes: 5 }', /:1:18: grid.minutes: expected a list of values, found 5$/],
    ['an empty list', 'grid: { minutes: [] }', /expected a list of values, found none$/],
    ['a value twice', 'grid: { minutes: [5, 5] }', /expected each of the values once, found 5/],
    ['seeds as a factor', 'grid: { seed: [1] }', /expected a key that cells may choose/],
    [
      'outputs as a factor',
      'list: [{ outputs.folder: x }]',
      /expected a key that cells may choose/,
    ],
    [
      'a grid of another kind',
      'grid: [1]',
      /grid: expected a group of paths with lists, found a list/,
    ],
    ['a list of another kind', 'list: 3', /list: expected a list of groups of paths, found 3/],
    ['an entry of another kind', 'list: [3]', /list\[0\]: expected a group of paths, found 3/],
    [
      'a path inside another',
      'grid:\n  policies: [{ keepAlive: 1m }]\n  policies.keepAlive: [2m]',
      /:3:23: grid.policies.keepAlive: expected paths that do not lie in one another, found one with policies$/,
    ],
    [
      'a path around one of the grid',
      'grid: { prices.level: [low] }\nlist: [{ prices: high }]',
      /list\[0\].prices: expected paths that do not lie in one another, found one with prices.level$/,
    ],
    [
      'a path twice',
      'grid: { minutes: [5] }\nlist: [{ minutes: 6 }]',
      /list\[0\].minutes: expected a path that the grid does not have/,
    ],
    [
      'an exclusion of nothing',
      'grid: { minutes: [5] }\nexclude: [{ minutes: 6 }]',
      /exclude\[0\].minutes: expected a value that cells have \(5\), found 6$/,
    ],
    [
      'an exclusion by another path',
      'grid: { minutes: [5] }\nexclude: [{ minuets: 5 }]',
      /exclude\[0\]: .*did you mean minutes\?.*found "minuets"$/,
    ],
    ['a fault of the experiment', 'experiment: { minutes: x }', /experiment.minutes: expected a/],
    ['too many retries', 'retries: 1000', /retries: expected a whole number from 0 to 100/],
  ])('refuses %s', (_what, text, said) => {
    expect(faults(text)).toHaveLength(1);
    expect(faults(text)[0]).toMatch(said);
  });

  it('tells what are no numbers apart', () => {
    const said = faults('grid: { minutes: [.nan, .inf] }').map((line) => line.split(', ')[1]);
    expect(said).toEqual(['found NaN', 'found Infinity']);
  });
});
