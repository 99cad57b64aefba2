import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sweepCommand } from '../../../src/cli/sweep.ts';
import { ran } from '../../support/command.ts';
import { testFolder } from '../../support/folder.ts';
import { GRID, TINY } from '../../support/sweep.ts';

const at = testFolder();
const FILE = at('sweep.yaml', GRID);

describe('guestmem sweep', () => {
  it('plays every cell, tells what came of it, and plays nothing the next time', async () => {
    const args = [FILE, '--out', at('out'), '--jobs', '1'];
    const first = await ran(sweepCommand(), ...args, '--quiet');
    expect(first).toEqual({ code: 0, out: '', err: '' });
    const second = await ran(sweepCommand(), ...args);
    expect(second.code).toBe(0);
    expect(second.out).toMatch(/^4 of 4 jobs finished$/m);
    expect(second.out).toContain('policies.keepAlive');
    for (const name of ['sweep.parquet', 'sweep.json']) expect(second.out).toContain(name);
    expect(readdirSync(at('out/jobs'))).toHaveLength(4);
  });

  it('tells a job that failed, finishes the others, and ends with 1', async () => {
    const file = at('bad.yaml', `${TINY}list: [{ minutes: 1 }, { warmupMinutes: 3 }]\nretries: 0`);
    const { code, out, err } = await ran(sweepCommand(), file, '--out', at('bad'), '--jobs', '1');
    expect(code).toBe(1);
    expect(out).toMatch(/^1 of 2 jobs finished$/m);
    expect(err).toMatch(/jobs\/[0-9a-f]{16}: warm-up: expected fewer minutes/);
  });

  it('writes commands and a script instead, and collects what others have played', async () => {
    const args = [FILE, '--out', at('batch')];
    const { code, out } = await ran(sweepCommand(), ...args, '--emit', 'slurm');
    expect([code, existsSync(at('batch/sweep.sbatch'))]).toEqual([0, true]);
    expect(out).toMatch(/^4 jobs to run$/m);
    expect(out).toMatch(/^run: sbatch /m);
    expect(readFileSync(at('batch/jobs.txt'), 'utf8').trimEnd().split('\n')).toHaveLength(4);
    const none = await ran(sweepCommand(), ...args, '--collect');
    expect([none.code, none.out]).toEqual([1, '']);
    expect(none.err).toContain('not played yet');
  });

  it.each([
    [['--engine', 'cloud'], '--engine: expected threads, or redis://HOST:PORT, found "cloud"'],
    [['--emit', 'pbs'], '--emit: expected one of slurm, shell'],
    [
      ['--emit', 'shell', '--collect'],
      '--emit: expected it without --collect, since it plays nothing',
    ],
    [
      ['--collect', '--engine', 'threads'],
      '--collect: expected it without --engine, since it plays nothing',
    ],
    [
      ['--emit', 'slurm', '--retries', '5'],
      '--emit: expected it without --retries, since it plays nothing',
    ],
    [['--jobs', '0'], '--jobs: expected a whole number from 1 on'],
    [['--engine', 'redis://127.0.0.1:1'], 'redis://127.0.0.1:1: cannot be reached'],
  ])('refuses %j in one line, and makes no folder', async (args, text) => {
    const { code, out, err } = await ran(
      sweepCommand(),
      FILE,
      '--out',
      at('none'),
      '--quiet',
      ...args,
    );
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(text);
    expect(existsSync(at('none'))).toBe(false);
  });
});
