// A fuzzer in a process of its own, with a temporary folder of its own, which goes with it however it ends.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Part, PartEnd } from './all.ts';
import { HUNG } from './watch.ts';

type Told = NonNullable<PartEnd['outcome']>;

const PART = '--part';
/** The pipe on which the process tells its outcome. */
const OUTCOME = 3;
const MEMORY = '/dev/shm';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Carries a part out in a new process of `program`, and writes what it writes. A signal to this process ends that one, too. */
export async function runPart(
  program: URL,
  part: Part,
  write: (text: string) => void,
): Promise<PartEnd> {
  const folder = mkdtempSync(path.join(temporary(), 'guestmem-fuzz-'));
  const words = [...process.execArgv, fileURLToPath(program), PART, JSON.stringify(part)];
  const child = spawn(process.execPath, words, {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const stop = (signal: NodeJS.Signals): void => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
    process.kill(process.pid, signal);
  };
  for (const signal of SIGNALS) process.once(signal, stop);
  try {
    return await endOf(child, write);
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, stop);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** In memory where that is a folder: fuzzers of readers spend most of their time on small files. */
function temporary(): string {
  const isSaid = process.env['TMPDIR'] !== undefined;
  return !isSaid && existsSync(MEMORY) ? MEMORY : tmpdir();
}

function endOf(child: ChildProcess, write: (text: string) => void): Promise<PartEnd> {
  let said = '';
  let told = '';
  const heard = (text: string): void => {
    said += text;
    write(text);
  };
  const [, out, err, outcome] = child.stdio as readonly Readable[];
  out?.setEncoding('utf8').on('data', heard);
  err?.setEncoding('utf8').on('data', heard);
  outcome?.setEncoding('utf8').on('data', (text: string) => (told += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const again = said.split('\n').filter((line) => line.startsWith('again: '));
      if (code === 0 && told !== '') resolve({ outcome: JSON.parse(told) as Told, again });
      else resolve({ death: said.includes(HUNG) ? 'HUNG' : (signal ?? `exit ${code}`), again });
    });
  });
}

/** In the new process: what it is to do. Undefined in any other. */
export function partOf([word, text]: readonly string[]): Part | undefined {
  return word === PART && text !== undefined ? (JSON.parse(text) as Part) : undefined;
}

/** And what has come of it. */
export function tellOutcome(outcome: Told): void {
  writeSync(OUTCOME, JSON.stringify(outcome));
}
