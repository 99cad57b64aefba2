/**
 * A stock kernel, busybox and SeaBIOS from Debian's archive, for i386, unpacked into a folder of their own:
 * nothing is installed, and the machine's own package lists stay as they are.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Packages {
  readonly kernelRelease: string;
  readonly kernel: Uint8Array;
  readonly busybox: Uint8Array;
  readonly bios: Uint8Array;
  readonly vgaBios: Uint8Array;
  module(name: string): Uint8Array;
}

/** Why there is nothing to test with. */
export class NoPackages extends Error {}

const ARCHIVE = 'http://deb.debian.org/debian';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const SUITE = 'bookworm';
/** Where a kernel's package has the modules of virtio. */
const MODULES = 'kernel/drivers/virtio';

/** `flavour`: `686`, or `686-pae`, whose pageblocks are those of x86-64. */
export function fetchPackages(folder: string, flavour: string): Packages {
  const root = path.join(folder, `root-${flavour}`);
  if (!existsSync(path.join(root, 'complete'))) unpackInto(folder, root, flavour);
  return openPackages(root);
}

function run(program: string, args: readonly string[], cwd?: string): string {
  try {
    return execFileSync(program, args, {
      encoding: 'utf8',
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (cause) {
    throw new NoPackages(`${program} ${args.at(-1) ?? ''} did not work`, { cause });
  }
}

function aptOptions(folder: string): string[] {
  const apt = path.join(folder, 'apt');
  for (const part of ['lists/partial', 'cache/archives/partial']) {
    mkdirSync(path.join(apt, part), { recursive: true });
  }
  const sources = `deb [arch=i386 signed-by=${KEYRING}] ${ARCHIVE} ${SUITE} main\n`;
  writeFileSync(path.join(apt, 'sources.list'), sources);
  writeFileSync(path.join(apt, 'status'), '');
  return [
    `Dir::State::Lists=${apt}/lists`,
    `Dir::State::Status=${apt}/status`,
    `Dir::Cache=${apt}/cache`,
    `Dir::Etc::SourceList=${apt}/sources.list`,
    'Dir::Etc::SourceParts=/dev/null',
    'APT::Architecture=i386',
    'APT::Architectures=i386',
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
  ].flatMap((option) => ['-o', option]);
}

function unpackInto(folder: string, root: string, flavour: string): void {
  const options = aptOptions(folder);
  run('apt-get', [...options, '-qq', 'update']);
  const depends = run('apt-cache', [...options, 'depends', `linux-image-${flavour}`]);
  const kernel = /Depends: (linux-image-\d\S+)/.exec(depends)?.[1];
  if (kernel === undefined) throw new NoPackages(`Debian has no linux-image-${flavour}`);
  const debs = path.join(folder, `debs-${flavour}`);
  rmSync(debs, { recursive: true, force: true });
  mkdirSync(debs, { recursive: true });
  // the signature of the signed package is the only difference
  const names = [`${kernel}-unsigned`, 'busybox-static', 'seabios'];
  run('apt-get', [...options, '-qq', 'download', ...names], debs);
  for (const deb of readdirSync(debs)) run('dpkg-deb', ['-x', path.join(debs, deb), root]);
  rmSync(debs, { recursive: true });
  writeFileSync(path.join(root, 'complete'), '');
}

function openPackages(root: string): Packages {
  const file = (name: string): Uint8Array => readFileSync(path.join(root, name));
  const release = readdirSync(path.join(root, 'lib/modules'))[0] ?? '';
  return {
    kernelRelease: release,
    kernel: file(`boot/vmlinuz-${release}`),
    busybox: file('bin/busybox'),
    bios: file('usr/share/seabios/bios.bin'),
    vgaBios: file('usr/share/seabios/vgabios-stdvga.bin'),
    module: (name) => file(`lib/modules/${release}/${MODULES}/${name}.ko`),
  };
}
