// Loaded before a program (node --import): ends the process with a signal, SIGKILL if not said, before the nth step that changes a
// file system.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const STEPS = [
  'writeFileSync',
  'fsyncSync',
  'mkdirSync',
  'rmdirSync',
  'renameSync',
  'linkSync',
  'symlinkSync',
  'unlinkSync',
  'copyFileSync',
  'rmSync',
];
let left = Number(process.env.KILL_AT);

for (const name of STEPS) {
  const step = fs[name];
  fs[name] = (...args) => {
    left -= 1;
    if (left === 0) process.kill(process.pid, process.env.KILL_WITH ?? 'SIGKILL');
    return step(...args);
  };
}
syncBuiltinESMExports();
