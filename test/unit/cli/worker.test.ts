import { copyFileSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sweepCommand } from '../../../src/cli/sweep.ts';
import { workerCommand } from '../../../src/cli/worker.ts';
import { ran } from '../../support/command.ts';
import { testFolder } from '../../support/folder.ts';
import { GRID } from '../../support/sweep.ts';

const at = testFolder();
const FILE = at('sweep.yaml', GRID);

async function emitted(out: string): Promise<string[]> {
  await ran(sweepCommand(), FILE, '--out', at(out), '--emit', 'shell');
  const text = readFileSync(at(`${out}/jobs.txt`), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.replace('guestmem worker ', ''));
}

describe('guestmem worker', () => {
  it('plays jobs of files into their folders, and those that are finished no more', async () => {
    const files = await emitted('out');
    expect(await ran(workerCommand(), ...files)).toMatchObject({ code: 0, err: '' });
    expect(await ran(workerCommand(), ...files)).toMatchObject({ code: 0, err: '' });
    const { code, out } = await ran(sweepCommand(), FILE, '--out', at('out'), '--collect');
    expect(code).toBe(0);
    expect(out).toMatch(/^4 of 4 jobs finished$/m);
  });

  it('refuses what is no job, or lies elsewhere, in one line', async () => {
    const [file = ''] = await emitted('other');
    mkdirSync(at('moved'));
    copyFileSync(file, at('moved/job.json'));
    const moved = await ran(workerCommand(), at('moved/job.json'));
    expect(moved.code).toBe(2);
    expect(moved.err).toMatch(/expected it in jobs\/[0-9a-f]{16}, found it in moved$/);
    const none = await ran(workerCommand(), at('none.json'));
    expect([none.code, none.err]).toEqual([
      2,
      `guestmem: ${at('none.json')}: expected a job's file, found nothing of that name`,
    ]);
    const text = await ran(workerCommand(), at('text.json', 'x'));
    expect(text.err).toContain('expected a job of this guestmem, found no JSON');
    expect(readdirSync(at('moved'))).toEqual(['job.json']);
  });

  it('refuses a server beside files, and one that does not answer', async () => {
    const both = await ran(workerCommand(), 'redis://127.0.0.1:1', at('text.json', 'x'));
    expect([both.code, both.err]).toEqual([
      2,
      'guestmem: expected one server, or files of jobs, found both',
    ]);
    const away = await ran(workerCommand(), 'redis://127.0.0.1:1', '--quiet');
    expect(away.code).toBe(2);
    expect(away.err).toContain('redis://127.0.0.1:1: cannot be reached');
    const claim = await ran(workerCommand(), 'redis://127.0.0.1:1', '--claim', 'soon');
    expect(claim.err).toContain('--claim: ');
    const short = await ran(workerCommand(), 'redis://127.0.0.1:1', '--claim', '0s');
    expect([short.code, short.err]).toEqual([
      2,
      'guestmem: --claim: expected 1s or more, found "0s"',
    ]);
  });
});
