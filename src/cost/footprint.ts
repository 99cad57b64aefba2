/**
 * Host memory known from publications and not emulated frame by frame: VMM processes, shims, page tables, template shares. The
 * published totals (`…Container`) are there to compare results with, not to compute them from.
 */
import { MIB } from '../abi/unit.ts';
import { FIRECRACKER_SPEC, FORKD, KATA_CI, MITOS, REAP, RUND, ZEROBOOT } from './source.ts';

/** Bytes for one `unit`. */
export type Footprint = {
  readonly name: string;
  readonly unit: string;
  readonly lowBytes: number;
  readonly typicalBytes: number;
  readonly highBytes: number;
  readonly source: string;
  readonly note?: string;
};

type Text = { unit: string; source: string; note?: string };

/** Low, typical, high in MiB, made whole bytes. */
function mib(
  name: FootprintName,
  [low, typical, high]: readonly [number, number, number],
  text: Text,
): Footprint {
  return Object.freeze({
    name,
    ...text,
    lowBytes: Math.round(low * MIB),
    typicalBytes: Math.round(typical * MIB),
    highBytes: Math.round(high * MIB),
  });
}

export type FootprintName =
  | 'vmmPerVm'
  | 'shimPerVm'
  | 'guestOsBooted'
  | 'templateShared'
  | 'templatePrivate'
  | 'structPagesPerGiB'
  | 'hostPageTablesPerGiB'
  | 'restoredWorkingSet'
  | 'resumedWritten'
  | 'resumedTouched'
  | 'kernelImage'
  | 'kernelImageSelfPatched'
  | 'kataQemuContainer'
  | 'kataFirecrackerContainer'
  | 'kataTemplateContainer'
  | 'rundContainer';

export const FOOTPRINTS: Readonly<Record<FootprintName, Footprint>> = Object.freeze({
  vmmPerVm: mib('vmmPerVm', [3.2, 5, 7], {
    unit: 'microVM',
    source: `[E] ${FIRECRACKER_SPEC}: at most 5 MiB; high: the CI limit while snapshotting; low: the prices' single-figure spread`,
    note: 'VMM process without guest memory',
  }),
  shimPerVm: mib('shimPerVm', [24, 31, 40], {
    unit: 'sandbox',
    source: `[E] ${RUND}: process split at 128 MB, kata-qemu 24 MiB, kata-fc 40 MiB; typical: geometric mean`,
    note: 'container runtime shim on the host; outside the microVM, so only counted when a result says so',
  }),
  guestOsBooted: mib('guestOsBooted', [13, 50, 70], {
    unit: 'microVM',
    source: `low [E] kata-containers/runtime#295: 13 MB used inside with a C agent (55 with a Go agent); typical [D] ${RUND}: kata-fc VMM and guest 55 MiB less the VMM, and 50 MiB in FaaSRail; high [D] ${RUND}: kata-fc USS 75.1 MiB less the VMM`,
    note: 'guest kernel, init and agent after a cold boot, nothing shared',
  }),
  templateShared: mib('templateShared', [35, 41, 47], {
    unit: 'template',
    source: `[D] ${RUND}: RSS less USS, 35.2 (paper data) and 47.1 MiB (re-run); typical: geometric mean`,
    note: 'once per host however many clones there are',
  }),
  templatePrivate: mib('templatePrivate', [15.5, 19.2, 23.9], {
    unit: 'clone',
    source: `[E] ${RUND}: USS at 1,000 sandboxes, 15.5 (re-run) and 23.9 MiB (paper data); typical: geometric mean`,
    note: 'written by a clone, VMM and host page tables included',
  }),
  structPagesPerGiB: mib('structPagesPerGiB', [16, 16, 16], {
    unit: 'GiB of guest memory',
    source: '[E] Firecracker docs/memory-hotplug.md: 64 B per 4 KiB page',
    note: 'exact for x86-64; touched only as far as it is initialised',
  }),
  hostPageTablesPerGiB: mib('hostPageTablesPerGiB', [0.008, 1.67, 4], {
    unit: 'GiB backed',
    source:
      'typical [D] kata-containers#13173: about 42 MB for a 24 G VM; low [D] host and EPT tables with 2 MiB entries; high [D] the same with 4 KiB entries',
  }),
  restoredWorkingSet: mib('restoredWorkingSet', [8, 24, 99], {
    unit: 'restored function VM',
    source: `[E] ${REAP}: pages touched after a restore, 8 to 99 MB, mean 24`,
  }),
  resumedWritten: mib('resumedWritten', [0.26, 0.9, 1.27], {
    unit: 'restored or forked VM',
    source: `low [E] ${ZEROBOOT}: 265 KB within milliseconds; typical [E] ${FORKD}: an idle guest writes 0.9 MiB in 3 s; high [E] ${MITOS}: 1.27 MiB of each of 8 forks`,
    note: 'by the guest OS of a VM that goes on from an image, its function apart',
  }),
  resumedTouched: mib('resumedTouched', [7.3, 8, 8], {
    unit: 'restored or forked VM',
    source: `low [E] ${MITOS}: 1,877 pages until a Python guest has run a first command; typical [E] ${REAP}: 8 MB by guest OS and agent whatever the function`,
    note: 'read or written by the guest OS of such a VM',
  }),
  kernelImage: mib('kernelImage', [9.78, 9.78, 9.78], {
    unit: 'guest kernel',
    source:
      '[S] third-party notes citing RunD: 10,012 KiB of text and read-only data touched at boot',
  }),
  kernelImageSelfPatched: mib('kernelImageSelfPatched', [0, 7.74, 7.74], {
    unit: 'guest kernel',
    source:
      '[S] third-party notes citing RunD: 7,928 KiB of it are patched by the kernel itself; low: pre-patched template',
    note: 'pages that a plain template cannot share',
  }),
  kataQemuContainer: mib('kataQemuContainer', [119.9, 142.8, 165.8], {
    unit: 'idle 128 MB container',
    source: `low [E] ${KATA_CI}: PSS 122,832 KB; typical, high [D] ${RUND}: USS at 1,000, PSS alone`,
    note: 'all host processes; published total',
  }),
  kataFirecrackerContainer: mib('kataFirecrackerContainer', [75.1, 75.2, 95.2], {
    unit: 'idle 128 MB container',
    source: `[D] ${RUND}: USS and PSS at 1,000, PSS alone`,
    note: 'all host processes; published total',
  }),
  kataTemplateContainer: mib('kataTemplateContainer', [100.3, 100.4, 125.2], {
    unit: 'idle 128 MB container',
    source: `[D] ${RUND}: USS and PSS at 1,000, PSS alone`,
    note: 'all host processes; published total',
  }),
  rundContainer: mib('rundContainer', [15.5, 23.9, 58.7], {
    unit: 'idle 128 MB container',
    source: `[D] ${RUND}: PSS at 1,000 of the re-run and of the paper data, PSS alone`,
    note: 'all host processes; published total',
  }),
});

export const FOOTPRINT_NAMES: readonly FootprintName[] = Object.freeze(
  Object.keys(FOOTPRINTS) as FootprintName[],
);

export type FootprintLevel = 'low' | 'typical' | 'high';

export function footprintBytes(name: FootprintName, level: FootprintLevel = 'typical'): number {
  const footprint = FOOTPRINTS[name];
  if (level === 'low') return footprint.lowBytes;
  return level === 'high' ? footprint.highBytes : footprint.typicalBytes;
}
