import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { emitSweep } from '../../../src/sweep/index.ts';
import { testFolder } from '../../support/folder.ts';
import { GRID } from '../../support/sweep.ts';

const at = testFolder();
const FILE = at('sweep.yaml', GRID);

it('jobs become files, with a list of commands and a script, and nothing is played', async () => {
  const begun: number[] = [];
  const { jobs, files, command } = await emitSweep(FILE, at('out'), 'shell', {
    begins: (_, count) => void begun.push(count),
  });
  expect([jobs, begun]).toEqual([4, [4]]);
  expect(files).toEqual([at('out/jobs.txt'), at('out/sweep.sh')]);
  expect(command).toBe(`sh ${at('out/sweep.sh')}`);
  const lines = readFileSync(at('out/jobs.txt'), 'utf8').trimEnd().split('\n');
  expect(lines.every((line) => existsSync(line.replace('guestmem worker ', '')))).toBe(true);
});

it('another system than there is, and what is no path, is refused', async () => {
  await expect(emitSweep(FILE, at('none'), 'slrum' as never)).rejects.toThrow(/mean slurm/);
  await expect(emitSweep(5 as never, at('none'), 'shell')).rejects.toThrow(RefusedArgument);
  expect(existsSync(at('none'))).toBe(false);
});
