// The package as it is published, in a project that has nothing else: made from what `npm test` has built.

import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../house/tree.ts';

export interface Packed {
  /** What is packed. */
  readonly folder: string;
  /** The archive. */
  readonly tarball: string;
  readonly unpackedBytes: number;
  readonly files: readonly string[];
  /** A project in which the package is installed, and its dependencies. */
  readonly project: string;
  remove(): void;
}

interface Said {
  readonly filename: string;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** The dependencies of a project, from where they are installed already. */
function link(project: string, names: readonly string[]): void {
  for (const name of names) {
    const target = join(project, 'node_modules', name);
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), target);
  }
}

function namesOf(folder: string): string[] {
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return Object.keys(dependencies);
}

/** Packing takes seconds, on a busy machine many. */
export const PACKED_WITHIN_MS = 120_000;

/** Packs and installs. */
export function packed(): Packed {
  const project = mkdtempSync(join(tmpdir(), 'guestmem-project-'));
  const folder = join(project, 'package');
  execFileSync(process.execPath, ['package/bundle.mjs', '--to', folder], { cwd: ROOT });
  const said = execFileSync('npm', ['pack', folder, '--json', '--ignore-scripts'], {
    cwd: project,
    encoding: 'utf8',
  });
  const [{ filename, unpackedSize, files }] = JSON.parse(said) as [Said];
  const home = join(project, 'node_modules/guestmem');
  mkdirSync(home, { recursive: true });
  execFileSync('tar', ['-xzf', join(project, filename), '-C', home, '--strip-components=1']);
  link(project, namesOf(home));
  writeFileSync(join(project, 'package.json'), '{ "type": "module", "private": true }\n');
  return {
    folder,
    tarball: join(project, filename),
    unpackedBytes: unpackedSize,
    files: files.map(({ path }) => path),
    project,
    remove: () => rmSync(project, { recursive: true }),
  };
}

/** Bytes of all files under a folder, links followed once. */
export function bytesUnder(folder: string): number {
  let sum = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) sum += readFileSync(join(entry.parentPath, entry.name)).length;
  }
  return sum;
}
