#!/usr/bin/env node
// Loads the guestmem command, and has one line for what may come before all of it is loaded: a fault, or a signal.

import { addressesShort } from './addresses.ts';
import { hearEarly } from './early.ts';

/** Of the process, of the machine. */
const NO_MORE_FILES: readonly unknown[] = ['EMFILE', 'ENFILE'];

/** A command works in a thread, or begins one at least. */
const short = addressesShort(1);

hearEarly();
try {
  if (short === undefined) await import('./program.ts');
  else {
    process.stderr.write(`guestmem: ${short}\n`);
    process.exitCode = 1;
  }
} catch (error) {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (!NO_MORE_FILES.includes(code)) throw error;
  process.stderr.write('guestmem: too many open files: raise their limit (ulimit -n)\n');
  process.exitCode = 1;
}
