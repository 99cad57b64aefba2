/** What the command says and leaves when its outputs, its streams or its time are taken away. On the built program. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Ended, MAIN, guestmemIn } from '../support/built.ts';
import { emptyFolder } from '../support/folder.ts';

const SHORT = ['replay', '--minutes', '1', '--system', 'scpv-template'];

const folder = emptyFolder();
const guestmem = (...args: readonly string[]): Ended => guestmemIn(folder, ...args);

function shell(script: string): { code: number | null; err: string } {
  const env = { ...process.env, G: `${process.execPath} ${MAIN}` };
  const { status, stderr } = spawnSync('bash', ['-c', script], {
    cwd: folder,
    encoding: 'utf8',
    env,
  });
  return { code: status, err: stderr };
}

describe('an output', () => {
  it('that cannot be written is one line and exit code 2, before the trace is read', () => {
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'taken/report.html'), { recursive: true });
    mkdirSync(join(folder, 'theirs'));
    writeFileSync(join(folder, 'theirs/results.json'), 'theirs');
    for (const out of ['file', 'file/sub', 'taken', '/proc/nope', '/dev/full', '', 'theirs']) {
      const { code, err } = guestmem('replay', 'no/trace', '--out', out);
      expect(code).toBe(2);
      expect(err).toMatch(/^guestmem: .*\n$/);
      expect(err).toContain(out);
      expect(err).not.toContain('no/trace');
    }
    expect(readdirSync(join(folder, 'taken'))).toEqual(['report.html']);
    expect(readFileSync(join(folder, 'theirs/results.json'), 'utf8')).toBe('theirs');
    expect(guestmem(...SHORT, '--out', 'theirs', '--force', '--quiet').code).toBe(0);
    expect(readdirSync(join(folder, 'theirs')).toSorted()).toEqual([
      'details.json',
      'experiment.yaml',
      'report.html',
      'results.json',
    ]);
  });

  it('on a file system that is read-only or full is named in one line', (context) => {
    const place = join(folder, 'mounted');
    mkdirSync(place);
    try {
      const options = ['-t', 'tmpfs', '-o', 'size=64k,ro', 'tmpfs', place];
      execFileSync('mount', options, { stdio: 'pipe' });
    } catch {
      context.skip('no tmpfs can be mounted here');
    }
    try {
      expect(guestmem(...SHORT, '--out', place)).toMatchObject({
        code: 2,
        err: `guestmem: ${place}: a read-only file system\n`,
      });
      execFileSync('mount', ['-o', 'remount,rw', place]);
      expect(guestmem(...SHORT, '--out', place)).toMatchObject({
        code: 2,
        err: `guestmem: ${place}: no space left on the device\n`,
      });
      expect(readdirSync(place)).toEqual([]);
    } finally {
      execFileSync('umount', [place]);
    }
  });

  it('ends quietly where nobody reads it, and with one line where it does not fit', () => {
    for (const args of ['systems', 'scenario', '--help', 'replay --minutes 1 --system scpv-boot']) {
      expect(shell(`$G ${args} --out piped 2>&1 >/dev/null | true; exit 0`).err).toBe('');
      const { err } = shell(`$G ${args.replace('scpv-boot', 'scpv-boot --out piped')} | true`);
      expect(err).toBe('');
    }
    expect(shell('$G systems > /dev/full')).toEqual({
      code: 1,
      err: 'guestmem: stdout: no space left on the device\n',
    });
  });
});

describe('a name', () => {
  it('with control characters reaches no terminal', () => {
    const name = 'x\u001b[31m\u009b\u202ey';
    const trace = join(folder, name);
    mkdirSync(trace);
    writeFileSync(join(trace, `${name}.csv`), 'app,func,end_timestamp,duration\na,f,10.5,1\n');
    for (const args of [
      [join(trace), '--system', 'scpv-template', '--out', `${name}-out`],
      [join(trace), '--system', 'scpv-template', '--out', `${name}-out`, '--json'],
      [`${trace}/none`],
      ['--system', name],
      [join(trace), '--system', 'scpv-template', '--out', `${name}\0`],
      [`--${name}`],
    ]) {
      const run = spawnSync(
        process.execPath,
        [MAIN, 'replay', ...args.map((arg) => arg.replace('\0', '/x'))],
        {
          cwd: folder,
          encoding: 'utf8',
        },
      );
      expect(`${run.stdout}${run.stderr}`).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
    }
    const verify = guestmem('verify', trace);
    expect(verify.err).toMatch(/^guestmem: .*\n$/);
    expect(verify.err).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  });
});

/** Whether a process has a handler for SIGHUP, as Linux tells; of SIGINT and SIGTERM Node has one from its begin. */
function hearsHup(pid: number | undefined): boolean {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const [, caught = '0'] = /^SigCgt:\s*([0-9a-f]+)$/m.exec(status) ?? [];
  return (BigInt(`0x${caught}`) & 1n) !== 0n;
}

/** A command that has begun: its stage is there. */
async function started(out: string, ...words: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [MAIN, ...words, '--out', out], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const isThere = (): boolean => {
    const at = join(folder, out);
    return existsSync(at) && readdirSync(at).some((name) => name.startsWith('.guestmem-'));
  };
  while (!isThere()) await new Promise((resume) => setTimeout(resume, 20));
  return child;
}

/** Thirty million calls: nobody waits for their end. */
const LONG_SYNTH = 'trace synth --shape many --minutes 1440 --rate 20000 --to calls'.split(' ');

describe('a signal', () => {
  it.skipIf(!existsSync('/proc/self/status'))('ends a scenario with a word', async () => {
    const words = [MAIN, 'scenario', 'hyperalloc-inflate'];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    while (!hearsHup(child.pid)) await new Promise((resume) => setTimeout(resume, 20));
    let err = '';
    child.stderr?.on('data', (text: Buffer) => (err += text.toString()));
    const ended = new Promise((resume) => child.once('close', resume));
    child.kill('SIGHUP');
    expect(await ended).toBe(129);
    expect(err).toBe('guestmem: ended by SIGHUP, nothing was written\n');
  });

  it('ends the making of a trace with a word, and nothing of it is left', async () => {
    const out = 'out-synth';
    mkdirSync(join(folder, out));
    const child = await started(out, ...LONG_SYNTH);
    let err = '';
    child.stderr?.on('data', (text: Buffer) => (err += text.toString()));
    const ended = new Promise((resume) => child.once('close', resume));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(err).toBe('guestmem: interrupted, nothing was written\n');
    expect(readdirSync(join(folder, out))).toEqual([]);
  });

  it.each([
    ['SIGINT', 130, 'interrupted'],
    ['SIGTERM', 143, 'ended by SIGTERM'],
    ['SIGHUP', 129, 'ended by SIGHUP'],
  ] as const)(
    '%s ends a replay with a word, and leaves what was there',
    async (signal, code, word) => {
      const out = `out-${signal}`;
      mkdirSync(join(folder, out));
      writeFileSync(join(folder, out, 'results.json'), '{\n  "schema": 1, of long ago');
      const child = await started(out, 'replay');
      let err = '';
      child.stderr?.on('data', (text: Buffer) => (err += text.toString()));
      const ended = new Promise((resume) => child.once('close', resume));
      child.kill(signal);
      expect(await ended).toBe(code);
      expect(err).toBe(`guestmem: ${word}, nothing was written\n`);
      expect(readdirSync(join(folder, out))).toEqual(['results.json']);
      expect(readFileSync(join(folder, out, 'results.json'), 'utf8')).toContain('of long ago');
    },
  );
});
