// A kernel's complete allocator state, into the core and out of it: zones, pageblock types, free
// and per-cpu lists in order.

import { ARRAY, COUNT, NUMBER, type Shape, TEXT, expectShape } from '../check/index.ts';
import {
  GUEST_BLOCKS_OFFSET,
  GUEST_PCPS_OFFSET,
  GUEST_RECORDS_OFFSET,
  GUEST_SPAN_OFFSET,
  KERNEL_ZONES,
  PAGEBLOCK_NO_ZONE,
  PAGEBLOCK_TYPE_MASK,
  PAGEBLOCK_ZONE_SHIFT,
  PCP_ALLOC_FACTOR_OFFSET,
  PCP_BATCH_OFFSET,
  PCP_COUNT_OFFSET,
  PCP_FLAGS_OFFSET,
  PCP_FREE_COUNT_OFFSET,
  PCP_HIGH_MAX_OFFSET,
  PCP_HIGH_MIN_OFFSET,
  PCP_HIGH_OFFSET,
  PCP_LISTS,
  PCP_LISTS_OFFSET,
  PCP_STRIDE,
  ZONE_BOOST_OFFSET,
  ZONE_FLAGS_OFFSET,
  ZONE_LAG_MOST_OFFSET,
  ZONE_LISTS_OFFSET,
  ZONE_MANAGED_OFFSET,
  ZONE_PRESENT_OFFSET,
  ZONE_RESERVED_HIGHATOMIC_OFFSET,
  ZONE_RESERVE_OFFSET,
  ZONE_SPANNED_OFFSET,
  ZONE_START_OFFSET,
  ZONE_WMARK_HIGH_OFFSET,
  ZONE_WMARK_LOW_OFFSET,
  ZONE_WMARK_MIN_OFFSET,
} from '../abi/layout.ts';
import { NONE, ORDERS, PAGEBLOCK_FRAMES } from '../abi/unit.ts';
import { MIGRATE_TYPES } from '../abi/migratetype.ts';
import { type Core, instanceOf } from './core.ts';
import { CoreError, expectAnswer } from './error.ts';
import type { Instance } from './instance.ts';
import { zoneAddress } from './zone-view.ts';

/** Kernel zones by index, as the kernel names them. */
export const ZONE_NAMES: readonly string[] = ['DMA', 'DMA32', 'Normal', 'Movable'];

/** One CPU's lists of one zone. */
export interface PcpState {
  count: number;
  high: number;
  highMin: number;
  highMax: number;
  batch: number;
  flags: number;
  allocFactor: number;
  freeCount: number;
  /** By list index 0..13, frames head first. */
  lists: Uint32Array[];
}

/** One zone. Sizes and marks in frames. */
export interface ZoneState {
  name: string;
  /** Position in ZONE_NAMES. */
  index: number;
  startPfn: number;
  spanned: number;
  present: number;
  managed: number;
  min: number;
  low: number;
  high: number;
  boost: number;
  /** lowmem_reserve by index of the highest zone a request may use. */
  reserve: number[];
  highatomic: number;
  flags: number;
  /** Changes of the free count that a CPU gathers before watermarks see them; not said: as the zone's size has it. */
  lagMost?: number;
  /** Migratetype of each pageblock from startPfn aligned down; -1 where there is no memory. */
  blocks: Int8Array;
  /** By order * 5 + type, frames head first. */
  free: Uint32Array[];
  /** By CPU. */
  pcps: PcpState[];
}

/** Everything the page allocator knows about free memory. */
export interface AllocatorState {
  /** What the state is of, for messages; nobody parses it. */
  label: string;
  /** A zone each, as `ZoneState.index` says which. */
  zones: ZoneState[];
}

