// Builds the core if a source of it is newer than what is built: seconds saved each time that nothing changed.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const changed = (file) => statSync(file).mtimeMs;

function* filesUnder(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) yield path.join(entry.parentPath, entry.name);
  }
}

const sources = [
  'asconfig.json',
  'asconfig.guest-llfree.json',
  'asconfig.kernels.json',
  'asconfig.llfree.json',
  'asconfig.options.json',
  'package-lock.json',
].map((name) => path.join(root, name));
for (const folder of ['assembly', 'src/abi']) sources.push(...filesUnder(path.join(root, folder)));
const built = [
  'release',
  'verify',
  'debug',
  'recorded',
  'release-6.1',
  'release-7.3',
  'llfree',
  'release-llfree',
  'verify-llfree',
].map((name) => path.join(root, `build/core.${name}.wasm`));
const isFresh =
  built.every((file) => existsSync(file)) &&
  Math.max(...sources.map(changed)) < Math.min(...built.map(changed));
if (!isFresh) execFileSync('npm', ['run', '-s', 'build:core'], { cwd: root, stdio: 'inherit' });
