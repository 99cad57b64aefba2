// Loaded before a program (node --import): ends the process with a signal, SIGKILL if not said, before the nth step that changes a
// file system. Steps of all threads are counted together. KILL_TOLD is a file that is there when the step was reached; KILL_LIST one
// that gets a line a step, of the places in the program that it comes from.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

const STEPS = [
  'writeFileSync',
  'writeSync',
  'openSync',
  'fsyncSync',
  'mkdirSync',
  'mkdtempSync',
  'rmdirSync',
  'renameSync',
  'linkSync',
  'symlinkSync',
  'unlinkSync',
  'copyFileSync',
  'rmSync',
];
const COUNT = 'kill-at';

if (getEnvironmentData(COUNT) === undefined) {
  const steps = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  steps[0] = Number(process.env.KILL_AT ?? 0);
  setEnvironmentData(COUNT, steps);
}
const left = getEnvironmentData(COUNT);
const { appendFileSync, writeFileSync } = fs;

/** Reading changes nothing. */
const isReading = (name, args) => name === 'openSync' && (args[1] ?? 'r') === 'r';

function list() {
  const [, , , ...frames] = new Error('here').stack.split('\n');
  listing = true;
  appendFileSync(process.env.KILL_LIST, `${frames.map((frame) => frame.trim()).join(' ')}\n`);
  listing = false;
}
let listing = false;

for (const name of STEPS) {
  const step = fs[name];
  fs[name] = (...args) => {
    if (listing || isReading(name, args)) return step(...args);
    if (process.env.KILL_LIST !== undefined) list();
    const isLast = Atomics.sub(left, 0, 1) === 1;
    if (isLast) {
      if (process.env.KILL_TOLD !== undefined) writeFileSync(process.env.KILL_TOLD, '');
      process.kill(process.pid, process.env.KILL_WITH ?? 'SIGKILL');
    }
    return step(...args);
  };
}
syncBuiltinESMExports();
