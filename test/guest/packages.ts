/**
 * A stock kernel, busybox and SeaBIOS from Debian's archive, for i386, unpacked into a folder of their own:
 * nothing is installed, and the machine's own package lists stay as they are.
 */

import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DebianArchive, RecorderMissing, RecordingFailed } from '../../src/recorder/index.ts';

export interface Packages {
  readonly kernelRelease: string;
  readonly kernel: Uint8Array;
  readonly busybox: Uint8Array;
  readonly bios: Uint8Array;
  readonly vgaBios: Uint8Array;
  module(name: string): Uint8Array;
}

/** Where they are kept: build/, beside what is compiled of this file. */
export const PACKAGES: string = path.resolve(import.meta.dirname, '../../../guest-packages');

/** Where a kernel's package has the modules of virtio. */
const MODULES = 'kernel/drivers/virtio';

/** Whether an error says that there is nothing to test with: no apt, no archive. */
export function isNoPackages(error: unknown): error is Error {
  return error instanceof RecorderMissing || error instanceof RecordingFailed;
}

/** `flavour`: `686`, or `686-pae`, whose pageblocks are those of x86-64. */
export function fetchPackages(folder: string, flavour: string): Packages {
  const root = path.join(folder, `root-${flavour}`);
  if (!existsSync(path.join(root, 'complete'))) unpackInto(folder, root, flavour);
  return openPackages(root);
}

function unpackInto(folder: string, root: string, flavour: string): void {
  const archive = new DebianArchive(folder, 'i386');
  const kernel = archive.dependencyOf(`linux-image-${flavour}`, /Depends: (linux-image-\d\S+)/);
  rmSync(root, { recursive: true, force: true });
  // the signature of the signed package is the only difference
  archive.unpack([`${kernel}-unsigned`, 'busybox-static', 'seabios'], root);
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