const PCP_FIELDS = [
  ['count', PCP_COUNT_OFFSET],
  ['high', PCP_HIGH_OFFSET],
  ['highMin', PCP_HIGH_MIN_OFFSET],
  ['highMax', PCP_HIGH_MAX_OFFSET],
  ['batch', PCP_BATCH_OFFSET],
  ['flags', PCP_FLAGS_OFFSET],
  ['allocFactor', PCP_ALLOC_FACTOR_OFFSET],
  ['freeCount', PCP_FREE_COUNT_OFFSET],
] as const;

const ZONE_FIELDS = [
  ['startPfn', ZONE_START_OFFSET],
  ['spanned', ZONE_SPANNED_OFFSET],
  ['present', ZONE_PRESENT_OFFSET],
  ['managed', ZONE_MANAGED_OFFSET],
  ['min', ZONE_WMARK_MIN_OFFSET],
  ['low', ZONE_WMARK_LOW_OFFSET],
  ['high', ZONE_WMARK_HIGH_OFFSET],
  ['boost', ZONE_BOOST_OFFSET],
  ['highatomic', ZONE_RESERVED_HIGHATOMIC_OFFSET],
  ['flags', ZONE_FLAGS_OFFSET],
] as const;

function pcpBase(instance: Instance, cpu: number, zone: number): number {
  return instance.headerWord(GUEST_PCPS_OFFSET) + (cpu * KERNEL_ZONES + zone) * PCP_STRIDE;
}

function firstBlock(zone: ZoneState): number {
  return zone.startPfn - (zone.startPfn % PAGEBLOCK_FRAMES);
}

function loadLists(instance: Instance, zone: ZoneState): void {
  const { raw } = instance;
  zone.free.forEach((list, at) => {
    const order = Math.floor(at / MIGRATE_TYPES);
    for (const pfn of list) {
      expectAnswer(raw.stateFree(zone.index, order, at % MIGRATE_TYPES, pfn), 'stateFree');
    }
  });
  zone.pcps.forEach((pcp, cpu) => {
    pcp.lists.forEach((list, index) => {
      for (const pfn of list) {
        expectAnswer(raw.stateParked(cpu, zone.index, index, pfn), 'stateParked');
      }
    });
    const base = pcpBase(instance, cpu, zone.index);
    for (const [name, offset] of PCP_FIELDS) instance.setWord(base + offset, pcp[name]);
  });
}

/** What a state must look like, where a caller without types hands one over. */
export const STATE: Shape = {
  zones: [
    {
      name: TEXT,
      index: COUNT,
      startPfn: COUNT,
      spanned: COUNT,
      present: COUNT,
      managed: COUNT,
      min: COUNT,
      low: COUNT,
      high: COUNT,
      boost: COUNT,
      highatomic: COUNT,
      flags: COUNT,
      'lagMost?': COUNT,
      reserve: [COUNT],
      blocks: ARRAY,
      free: [ARRAY],
      pcps: [{ count: NUMBER, high: NUMBER, batch: NUMBER, lists: [ARRAY] }],
    },
  ],
};

/**
 * Makes an empty core hold this state. Frames on no list count as in use: movable in MOVABLE
 * pageblocks, kernel memory elsewhere. Throws CoreError when a list names a frame outside its
 * place.
 */
export function loadState(core: Core, state: AllocatorState): void {
  expectShape('state', state, STATE);
  const instance = instanceOf(core);
  const { raw } = instance;
  for (const zone of state.zones) {
    const base = zoneAddress(instance, zone.index);
    for (const [name, offset] of ZONE_FIELDS) instance.setWord(base + offset, zone[name]);
    instance.setWord(base + ZONE_LAG_MOST_OFFSET, zone.lagMost ?? 0);
    for (let highest = 0; highest < KERNEL_ZONES; highest += 1) {
      instance.setWord(base + ZONE_RESERVE_OFFSET + 4 * highest, zone.reserve[highest] ?? 0);
    }
    zone.blocks.forEach((type, block) => {
      const pfn = firstBlock(zone) + block * PAGEBLOCK_FRAMES;
      expectAnswer(raw.stateBlock(pfn, zone.index, type), 'stateBlock');
    });
    loadLists(instance, zone);
  }
  raw.stateDone();
}

