// How a machine is, in figures: those that lessons state and the page shows. Sizes in MiB.

import { FRAMES_PER_MIB, FRAME_BYTES, MIB } from '../abi/unit.ts';
import {
  type MemoryMap,
  USE_BALLOON,
  USE_FILE,
  USE_FREE,
  USE_KERNEL,
  USE_OFFLINE,
  USE_PER_CPU,
  USE_POOL,
  USE_TABLES,
  isTaken,
} from '../map/index.ts';
import { type OperationName, type ZoneFigures, zonesOf } from '../vmm/index.ts';
import type { Machine } from './machine.ts';

export interface Figures {
  /** By name; see FIGURES. */
  readonly values: Readonly<Record<string, number>>;
  /** Free lists, per-CPU lists and marks of the kernel's zones with memory. */
  readonly zones: readonly ZoneFigures[];
  /** What the host holds by cause, MiB. */
  readonly host: readonly (readonly [string, number])[];
}

/** What each figure is, and how many digits it is told with. */
export const FIGURES: Readonly<
  Record<string, { readonly about: string; readonly digits: number }>
> = {
  host: { about: 'held by the host, template included, MiB', digits: 1 },
  own: { about: 'host memory of this VM alone, MiB', digits: 1 },
  idle: { about: 'free in the guest and still held by the host, MiB', digits: 1 },
  free: { about: 'free in the guest, per-CPU lists included, MiB', digits: 1 },
  parked: { about: 'on per-CPU lists, MiB', digits: 1 },
  balloon: { about: 'in the balloon, MiB', digits: 1 },
  file: { about: 'page cache, MiB', digits: 1 },
  kernel: { about: 'kernel memory with page tables, MiB', digits: 1 },
  plugged: { about: 'plugged by virtio-mem, MiB', digits: 1 },
  offline: { about: 'offline, MiB', digits: 1 },
  pool: { about: 'memory of the CZone region in no zone, MiB', digits: 1 },
  zoned: { about: 'blocks that CZones have, MiB', digits: 1 },
  whole: { about: 'pageblocks of 2 MiB that are wholly free', digits: 0 },
  partly: { about: 'pageblocks that are partly in use', digits: 0 },
  largest: { about: 'largest free block of the kernel’s zones, MiB', digits: 2 },
  migrated: { about: 'pages migrated by the last step', digits: 0 },
  released: { about: 'pages that the host got back by the last step', digits: 0 },
  faults: { about: 'host faults of the last step', digits: 0 },
  copied: { about: 'pages copied by writing in the last step', digits: 0 },
};

function mibOf(frames: number): number {
  return frames / FRAMES_PER_MIB;
}

function times(operations: readonly (readonly [OperationName, number])[], name: string): number {
  return operations.find(([operation]) => operation === name)?.[1] ?? 0;
}

function blocksOf({ cells }: MemoryMap): { whole: number; partly: number } {
  let whole = 0;
  let partly = 0;
  cells.use.forEach((use, cell) => {
    const taken = cells.taken[cell] as number;
    if (isTaken(use) && taken > 0 && taken < 255) partly += 1;
    if (use === USE_FREE && taken === 0) whole += 1;
  });
  return { whole, partly };
}

export function figuresOf(
  machine: Machine,
  map: MemoryMap,
  operations: readonly (readonly [OperationName, number])[],
): Figures {
  const { vmm, vm, mem } = machine;
  const { core } = vm.guest;
  const { frames, backed } = map;
  const at = (use: number): number => frames[use] as number;
  const zones = zonesOf(core);
  const host = Object.entries(vmm.host.byCause).map(([cause, held]) => {
    return [cause, mibOf(held)] as const;
  });
  const czones = machine.czones?.zones.region;
  const region = czones === undefined ? 0 : core.czones.pluggedBlocks * czones.blockFrames;
  const largest = Math.max(
    0,
    ...zones.map(({ freeByOrder }) => freeByOrder.findLastIndex((n) => n > 0)),
  );
  const values = {
    host: host.reduce((sum, [, mib]) => sum + mib, 0),
    own: mibOf(core.privateFrames),
    idle: mibOf((backed[USE_FREE] as number) + (backed[USE_PER_CPU] as number)),
    free: mibOf(at(USE_FREE) + at(USE_PER_CPU)),
    parked: mibOf(at(USE_PER_CPU)),
    balloon: mibOf(at(USE_BALLOON)),
    file: mibOf(at(USE_FILE)),
    kernel: mibOf(at(USE_KERNEL) + at(USE_TABLES)),
    plugged: (mem?.pluggedBytes ?? 0) / MIB,
    offline: mibOf(at(USE_OFFLINE)),
    pool: mibOf(at(USE_POOL)),
    zoned: mibOf(region - at(USE_POOL)),
    ...blocksOf(map),
    largest: (2 ** largest * FRAME_BYTES) / MIB,
    migrated: times(operations, 'pageMigrate'),
    released: times(operations, 'hostRelease4KiB'),
    faults: times(operations, 'hostFault4KiB'),
    copied: times(operations, 'guestCopy4KiB') + times(operations, 'templateCowCopy'),
  };
  return { values, zones, host };
}

/** A figure as text. */
export function figureText(name: string, value: number): string {
  return value.toFixed(FIGURES[name]?.digits ?? 1);
}
