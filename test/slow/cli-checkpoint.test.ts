/** A real process, killed at random instants and resumed, ends with the hashes of one that was not. Needs the built program. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startWall } from '../../src/replay/index.ts';
import { randomStream } from '../../src/time/index.ts';
import { testFolder } from '../support/folder.ts';
import { sized } from './size.ts';

const MAIN = resolve(import.meta.dirname, '../../dist/cli/main.js');
/** Long enough for so many kills, each after a state that the run before had not. */
const [MINUTES, KILLS] = [sized(6, 60), sized(3, 20)];
const RUN = [
  'replay',
  '--minutes',
  String(MINUTES),
  '--system',
  'scpv-template,mcpv-czone',
  '--format',
  'json,csv',
  '--records',
];
const pathOf = testFolder();
const STATE = pathOf('run.state');

interface Ended {
  readonly code: number | null;
  readonly err: string;
}

/** The command, sent a signal at some time unless it has ended. */
async function ran(
  args: readonly string[],
  kill?: [NodeJS.Signals, Promise<unknown>],
): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...RUN, '--quiet', ...args]);
  let err = '';
  child.stderr.on('data', (text) => (err += String(text)));
  const ended = new Promise<Ended>((done) => child.once('close', (code) => done({ code, err })));
  if (kill !== undefined) {
    await Promise.race([ended, kill[1]]);
    child.kill(kill[0]);
  }
  return ended;
}

/** When a file was written last; 0: never. Each time it is another file. */
function writtenAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** A state is there that was not when this was called. */
async function newState(): Promise<void> {
  const before = writtenAt(STATE);
  while (writtenAt(STATE) === before) await setTimeout(5);
}

function hashesIn(out: string): string[] {
  const { systems } = JSON.parse(readFileSync(`${out}/results.json`, 'utf8')) as {
    systems: { hash: string }[];
  };
  return systems.map(({ hash }) => hash);
}

function goingOn(): string[] {
  return existsSync(STATE) ? ['--resume', STATE] : [];
}

describe('a run with checkpoints', () => {
  it(
    'that is killed again and again ends with the hashes of one that was not',
    async () => {
      const whole = pathOf('whole');
      const elapsedMs = startWall();
      expect(await ran(['--out', whole])).toMatchObject({ code: 0 });
      const tookMs = elapsedMs();
      const random = randomStream(1, 'kills');
      const out = pathOf('killed');
      let resumed = 0;
      for (let kills = 0; kills < KILLS; kills += 1) {
        const from = goingOn();
        resumed += from.length === 0 ? 0 : 1;
        const afterMs = (random.nextUnit() * tookMs) / (4 * KILLS);
        const { code } = await ran(
          ['--checkpoint', STATE, '--every', '1m', '--out', out, '--force', ...from],
          ['SIGKILL', newState().then(() => setTimeout(afterMs))],
        );
        expect(code, 'it was killed').toBe(null);
      }
      const last = await ran(['--out', out, '--force', ...goingOn()]);
      expect(last.code, last.err).toBe(0);
      expect(resumed).toBe(KILLS - 1);
      expect(hashesIn(out)).toEqual(hashesIn(whole));
      const [rows, wholeRows] = [out, whole].map((folder) => readFileSync(`${folder}/records.csv`));
      // byte by byte in C: a matcher takes minutes and gigabytes for a table of an hour's calls
      expect(rows!.equals(wholeRows!)).toBe(true);
    },
    sized(240_000, 1_800_000),
  );

  it('keeps a state when it is interrupted, and says so', async () => {
    rmSync(STATE, { force: true });
    const out = pathOf('interrupted');
    const args = ['--minutes', '60', '--checkpoint', STATE, '--every', '1m', '--out', out];
    const { code, err } = await ran(args, ['SIGINT', newState()]);
    if (code === 0) return; // it was quicker than the signal
    expect(code).toBe(130);
    expect(err).toContain(`--resume ${STATE}`);
  });

  it.each([
    [['--every', '5m'], /^guestmem: --every: expected a file/],
    [['--checkpoint', STATE, '--every', '90s'], /^guestmem: --every: expected whole minutes/],
    [['--checkpoint', MAIN], /^guestmem: --checkpoint: expected a new file or a checkpoint/],
    [['--resume', MAIN], /^guestmem: .*main\.js: expected a checkpoint of a replay of guestmem/],
    [['--resume', `${STATE}.none`], /^guestmem: .*none: expected a checkpoint to read/],
  ])('refuses %j in one line', async (args, message) => {
    const { code, err } = await ran([...args, '--out', pathOf('refused')]);
    expect([code, err.trimEnd().split('\n').length]).toEqual([2, 1]);
    expect(err).toMatch(message);
  });
});
