// A checkout of git with a program that calls itself guestmem: it is built in a moment, and its bench says what its commit has it say.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderWith } from './folder.ts';

const MAIN = `import { readFileSync } from 'node:fs';
const { ns, hash, names } = JSON.parse(readFileSync(new URL('../../bench.json', import.meta.url), 'utf8'));
const row = (name) => ({ name, operation: 'page', nsPerOperation: ns, lowestNs: ns, highestNs: ns, operations: 1, hash, counts: {} });
if (process.argv.includes('nothing')) { console.error('guestmem: --filter: expected begins of names'); process.exit(2); }
console.log(JSON.stringify({ schema: 1, benches: names.map(row) }));
`;

const SCRIPTS = {
  'build:release': 'mkdir -p build',
  'build:dist': 'mkdir -p dist/cli && cp main.mjs dist/cli/main.js',
};

/** What a commit's bench says. */
export interface FakeBench {
  readonly ns: number;
  readonly hash: string;
  readonly names: readonly string[];
  /** In the place of its scripts. */
  readonly scripts?: Readonly<Record<string, string>>;
}

export function gitIn(folder: string, ...args: readonly string[]): string {
  const own = ['-c', 'user.name=t', '-c', 'user.email=t@t', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...own, ...args], { cwd: folder, encoding: 'utf8' }).trim();
}

/** A checkout with a commit for each bench, the first the oldest; tagged v0, v1, … */
export function benchCheckout(...benches: readonly FakeBench[]): string {
  const folder = folderWith({ 'main.mjs': MAIN, '.gitignore': 'node_modules\ndist\nbuild\n' });
  gitIn(folder, 'init', '--quiet', '--initial-branch', 'main');
  mkdirSync(join(folder, 'node_modules'));
  for (const [at, { scripts = SCRIPTS, ...bench }] of benches.entries()) {
    const manifest = { name: 'guestmem', type: 'module', scripts };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(folder, 'bench.json'), JSON.stringify(bench));
    gitIn(folder, 'add', '--all');
    gitIn(folder, 'commit', '--quiet', '--allow-empty', '--message', `v${at}`);
    gitIn(folder, 'tag', `v${at}`);
  }
  return folder;
}
