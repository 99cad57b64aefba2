// Builds of the core: those named, or all. One that is younger than all that it is made of is kept. Two at a time: compiling takes one CPU.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const AT_ONCE = Math.min(2, availableParallelism());
/** A build is named by its file: core.NAME.wasm. */
const CONFIGS = ['asconfig', 'asconfig.kernels', 'asconfig.guest-llfree', 'asconfig.llfree'];
const SHARED = [
  'asconfig.options.json',
  'package-lock.json',
  ...texts('assembly'),
  ...texts('src/abi'),
];

function texts(folder) {
  return readdirSync(path.join(root, folder), { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.join(folder, name));
}

function builds() {
  return CONFIGS.flatMap((name) => {
    const config = `${name}.json`;
    const { targets } = JSON.parse(readFileSync(path.join(root, config), 'utf8'));
    return Object.entries(targets).map(([target, { outFile }]) => ({
      name: /core\.(.+)\.wasm$/.exec(outFile)[1],
      file: outFile,
      config,
      target,
    }));
  });
}

const changed = (file) => statSync(path.join(root, file)).mtimeMs;

function isFresh({ file, config }) {
  if (!existsSync(path.join(root, file))) return false;
  const made = changed(file);
  return [config, ...SHARED].every((source) => changed(source) < made);
}

function compile({ config, target }) {
  return new Promise((resolve, reject) => {
    const asc = path.join(root, 'node_modules/assemblyscript/bin/asc.js');
    const words = [asc, '--config', config, '--target', target];
    const child = spawn(process.execPath, words, { cwd: root, stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`asc --config ${config} --target ${target} ended with ${code}`));
    });
  });
}

async function compileEach(waiting) {
  for (let build = waiting.shift(); build !== undefined; build = waiting.shift()) {
    await compile(build);
  }
}

const asked = process.argv.slice(2);
const known = builds();
const unknown = asked.filter((name) => known.every((build) => build.name !== name));
if (unknown.length > 0) {
  const names = known.map(({ name }) => name).join(', ');
  console.error(`expected builds of ${names}, found ${unknown.join(', ')}`);
  process.exit(2);
}
const stale = known
  .filter((build) => asked.length === 0 || asked.includes(build.name))
  .filter((build) => !isFresh(build));
const waiting = [...stale];
await Promise.all(Array.from({ length: AT_ONCE }, () => compileEach(waiting)));
