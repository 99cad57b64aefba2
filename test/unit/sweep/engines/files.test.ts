import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commandsText, quoted, scriptOf } from '../../../../src/sweep/engines/files.ts';
import { testFolder } from '../../../support/folder.ts';

const at = testFolder();

function batch(count: number): { jobs: string[]; collect: string } {
  const jobs = Array.from({ length: count }, (_, n) => `/out/jobs/${n}/job.json`);
  return { jobs, collect: 'guestmem sweep s.yaml --collect' };
}

describe('jobs as files', () => {
  it('are a command a line', () => {
    expect(commandsText(batch(2))).toBe(
      'guestmem worker /out/jobs/0/job.json\nguestmem worker /out/jobs/1/job.json\n',
    );
  });

  it('are words of a shell, whatever is in a path', () => {
    expect(quoted('/a/b-c_1.json')).toBe('/a/b-c_1.json');
    expect(quoted("/a b/it's $HOME")).toBe(String.raw`'/a b/it'\''s $HOME'`);
  });

  it('are an array of Slurm with as many indices as it takes, and every job in one of them', () => {
    const few = scriptOf('slurm', '/out', batch(3));
    expect(few.text).toContain('--array=0-2\n');
    expect(few.command).toContain('afterany');
    expect(few.command).toContain('guestmem sweep s.yaml --collect');
    const { text } = scriptOf('slurm', '/out', batch(10_001));
    const [, last] = /--array=0-(\d+)/.exec(text) ?? [];
    const [, each] = /SLURM_ARRAY_TASK_ID \* (\d+) \+ 1/.exec(text) ?? [];
    expect(Number(last)).toBeLessThan(1000);
    expect((Number(last) + 1) * Number(each)).toBeGreaterThanOrEqual(10_001);
  });

  it('are a script of a shell that collects at its end', () => {
    const { text, command } = scriptOf('shell', '/out dir', batch(3));
    expect(text).toContain("< '/out dir/jobs.txt'");
    expect(text.trimEnd().endsWith('guestmem sweep s.yaml --collect')).toBe(true);
    expect(command).toBe("sh '/out dir/sweep.sh'");
  });

  it('are all begun by a script of a shell, though one of them is killed', () => {
    const { text } = scriptOf('shell', at('.'), { jobs: [], collect: 'echo collected' });
    writeFileSync(at('jobs.txt'), 'kill -9 $$\necho second\nkill -9 $$\necho fourth\n');
    for (const name of ['sh', 'bash']) {
      const script = text.replaceAll(/\bsh -c/g, `${name} -c`);
      const { stdout } = spawnSync(name, ['-c', script], {
        encoding: 'utf8',
        env: { ...process.env, JOBS: '1' },
      });
      expect(stdout).toBe('second\nfourth\ncollected\n');
    }
  });

  it('name a log that Slurm reads as one word, whatever is in the path', () => {
    const { text } = scriptOf('slurm', "/a b/it's 100%", batch(1));
    expect(text).toContain(String.raw`#SBATCH --output=/a\ b/it\'s\ 100%%/slurm-%A_%a.log`);
  });
});
