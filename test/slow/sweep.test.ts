/** A sweep of 200 cells by every engine, with processes killed on the way. They need the built program: `npm test` builds it first. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAIN, guestmemIn } from '../support/built.ts';
import { emptyFolder } from '../support/folder.ts';
import { hasRedis, startRedis } from '../support/redis.ts';

const CELLS = 200;
const SWEEP = `
experiment:
  trace:
    synthetic: { functionCount: 2, minutes: 1, popular: { perMinute: 6, averageMs: 300, memoryMib: 128 } }
  systems: [scpv-template]
grid:
  policies.keepAlive: [1s, 5s, 10s, 1m, lru]
  hosts.memory: [64GiB, 384GiB]
  hosts.contention: [on, off]
seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
`;

const folder = emptyFolder();
const OUT = 'whole';
const children: ChildProcess[] = [];
afterAll(() => children.forEach((child) => child.kill('SIGKILL')));

/** `guestmem ARGS`, which goes on. */
function begin(...args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: folder, stdio: 'ignore' });
  children.push(child);
  return child;
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

async function endOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null) await once(child, 'exit');
  return child.exitCode;
}

function finishedIn(out: string): string[] {
  const jobs = join(folder, out, 'jobs');
  if (!existsSync(jobs)) return [];
  return readdirSync(jobs).filter((name) => existsSync(join(jobs, name, 'results.json')));
}

async function until(out: string, count: number): Promise<void> {
  while (finishedIn(out).length < count) await pause(50);
}

const TABLES = ['sweep', 'effects', 'pareto'];

function expectSame(out: string): void {
  expect(finishedIn(out)).toHaveLength(CELLS);
  for (const name of TABLES) {
    const [a, b] = [OUT, out].map((one) => readFileSync(join(folder, one, `${name}.parquet`)));
    expect(a?.equals(b as Buffer), name).toBe(true);
  }
}

/** When each job's results were written. */
function times(out: string): number[] {
  return finishedIn(out).map(
    (name) => statSync(join(folder, out, 'jobs', name, 'results.json')).mtimeMs,
  );
}

beforeAll(() => {
  writeFileSync(join(folder, 'sweep.yaml'), SWEEP);
  const { code, err } = guestmemIn(
    folder,
    'sweep',
    'sweep.yaml',
    '--out',
    OUT,
    '--jobs',
    '1',
    '--quiet',
  );
  expect([code, err]).toEqual([0, '']);
}, 600_000);

describe('a sweep of 200 cells', { timeout: 600_000 }, () => {
  it('in one thread has results of every cell; once more it plays nothing', () => {
    expect(finishedIn(OUT)).toHaveLength(CELLS);
    const before = times(OUT);
    const { code, out } = guestmemIn(folder, 'sweep', 'sweep.yaml', '--out', OUT);
    expect(code).toBe(0);
    expect(out).toMatch(/^200 of 200 jobs finished$/m);
    expect(times(OUT)).toEqual(before);
  });

  it('in two threads, killed on the way twice, has the same', async () => {
    for (const count of [20, 90]) {
      const sweep = begin('sweep', 'sweep.yaml', '--out', 'threads', '--jobs', '2');
      await until('threads', count);
      await killed(sweep);
    }
    expect(finishedIn('threads').length).toBeLessThan(CELLS);
    const { code, err } = guestmemIn(
      folder,
      'sweep',
      'sweep.yaml',
      '--out',
      'threads',
      '--jobs',
      '2',
      '--quiet',
    );
    expect([code, err]).toEqual([0, '']);
    expectSame('threads');
  });

  it('as files for a shell has the same, many jobs in one process or one in each', () => {
    const emit = ['sweep', 'sweep.yaml', '--out', 'shell', '--emit', 'shell'];
    guestmemIn(folder, ...emit);
    const list = readFileSync(join(folder, 'shell/jobs.txt'), 'utf8').trimEnd().split('\n');
    expect(list).toHaveLength(CELLS);
    const files = list.map((line) => line.replace('guestmem worker ', ''));
    expect(guestmemIn(folder, 'worker', ...files.slice(0, 190)).code).toBe(0);
    const some = guestmemIn(
      folder,
      'sweep',
      'sweep.yaml',
      '--out',
      'shell',
      '--collect',
      '--quiet',
    );
    expect(some.code).toBe(1);
    expect(some.err.trimEnd().split('\n')).toHaveLength(10);
    expect(some.err).toMatch(/: not played yet$/m);
    expect(guestmemIn(folder, ...emit).out).toContain('10 jobs to run');
    const shim = join(folder, 'guestmem');
    writeFileSync(shim, `#!/bin/sh\nexec ${process.execPath} ${MAIN} "$@"\n`);
    chmodSync(shim, 0o755);
    const script = spawn('sh', [join(folder, 'shell/sweep.sh')], {
      env: { ...process.env, PATH: `${folder}:${process.env['PATH']}`, JOBS: '2' },
      stdio: 'ignore',
    });
    return endOf(script).then((code) => {
      expect(code).toBe(0);
      expectSame('shell');
      expect(guestmemIn(folder, ...emit).out).toBe('every job is finished: nothing to run\n');
    });
  });

  it.skipIf(!hasRedis)(
    'on workers over Redis, killed on the way, has the same (needs redis-server)',
    async () => {
      const { server, url } = await startRedis();
      children.push(server);
      const worker = (): ChildProcess => begin('worker', url, '--jobs', '1', '--claim', '1s');
      const sweep = begin('sweep', 'sweep.yaml', '--out', 'redis', '--engine', url);
      let workers = [worker(), worker()];
      for (const count of [15, 60, 110]) {
        await until('redis', count);
        await killed(workers[0] as ChildProcess);
        workers = [...workers.slice(1), worker()];
      }
      await until('redis', 140);
      await killed(sweep); // what workers play meanwhile lies on the server
      await Promise.all(workers.map(killed));
      workers = [worker(), worker()];
      const again = begin('sweep', 'sweep.yaml', '--out', 'redis', '--engine', url);
      expect(await endOf(again)).toBe(0);
      expectSame('redis');
      const ends = workers.map(endOf);
      for (const one of workers) one.kill('SIGTERM');
      expect(await Promise.all(ends)).toEqual([0, 0]);
    },
  );
});
