// The guest's three file systems: the one that it starts from, the disk of programs, and the disk that it leaves its
// recording on.

import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import path from 'node:path';
import { MIB } from '../abi/unit.ts';
import { type ArchiveFile, FILE_MODE, FOLDER_MODE, PROGRAM_MODE, cpio } from './cpio.ts';
import { guestFile } from './guest-files.ts';
import type { Lab } from './lab.ts';
import { runTool } from './tool.ts';

const FOLDERS: readonly string[] = ['bin', 'mod', 'proc', 'sys', 'dev', 'tmp', 'mnt', 'out'];
const TEXTS: readonly string[] = ['lib.sh', 'events.first', 'events.second', 'probes.second'];
const NOTHING = new Uint8Array(0);

const entry = (name: string, bytes: Uint8Array, mode = FILE_MODE): ArchiveFile => ({
  path: name,
  mode,
  bytes,
});

/** The guest's first file system, as Linux unpacks it. */
export function initrd(lab: Lab): Uint8Array {
  return cpio([
    ...FOLDERS.map((name) => entry(name, NOTHING, FOLDER_MODE)),
    entry('bin/busybox', lab.busybox, PROGRAM_MODE),
    entry('init', guestFile('init.sh'), PROGRAM_MODE),
    entry('measure', lab.measure, PROGRAM_MODE),
    ...TEXTS.map((name) => entry(name, guestFile(name))),
    entry('mod/order', Buffer.from(`${lab.loadOrder.join('\n')}\n`)),
    ...lab.modules.map(({ name, bytes }) => entry(`mod/${name}.ko`, bytes)),
  ]);
}

function bytesUnder(folder: string): number {
  let bytes = 0;
  for (const found of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (found.isFile()) bytes += statSync(path.join(found.parentPath, found.name)).size;
  }
  return bytes;
}

/** The least room for what a file system says of itself, and what its files take besides their bytes. */
const LEAST_MIB = 64;
const OVER = 1.3;

/** Lays folders of this machine into one that becomes a disk, each under its name there. */
export function layFolders(staging: string, folders: Readonly<Record<string, string>>): void {
  for (const [name, from] of Object.entries(folders)) {
    cpSync(from, path.join(staging, name), { recursive: true, verbatimSymlinks: true });
  }
  for (const name of ['dev', 'proc', 'tmp'])
    mkdirSync(path.join(staging, name), { recursive: true });
}

const LIBRARIES = 'usr/lib/x86_64-linux-gnu';
const IS_LIBRARY = /^lib.+\.so\.\d+$/;

/**
 * Links libraries that lie in folders of their own to where programs look for them, the first of a name: Debian's packages do it as they
 * are configured (update-alternatives), such as libblas3's, and here they are only unpacked.
 */
export function linkAlternatives(staging: string): void {
  const place = path.join(staging, LIBRARIES);
  if (!existsSync(place)) return;
  const folders = readdirSync(place, { withFileTypes: true }).filter((found) =>
    found.isDirectory(),
  );
  for (const folder of folders.map(({ name }) => name).toSorted()) {
    const libraries = readdirSync(path.join(place, folder)).filter((name) => IS_LIBRARY.test(name));
    for (const name of libraries.toSorted()) {
      const link = path.join(place, name);
      if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) continue;
      symlinkSync(path.join(folder, name), link);
    }
  }
}

/** Ids and seeds that mke2fs would draw: the same files make the same disk. */
const DRAWN: readonly string[] = [
  '-U',
  '00000000-0000-0000-0000-000000000001',
  '-E',
  'hash_seed=00000000-0000-0000-0000-000000000002,root_owner=0:0',
];

/** A disk with what lies in a folder. */
export function diskOf(image: string, staging: string): void {
  const mib = Math.ceil((bytesUnder(staging) * OVER) / MIB) + LEAST_MIB;
  runTool('mke2fs', ['-q', '-F', '-t', 'ext4', ...DRAWN, '-d', staging, image, `${mib}M`]);
}

export function emptyDisk(image: string, mib: number): void {
  runTool('mke2fs', ['-q', '-F', '-t', 'ext4', image, `${mib}M`]);
}

/** Everything on a disk, into a folder. */
export function readDisk(image: string, folder: string): void {
  runTool('debugfs', ['-R', `rdump / ${folder}`, image]);
}
