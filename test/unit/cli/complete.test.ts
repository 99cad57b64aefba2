import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { type Completed, completed } from '../../../src/cli/complete.ts';
import { replayCommand } from '../../../src/cli/replay.ts';
import { scenarioCommand } from '../../../src/cli/scenario.ts';
import { traceCommand } from '../../../src/cli/trace.ts';

const PROGRAM: readonly Completed[] = [
  { name: 'replay', sentence: 'Replay a trace', make: async () => replayCommand() },
  { name: 'report', sentence: 'Make a page', make: async () => new Command('report') },
  { name: 'scenario', sentence: 'Run one', make: async () => scenarioCommand() },
  { name: 'trace', sentence: 'Look at a trace', make: async () => traceCommand() },
];

async function words(line: string): Promise<string[]> {
  const lines = (await completed(line.split(' '), PROGRAM)).split('\n').slice(0, -1);
  return lines.map((one) => one.split(' ')[0] as string);
}

describe('the last word of a command line', () => {
  it('is a command, with its sentence', async () => {
    expect(await completed(['re'], PROGRAM)).toBe('replay  Replay a trace\nreport  Make a page\n');
    expect(await words('')).toEqual(['replay', 'report', 'scenario', 'trace', 'help']);
    expect(await words('help t')).toEqual(['trace']);
    expect(await words('nothing ')).toEqual([]);
  });

  it('is an option of the command that is meant, and of no other', async () => {
    expect(await words('replay --se')).toEqual(['--seed', '--sensitivity']);
    expect(await words('trace convert --s')).toEqual(['--seed', '--strict']);
    expect(await words('trace --sh')).toEqual([]);
  });

  it('is a value where names are known, and nothing of ours where it is a file or a number', async () => {
    expect(await words('replay --growth d')).toEqual(['doubling']);
    expect(await words('trace synth --shape p')).toEqual(['popular']);
    expect(await words('replay --contention ')).toEqual(['on', 'off']);
    expect(await words('scenario hyper')).toContain('hyperalloc-inflate');
    expect(await words('replay --out ')).toEqual([]);
    expect(await words('replay --seed ')).toEqual([]);
    expect(await words('replay ')).toEqual([]);
  });

  it('goes on in a list behind what stands, each name once', async () => {
    expect(await words('replay --system scpv-boot,scpv-')).toEqual([
      'scpv-boot,scpv-template',
      'scpv-boot,scpv-snapshot',
      'scpv-boot,scpv-fork',
    ]);
  });

  it('stands behind an equals sign too, which bash makes a word of', async () => {
    expect(await words('replay --growth=d')).toEqual(['doubling']);
    expect(await words('replay --growth = d')).toEqual(['doubling']);
    expect(await words('replay --contention =')).toEqual(['on', 'off']);
  });

  it('is a value or an option where the value may be left out', async () => {
    expect(await words('replay --sensitivity c')).toEqual(['counts']);
    expect(await words('replay --sensitivity --js')).toEqual(['--json']);
    expect(await words('replay --sensitivity counts --js')).toEqual(['--json']);
  });

  it('is a command below another once, and not a value of an option', async () => {
    expect(await words('trace s')).toEqual(['sample', 'synth']);
    expect(await words('replay --out trace --growth d')).toEqual(['doubling']);
  });
});
