// Debian compiles Python's modules when they are installed. Unpacked ones are compiled here, or each container would do it
// in its first moments, and keep what it compiled in its memory.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { runTool } from './tool.ts';

const LOADER = 'lib64/ld-linux-x86-64.so.2';
const LIBRARIES: readonly string[] = ['lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu'];

/** Compiles the modules in these folders of `root` by the Python that lies in it, if there is one. */
export function compilePython(root: string, folders: readonly string[]): void {
  const python = path.join(root, 'usr/bin/python3');
  const there = folders.map((name) => path.join(root, name)).filter((name) => existsSync(name));
  if (!existsSync(python) || there.length === 0) return;
  const libraries = LIBRARIES.map((name) => path.join(root, name)).join(':');
  const compile = [
    '-m',
    'compileall',
    '-q',
    '--invalidation-mode',
    'unchecked-hash',
    '-s',
    root,
    '-p',
    '/',
  ];
  // -E: nothing of this machine's settings; its own prefix is found from where it lies
  runTool(path.join(root, LOADER), [
    '--library-path',
    libraries,
    python,
    '-E',
    ...compile,
    ...there,
  ]);
}
