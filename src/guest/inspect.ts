// A guest as whoever looks into it sees it: frames one by one, free lists, the allocator's files in /proc.

import type { Order, Pfn } from '../check/index.ts';
import {
  type Core,
  KIND_BALLOON,
  KIND_FREE,
  KIND_ISOLATED,
  KIND_KERNEL,
  KIND_MOVABLE,
  KIND_OBJECT,
  KIND_OFFLINE,
  KIND_PCP,
  KIND_RESERVED,
  KIND_TAIL,
  KIND_UNMOVABLE,
  MIGRATETYPE_NAMES,
  MIGRATE_TYPES,
  NONE,
  ZONE_NAMES,
  buddyinfo,
  freeByOrder,
  freeFrames,
  pagetypeinfo,
  saveState,
  zoneinfo,
} from '../core/index.ts';

/**
 * What a frame is: free (head of a block on a buddy list), per-cpu, movable or unmovable (head of a
 * block in use by a request), object (a page of a process or a file), kernel, balloon, offline,
 * reserved at boot, isolated, tail (of the block whose head lies below), hole (no memory).
 */
export type FrameKind =
  | 'free'
  | 'per-cpu'
  | 'movable'
  | 'unmovable'
  | 'object'
  | 'kernel'
  | 'balloon'
  | 'offline'
  | 'reserved'
  | 'isolated'
  | 'tail'
  | 'hole';

const KIND_NAMES: ReadonlyMap<number, FrameKind> = new Map<number, FrameKind>([
  [KIND_FREE, 'free'],
  [KIND_PCP, 'per-cpu'],
  [KIND_MOVABLE, 'movable'],
  [KIND_UNMOVABLE, 'unmovable'],
  [KIND_OBJECT, 'object'],
  [KIND_KERNEL, 'kernel'],
  [KIND_BALLOON, 'balloon'],
  [KIND_OFFLINE, 'offline'],
  [KIND_RESERVED, 'reserved'],
  [KIND_ISOLATED, 'isolated'],
  [KIND_TAIL, 'tail'],
]);

/** One frame. Plain data: a later change of the guest does not show in it. */
export interface GuestFrame {
  /** The frame's number: guest-physical address divided by 4096. */
  readonly pfn: Pfn;
  /** What lies in it, or why nothing does. */
  readonly kind: FrameKind;
  /** Kernel zone by its name, `CZone N` for the Nth CZone; undefined: in no zone. */
  readonly zone: string | undefined;
  /** Host memory behind it: of this guest alone, the template's (mapped by now or not), or none. */
  readonly host: 'own' | 'template' | 'none';
}

/** Blocks of one list of the buddy allocator, head first. */
export interface FreeList {
  /** Kernel zone by its name, `CZone N` for the Nth CZone. */
  readonly zone: string;
  /** 0 to 10: blocks of 2^order frames. */
  readonly order: Order;
  /** As /proc/pagetypeinfo names it. */
  readonly migratetype: string;
  /** First frame of each block. */
  readonly heads: Uint32Array;
}

/** Files of /proc as text, of the moment in which they are read. */
export interface ProcFiles {
  /** Free blocks by zone and order, as /proc/buddyinfo. */
  readonly buddyinfo: string;
  /** Free blocks by zone, migratetype and order, and pageblocks by type, as /proc/pagetypeinfo. */
  readonly pagetypeinfo: string;
  /** Without what is not emulated: per-node statistics, LRU and NUMA counters, CMA. */
  readonly zoneinfo: string;
}

function zoneName(index: number): string | undefined {
  if (index === NONE) return undefined;
  return ZONE_NAMES[index] ?? `CZone ${index - ZONE_NAMES.length}`;
}

function hostOf({ frames, backing }: Core, pfn: number): GuestFrame['host'] {
  if (frames.isTemplate(pfn)) return 'template';
  return backing.isBacked(pfn) ? 'own' : 'none';
}

/** Frames [start, start + count), each as it is when the iterator comes to it. */
export function* framesOf(core: Core, start: number, count: number): Generator<GuestFrame> {
  const { frames } = core;
  for (let pfn = start; pfn < start + count; pfn += 1) {
    const kind = KIND_NAMES.get(frames.kind(pfn)) ?? 'hole';
    yield { pfn: pfn as Pfn, kind, zone: zoneName(frames.zone(pfn)), host: hostOf(core, pfn) };
  }
}

/** The lists of the kernel's zones that have something on them, by zone, order and migratetype. */
export function freeListsOf(core: Core): FreeList[] {
  return saveState(core, '').zones.flatMap((zone) =>
    zone.free.flatMap((heads, at): FreeList[] => {
      if (heads.length === 0) return [];
      const migratetype = MIGRATETYPE_NAMES[at % MIGRATE_TYPES] ?? '';
      const order = Math.floor(at / MIGRATE_TYPES) as Order;
      return [{ zone: zone.name, order, migratetype, heads }];
    }),
  );
}

/** One zone of the kernel as its files in /proc have it, in figures. Frames of 4 KiB. */
export interface ZoneFigures {
  readonly name: string;
  readonly min: number;
  readonly low: number;
  readonly high: number;
  /** On the buddy lists. */
  readonly free: number;
  /** Blocks by order. */
  readonly freeByOrder: readonly number[];
  /** By CPU: frames on its lists, and how many there may be. */
  readonly pcps: readonly { readonly count: number; readonly high: number }[];
}

/** The kernel's zones with memory. */
export function zonesOf(core: Core): ZoneFigures[] {
  return saveState(core, '').zones.map((zone) => ({
    name: zone.name,
    min: zone.min,
    low: zone.low,
    high: zone.high,
    free: freeFrames(zone),
    freeByOrder: freeByOrder(zone),
    pcps: zone.pcps.map(({ count, high }) => ({ count, high })),
  }));
}

/** Each file is made when it is read. */
export function procOf(core: Core): ProcFiles {
  return {
    get buddyinfo(): string {
      return buddyinfo(saveState(core, ''));
    },
    get pagetypeinfo(): string {
      return pagetypeinfo(saveState(core, ''));
    },
    get zoneinfo(): string {
      return zoneinfo(saveState(core, ''));
    },
  };
}
