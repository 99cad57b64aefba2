// Programs that run JavaScript on this machine: other versions of Node than that of the tests, and Deno.

import { spawnSync } from 'node:child_process';
import { basename, delimiter, join } from 'node:path';

export interface Runtime {
  /** As its users say it. */
  readonly name: string;
  /** The program with the options that it needs. */
  readonly command: readonly string[] | undefined;
}

/** Those that results must be equal on. */
const NAMES = ['Node 20', 'Node 22', 'Node 24', 'Deno'];

/** By their paths, a colon between: they are packages of the npm registry, too large for every install (CONTRIBUTING.md). */
const NAMED = (process.env['GUESTMEM_RUNTIMES'] ?? '').split(delimiter);

/** What Node's and Deno's are called where they are installed beside another. */
const USUAL = ['node', 'node20', 'node22', 'node24', 'nodejs', 'deno'];

/** Where programs are looked for. */
function candidates(): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const onPath = folders.flatMap((folder) => USUAL.map((name) => join(folder, name)));
  return [...NAMED, process.execPath, ...onPath].filter((path) => path !== '');
}

function nameOf(program: string): string | undefined {
  const { stdout, status } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  if (basename(program).startsWith('deno')) return 'Deno';
  const [, major] = /^v(\d+)\./.exec(stdout) ?? [];
  return major === undefined ? undefined : `Node ${major}`;
}

/** Each of those that results must be equal on, with the program if one is here. */
export function runtimes(): Runtime[] {
  const found = new Map<string, readonly string[]>();
  for (const program of new Set(candidates())) {
    const name = nameOf(program);
    if (name === undefined || found.has(name)) continue;
    found.set(name, name === 'Deno' ? [program, 'run', '--allow-all'] : [program]);
  }
  return NAMES.map((name) => ({ name, command: found.get(name) }));
}
