// What every recording of one kernel needs, made once and kept: kernel, modules, the module that takes the allocator's
// state, busybox, and the program that measures a process.

import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { MIB } from '../abi/unit.ts';
import { DebianArchive } from './debian.ts';
import { RecorderMissing } from './error.ts';
import { layGuestFile } from './guest-files.ts';
import { readMark, writeMark } from './mark.ts';
import { expectTools, runTool } from './tool.ts';

/** In the order in which they need each other; those that a kernel has built in are not there. */
const MODULES: readonly string[] = [
  'virtio',
  'virtio_ring',
  'virtio_pci_legacy_dev',
  'virtio_pci_modern_dev',
  'virtio_pci',
  'virtio_blk',
  'crc16',
  'crc32c_generic',
  'libcrc32c',
  'crc32c-cryptoapi',
  'mbcache',
  'jbd2',
  'ext4',
  'overlay',
];
/** Loaded by the guest when its state was taken, so that what drivers do is in the recording. */
const DRIVERS: readonly string[] = ['virtio_balloon', 'virtio_mem'];
const STATE_MODULE = 'pagestate';

export interface Lab {
  readonly release: string;
  readonly vmlinuz: string;
  readonly busybox: Uint8Array;
  readonly measure: Uint8Array;
  /** In loading order, and then those loaded later. */
  readonly modules: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  readonly loadOrder: readonly string[];
}

/** A step that takes long is told before it begins. */
export type Tell = (step: string) => void;

/** The kernel's release that a package name stands for: `linux-image-6.12-amd64` is whatever Debian has of it now. */
function releaseOf(archive: DebianArchive, kernel: string): string {
  const exact = /^linux-image-(\d+\.\d+\.\d+\S*)$/.exec(kernel)?.[1];
  return (
    exact?.replace(/-unsigned$/, '') ?? archive.dependencyOf(kernel, /Depends: linux-image-(\d\S+)/)
  );
}

/** Debian's headers name each other by places that they have once installed. */
function homeHeaders(root: string, headers: string): void {
  const makefile = path.join(headers, 'Makefile');
  writeFileSync(
    makefile,
    readFileSync(makefile, 'utf8').replaceAll('/usr/src/', `${root}/usr/src/`),
  );
  const lib = path.join(root, 'usr/lib');
  const kbuild = readdirSync(lib).find((name) => name.startsWith('linux-kbuild-')) ?? '';
  for (const name of ['scripts', 'tools']) {
    const link = path.join(headers, name);
    const target = path.join(lib, kbuild, name);
    if (!existsSync(target)) continue;
    rmSync(link, { recursive: true, force: true });
    symlinkSync(target, link);
  }
}

/** Of types for BPF, which Debian's headers would have a program of another package (pahole) add. */
const NO_BTF = 'CONFIG_DEBUG_INFO_BTF_MODULES=';

function buildModule(root: string, release: string): void {
  const headers = path.join(root, `usr/src/linux-headers-${release}`);
  const common = headers.replace(/-(cloud-)?amd64$/, '-common');
  for (const folder of [headers, common]) if (existsSync(folder)) homeHeaders(root, folder);
  const folder = path.join(root, STATE_MODULE);
  mkdirSync(folder, { recursive: true });
  layGuestFile(`${STATE_MODULE}.c`, path.join(folder, `${STATE_MODULE}.c`));
  writeFileSync(path.join(folder, 'Makefile'), `obj-m := ${STATE_MODULE}.o\n`);
  runTool('make', ['-s', '-C', headers, `M=${folder}`, NO_BTF, 'modules']);
}

function make(archive: DebianArchive, root: string, release: string, tell: Tell): void {
  const half = `${root}.part`;
  rmSync(half, { recursive: true, force: true });
  tell(`fetching Linux ${release} (about 120 MB)`);
  const headers = [
    `linux-headers-${release}`,
    archive.dependencyOf(`linux-headers-${release}`, /Depends: (linux-headers-\S+-common)/),
  ];
  const kbuild = archive.dependencyOf(`linux-headers-${release}`, /Depends: (linux-kbuild-\S+)/);
  // the signature of the signed package is the only difference
  archive.unpack([`linux-image-${release}-unsigned`, ...headers, kbuild, 'busybox-static'], half);
  tell('building the module that takes the state, and the program that measures');
  renameSync(half, root);
  buildModule(root, release);
  const source = path.join(root, 'measure.c');
  layGuestFile('measure.c', source);
  runTool('gcc', ['-O1', '-static', '-o', path.join(root, 'measure'), source]);
  writeMark(path.join(root, 'complete'), 'complete\n');
}

function unpacked(file: string): Uint8Array {
  return file.endsWith('.xz') ? runTool('xz', ['-dc', file]) : readFileSync(file);
}

/** Modules by name, from all of a kernel's. */
function modulesOf(root: string, release: string): Map<string, string> {
  const folder = path.join(root, 'lib/modules', release, 'kernel');
  const found = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true })) {
    const name = /([^/]+)\.ko(\.xz)?$/.exec(String(entry))?.[1];
    if (name !== undefined) found.set(name, path.join(folder, String(entry)));
  }
  found.set(STATE_MODULE, path.join(root, STATE_MODULE, `${STATE_MODULE}.ko`));
  return found;
}

function open(root: string, release: string): Lab {
  const files = modulesOf(root, release);
  const there = (names: readonly string[]): string[] => names.filter((name) => files.has(name));
  const loadOrder = there([...MODULES, STATE_MODULE]);
  return {
    release,
    vmlinuz: path.join(root, `boot/vmlinuz-${release}`),
    busybox: readFileSync(path.join(root, 'bin/busybox')),
    measure: readFileSync(path.join(root, 'measure')),
    loadOrder,
    modules: [...loadOrder, ...there(DRIVERS)].map((name) => ({
      name,
      bytes: unpacked(files.get(name) as string),
    })),
  };
}

function rootOf(folder: string, release: string): string {
  return path.join(folder, `linux-${release}`);
}

function isMade(root: string): boolean {
  return existsSync(path.join(root, 'complete'));
}

/** What a lab takes at the least, with a function in Python: apt's lists, packages, and what is in them. */
const LAB_BYTES = 384 * MIB;

/** apt waits for many minutes where a disk is full. */
function expectRoom(folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  const bytes = bavail * bsize;
  if (bytes >= LAB_BYTES) return;
  const [needed, left] = [LAB_BYTES, bytes].map((one) => Math.floor(one / MIB));
  throw new RecorderMissing(
    `${folder}: a kernel and its programs need ${needed} MiB, ${left} are left (--lab)`,
  );
}

/** The lab of a kernel package in `folder`, made if it is not there. Throws RecorderMissing. */
export function openLab(folder: string, kernel: string, tell: Tell): Lab {
  expectTools([
    'qemu-system-x86_64',
    'apt-get',
    'dpkg-deb',
    'gcc',
    'make',
    'mke2fs',
    'debugfs',
    'setpriv',
    'xz',
  ]);
  if (!/^linux-image-[\w.+-]+$/.test(kernel)) {
    throw new RecorderMissing(`${kernel} is no package of a kernel: linux-image-…`);
  }
  const archive = new DebianArchive(folder, 'amd64');
  const known = path.join(folder, `${kernel}.release`);
  const said = readMark(known);
  if (said === '' || !isMade(rootOf(folder, said))) expectRoom(folder);
  const release = said || releaseOf(archive, kernel);
  const root = rootOf(folder, release);
  if (!isMade(root)) {
    rmSync(root, { recursive: true, force: true });
    make(archive, root, release, tell);
  }
  writeMark(known, release);
  return open(root, release);
}
