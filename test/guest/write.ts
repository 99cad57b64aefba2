/** The files of a machine in a folder, as `guestmem play` takes them. */

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { initrd } from './initrd.ts';
import type { Packages } from './packages.ts';

export interface MachineFiles {
  readonly kernel: string;
  readonly initrd: string;
  readonly bios: string;
}

export function writeFiles(packages: Packages, folder: string): MachineFiles {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, bytes: Uint8Array): string => {
    const file = path.join(folder, name);
    writeFileSync(file, bytes);
    return file;
  };
  return {
    kernel: write('vmlinuz', packages.kernel),
    initrd: write('initrd', initrd(packages, 'people')),
    bios: write('bios.bin', packages.bios),
  };
}
