/** The guest's first and only file system: busybox, the virtio modules, and a shell on the serial line. */

import {
  type ArchiveFile,
  FILE_MODE,
  FOLDER_MODE,
  PROGRAM_MODE,
  cpio,
} from '../../src/recorder/index.ts';
import type { Packages } from './packages.ts';

/** In the order in which they need each other. */
export const TRANSPORT_MODULES: readonly string[] = [
  'virtio',
  'virtio_ring',
  'virtio_pci_legacy_dev',
  'virtio_pci_modern_dev',
  'virtio_pci',
];
export const BALLOON_MODULE = 'virtio_balloon';

/** What the guest prints when it takes commands, and after each, with its exit code. */
export const PROMPT = '@@';

const MOUNTS = `#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /tmp
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tracefs trace /sys/kernel/tracing
mount -t tmpfs -o size=100% tmp /tmp
dmesg -n 1
`;

/** Reads a line, carries it out, says how it went. The line discipline neither echoes nor rewrites. */
const BENCH = `${MOUNTS}stty -F /dev/ttyS0 -echo -opost
exec </dev/ttyS0 >/dev/ttyS0 2>&1
cd /sys/kernel/tracing
echo '${PROMPT}0'
while read -r line; do
  eval "$line"
  echo "${PROMPT}$?"
done
`;

/** A shell for people, with the driver loaded. */
const SHELL = `${MOUNTS}for name in ${[...TRANSPORT_MODULES, BALLOON_MODULE].join(' ')}; do
  insmod /lib/$name.ko
done
stty -F /dev/ttyS0 rows 24 cols 80
echo
echo "Linux $(uname -r); its driver has the balloon: free, /proc/vmstat, rmmod virtio_balloon"
cd /tmp
exec setsid cttyhack sh
`;

export function initrd(packages: Packages, use: 'bench' | 'people' = 'bench'): Uint8Array {
  const files: ArchiveFile[] = [
    { path: 'bin', mode: FOLDER_MODE, bytes: new Uint8Array(0) },
    { path: 'lib', mode: FOLDER_MODE, bytes: new Uint8Array(0) },
    { path: 'bin/busybox', mode: PROGRAM_MODE, bytes: packages.busybox },
    { path: 'init', mode: PROGRAM_MODE, bytes: Buffer.from(use === 'bench' ? BENCH : SHELL) },
  ];
  for (const name of [...TRANSPORT_MODULES, BALLOON_MODULE]) {
    files.push({ path: `lib/${name}.ko`, mode: FILE_MODE, bytes: packages.module(name) });
  }
  return cpio(files);
}
