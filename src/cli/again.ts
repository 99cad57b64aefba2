// A run that had no addresses for its guests, once more under an option of Node that sets few aside for each.

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SIGNALS, handOver } from './early.ts';

/** Node 20.15 and later: each guest's memory takes the addresses that it needs, not 10 GiB of them. */
const OPTION = '--disable-wasm-trap-handler';

/** Fewer guests than this found no room because of a limit on the process (ulimit -v), which the option does not lift. */
const GUESTS_LEAST = 1000;

/** Whether that could help after so many guests: this Node knows the option, and does not run under it yet. */
export function mayHelp(
  made: number,
  execArgv: readonly string[] = process.execArgv,
  environment: string = process.env['NODE_OPTIONS'] ?? '',
  known: ReadonlySet<string> = process.allowedNodeEnvironmentFlags,
): boolean {
  if (made < GUESTS_LEAST) return false;
  return known.has(OPTION) && !execArgv.includes(OPTION) && !environment.includes(OPTION);
}

/** What an error came through is gone by then. */
const SETTLED_MS = 100;

/**
 * The guests of the run that failed are garbage by now, gigabytes of it, and a process that only waits would keep them as long as
 * the other run takes.
 */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

/** Runs the command line again, with this process's streams; its exit code. Signals are the new run's affair. */
export function runAgain(): Promise<number> {
  const args = [OPTION, ...process.execArgv, ...process.argv.slice(1)];
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  for (const name of SIGNALS) process.on(name, () => child.kill(name));
  handOver();
  // not before this process waits: until then what failed is still held
  setTimeout(collectGarbage, SETTLED_MS);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']),
    );
  });
}
