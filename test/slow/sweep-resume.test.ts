/** Jobs whose worker is killed are taken up where they were, not begun again. They need the built program: `npm test` builds it first. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { MAIN, guestmemIn } from '../support/built.ts';
import { emptyFolder } from '../support/folder.ts';
import { hasRedis, startRedis } from '../support/redis.ts';

/** Several times longer than what is played again rather than kept. */
const SWEEP = `
experiment: { systems: [scpv-template, mcpv-balloon], minutes: 60 }
`;

const folder = emptyFolder();
writeFileSync(join(folder, 'sweep.yaml'), SWEEP);
const children: ChildProcess[] = [];
afterAll(() => children.forEach((child) => child.kill('SIGKILL')));

interface Running {
  readonly child: ChildProcess;
  /** What it has said so far. */
  heard(): string;
}

function begin(...args: readonly string[]): Running {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: folder });
  children.push(child);
  let text = '';
  child.stderr.on('data', (part) => (text += String(part)));
  return { child, heard: () => text };
}

async function killed({ child }: Running): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(50);
}

function filesIn(out: string, name: string): string[] {
  const jobs = join(folder, out, 'jobs');
  const paths = existsSync(jobs) ? readdirSync(jobs).map((job) => join(jobs, job, name)) : [];
  return paths.filter((path) => existsSync(path));
}

function hashesIn(out: string): string[] {
  return filesIn(out, 'results.json').map((path) => {
    const { systems } = JSON.parse(readFileSync(path, 'utf8')) as { systems: { hash: string }[] };
    return systems.map(({ hash }) => hash).join();
  });
}

/** A share above zero says that it did not begin again: it is the state's own count of calls. */
const GOES_ON = /goes on from (?!0\.0 )\d+\.\d %/;

describe('a job whose worker is killed', { timeout: 600_000 }, () => {
  const args = ['sweep', 'sweep.yaml', '--out'];
  const whole = guestmemIn(folder, ...args, 'whole', '--jobs', '1', '--quiet');
  const emitted = guestmemIn(folder, ...args, 'shell', '--emit', 'slurm');

  it('is there, whole and as a file', () => {
    expect([whole.code, whole.err, emitted.code]).toEqual([0, '', 0]);
  });

  it.each([
    ['of the same sweep', 'threads', [...args, 'threads']],
    ['of a batch system', 'shell', ['worker', ...filesIn('shell', 'job.json')]],
  ])('goes on from its folder at the next process %s', async (_what, out, command) => {
    const first = begin(...command);
    await until(() => filesIn(out, 'job.state').length > 0);
    await killed(first);
    const again = begin(...command);
    await once(again.child, 'exit');
    expect(again.heard()).toMatch(GOES_ON);
    expect(hashesIn(out)).toEqual(hashesIn('whole'));
    expect(filesIn(out, 'job.state')).toEqual([]);
  });

  it.skipIf(!hasRedis)('goes on at another worker over Redis (needs redis-server)', async () => {
    const { server, url } = await startRedis();
    children.push(server);
    const { Redis } = await import('ioredis');
    const redis = new Redis(url);
    const states = async (): Promise<number> => (await redis.keys('guestmem-*:state:*')).length;
    const sweep = begin(...args, 'redis', '--engine', url);
    const worker = (): Running => begin('worker', url, '--jobs', '1', '--claim', '1s');
    const first = worker();
    await until(async () => (await states()) > 0);
    await killed(first);
    const second = worker();
    await once(sweep.child, 'exit');
    expect(second.heard()).toMatch(GOES_ON);
    expect(hashesIn('redis')).toEqual(hashesIn('whole'));
    await until(async () => (await states()) === 0);
    redis.disconnect();
    second.child.kill('SIGTERM');
    await once(second.child, 'exit');
    const [one, other] = ['whole', 'redis'].map((out) =>
      readFileSync(join(folder, out, 'sweep.parquet')),
    );
    expect(other?.equals(one!)).toBe(true);
  });
});
