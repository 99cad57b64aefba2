import { describe, expect, it } from 'vitest';
import type { EventLine } from '../../../../src/recording/import/line.ts';
import { Processes } from '../../../../src/recording/import/processes.ts';

const line = (pid: number, fields = '', timeUs = 0): EventLine => ({
  tool: 'perf',
  comm: 'sh',
  pid,
  cpu: 0,
  flags: '.....',
  timeUs,
  event: '',
  fields,
});

function lived(): Processes {
  const processes = new Processes();
  processes.give(line(1), 100, 0);
  processes.fork(line(1), 2);
  processes.give(line(2), 101, 1);
  processes.exec(line(2, 'filename=/usr/bin/python3 pid=2 old_pid=2', 500_000), 2);
  processes.give(line(2), 200, 2);
  processes.fork(line(2), 3);
  processes.give(line(3), 300, 0);
  processes.free(200);
  return processes;
}

describe('programs', () => {
  it('begin with an exec, and have the tasks that exec nothing', () => {
    const [python, sh] = lived().list();
    expect(python).toMatchObject({ pid: 2, name: 'python3', allocated: 5, freed: 4, most: 5 });
    expect(sh).toMatchObject({ pid: 1, name: 'sh', allocated: 3, freed: 0 });
    expect(python?.firstS).toBe(0.5);
  });

  it('end with their task: its number may be another’s then', () => {
    const processes = lived();
    processes.exit(line(2), 2);
    processes.give(line(2), 400, 3);
    expect(processes.list().map(({ allocated }) => allocated)).toEqual([8, 5, 3]);
  });

  it('have the resident memory of their largest address space, by names or by numbers', () => {
    const processes = lived();
    const rss = (pid: number, fields: string): boolean => processes.rss(line(pid, fields));
    rss(1, 'mm_id=7 curr=0 type=MM_ANONPAGES size=4096B');
    rss(2, 'mm_id=7 curr=1 type=MM_ANONPAGES size=819200B');
    rss(2, 'mm_id=7 curr=1 type=MM_ANONPAGES size=409600B');
    rss(2, 'mm_id=7 curr=1 member=0 size=40960B');
    rss(2, 'mm_id=7 curr=1 member=2 size=4096B');
    expect(processes.list()[0]).toMatchObject({
      anonymous: { most: 200, last: 100 },
      file: { most: 10, last: 10 },
    });
    expect(processes.list()[1]?.anonymous).toBeUndefined();
    expect(rss(2, 'mm_id=7 curr=1')).toBe(false);
    expect(rss(2, `mm_id=7 curr=1 type=MM_ANONPAGES size=${'9'.repeat(30)}B`)).toBe(false);
  });

  it('keep theirs when another program has the number of its address space', () => {
    const processes = lived();
    const rss = (pid: number, bytes: number): boolean =>
      processes.rss(line(pid, `mm_id=7 curr=1 type=MM_ANONPAGES size=${bytes}B`));
    rss(2, 819_200);
    rss(1, 4096);
    expect(processes.list().map(({ anonymous }) => anonymous?.most)).toEqual([200, 1]);
  });

  it('fault, and bring pages into the cache', () => {
    const processes = lived();
    processes.fault(line(3));
    processes.cache(line(3), 4);
    expect(processes.list()[0]).toMatchObject({ faults: 1, cached: 4 });
  });
});