/** Frames of the list at an address, head first. Throws CoreError where it goes round in a circle. */
function readList(instance: Instance, list: number): Uint32Array {
  const most = instance.headerWord(GUEST_SPAN_OFFSET);
  const records = instance.headerWord(GUEST_RECORDS_OFFSET) >>> 2;
  const frames: number[] = [];
  const nil = NONE >>> 0;
  for (let pfn = instance.word(list); pfn !== nil; pfn = instance.words[records + 2 * pfn] ?? nil) {
    if (frames.length === most) throw new CoreError('saveState: a list goes round in a circle');
    frames.push(pfn);
  }
  return Uint32Array.from(frames);
}

function savePcp(instance: Instance, cpu: number, zone: number): PcpState {
  const base = pcpBase(instance, cpu, zone);
  const pcp = { lists: [] as Uint32Array[] } as PcpState;
  for (const [name, offset] of PCP_FIELDS) pcp[name] = instance.word(base + offset) | 0;
  for (let index = 0; index < PCP_LISTS; index += 1) {
    pcp.lists.push(readList(instance, base + PCP_LISTS_OFFSET + 8 * index));
  }
  return pcp;
}

function saveBlocks(instance: Instance, start: number, end: number, zone: number): Int8Array {
  const first = start - (start % PAGEBLOCK_FRAMES);
  const table = instance.headerWord(GUEST_BLOCKS_OFFSET) >>> 2;
  const types = new Int8Array(Math.ceil((end - first) / PAGEBLOCK_FRAMES));
  for (let block = 0; block < types.length; block += 1) {
    const entry = instance.words[table + first / PAGEBLOCK_FRAMES + block] ?? 0;
    const owner = entry >>> PAGEBLOCK_ZONE_SHIFT;
    const hole = owner === PAGEBLOCK_NO_ZONE || owner !== zone;
    types[block] = hole ? -1 : entry & PAGEBLOCK_TYPE_MASK;
  }
  return types;
}

function saveZone(instance: Instance, index: number, cpus: number): ZoneState {
  const base = zoneAddress(instance, index);
  const zone = { name: ZONE_NAMES[index] ?? '', index } as ZoneState;
  for (const [name, offset] of ZONE_FIELDS) zone[name] = instance.word(base + offset);
  zone.reserve = [0, 1, 2, 3].map((at) => instance.word(base + ZONE_RESERVE_OFFSET + 4 * at));
  zone.reserve.push(zone.reserve[KERNEL_ZONES - 1] ?? 0);
  zone.blocks = saveBlocks(instance, zone.startPfn, zone.startPfn + zone.spanned, index);
  zone.free = [];
  for (let at = 0; at < ORDERS * MIGRATE_TYPES; at += 1) {
    zone.free.push(readList(instance, base + ZONE_LISTS_OFFSET + 8 * at));
  }
  zone.pcps = [];
  for (let cpu = 0; cpu < cpus; cpu += 1) zone.pcps.push(savePcp(instance, cpu, index));
  return zone;
}

/** The state of a core's kernel zones; empty zones are left out. */
export function saveState(core: Core, label: string): AllocatorState {
  const instance = instanceOf(core);
  const zones: ZoneState[] = [];
  for (let index = 0; index < KERNEL_ZONES; index += 1) {
    if (instance.word(zoneAddress(instance, index) + ZONE_PRESENT_OFFSET) !== 0) {
      zones.push(saveZone(instance, index, core.config.cpus));
    }
  }
  return { label, zones };
}

/** One past the last frame that a state names: what a core must span to hold it. */
export function stateFrames(state: AllocatorState): number {
  const { zones } = expectShape('state', state, STATE);
  return Math.max(0, ...zones.map((zone) => zone.startPfn + zone.spanned));
}
