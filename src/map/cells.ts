// A guest's memory as cells: a cell a pageblock, or a cell a page. From copies of the core's tables, in one pass.

import {
  ARRAY,
  COUNT,
  type Shape,
  expectInteger,
  expectMade,
  expectShape,
} from '../check/index.ts';
import {
  KIND_BALLOON,
  KIND_FREE,
  KIND_HOLE,
  KIND_ISOLATED,
  KIND_KERNEL,
  KIND_MASK,
  KIND_MOVABLE,
  KIND_OBJECT,
  KIND_OFFLINE,
  KIND_ORDER_MASK,
  KIND_PCP,
  KIND_RESERVED,
  KIND_TAIL,
  KIND_UNMOVABLE,
} from '../abi/layout.ts';
import { MEMORY_BLOCK_FRAMES, PAGEBLOCK_FRAMES } from '../abi/unit.ts';
import {
  USES_MOST,
  USE_BALLOON,
  USE_FREE,
  USE_IMAGE,
  USE_ISOLATED,
  USE_KERNEL,
  USE_NONE,
  USE_OFFLINE,
  USE_PER_CPU,
  USE_POOL,
  USE_TABLES,
  isTaken,
} from './use.ts';

/** What is in a cell besides what it mostly holds. */
export const MARK_PER_CPU = 1;
export const MARK_ISOLATED = 2;
/** Frames that can be moved and frames that cannot, in one cell. */
export const MARK_MIXED = 4;
/** Frames that are the template's. */
export const MARK_TEMPLATE = 8;

/** A cell's zone is a byte. */
export const ZONE_NONE = 255;
/** A share of a cell's frames, as a byte. */
export const SHARE_ALL = 255;

/** Frames as the core's room hands them out (FrameSlice). */
export interface Frames {
  readonly states: Uint8Array;
  readonly owners: Uint32Array;
  /** 0: no host memory, 1: the guest's own, 2: the template's. */
  readonly host: Uint8Array;
}

/** Where a map comes from. */
export interface MapSource {
  readonly spanFrames: number;
  slice(start: number, count: number): Frames;
  /** Index of the zone that a frame is in; below zero: in none. */
  zone(pfn: number): number;
  /** USE_* of a frame with an owner, by its KIND_* and what its slice says of its owner. */
  useOf(kind: number, owner: number): number;
  /** First frames of blocks that are memory in no zone, and how long each is. */
  readonly pool?: { readonly starts: readonly number[]; readonly frames: number };
}

/** One entry a cell. */
export interface MapCells {
  /** USE_* of most of the taken frames, or of most of all where none is taken. */
  readonly use: Uint8Array;
  /** Share of frames that are taken; of those with host memory, taken and not. */
  readonly taken: Uint8Array;
  readonly takenBacked: Uint8Array;
  readonly freeBacked: Uint8Array;
  /** Largest order of a free block in the cell, and one; 0: none. */
  readonly order: Uint8Array;
  /** MARK_* together. */
  readonly marks: Uint8Array;
  /** Index of the zone, ZONE_NONE: none. */
  readonly zone: Uint8Array;
}

/** A guest's memory at one moment, in cells of equally many frames. */
export interface MemoryMap {
  /** The first frame that is shown. */
  readonly start: number;
  /** Frames that are shown. */
  readonly count: number;
  /** Frames in a cell. */
  readonly cellFrames: number;
  /** What each cell is, in equally long columns. */
  readonly cells: MapCells;
  /** Frames by USE_*, exactly; and those of them with host memory. */
  readonly frames: Uint32Array;
  /** Frames by USE_* that have host memory behind them, exactly. */
  readonly backed: Uint32Array;
}

const CELLS: Shape = {
  use: ARRAY,
  taken: ARRAY,
  takenBacked: ARRAY,
  freeBacked: ARRAY,
  order: ARRAY,
  marks: ARRAY,
  zone: ARRAY,
};

/** What a map must look like, where a caller without types hands one over. */
export const MAP: Shape = {
  start: COUNT,
  count: COUNT,
  cellFrames: COUNT,
  cells: CELLS,
  frames: ARRAY,
  backed: ARRAY,
};

/** The map, if its columns are as long as it says. */
export function expectMap(map: MemoryMap): MemoryMap {
  const { cells, count, cellFrames } = expectShape('map', map, MAP);
  const length = Math.ceil(count / expectInteger('map.cellFrames', cellFrames, 1));
  for (const name of CELL_COLUMNS) {
    expectMade(`map.cells.${name}`, cells[name], Uint8Array, 'a Uint8Array');
    expectInteger(`map.cells.${name}`, cells[name].length, length, length);
  }
  return map;
}

export const CELL_COLUMNS: readonly (keyof MapCells)[] = [
  'use',
  'taken',
  'takenBacked',
  'freeBacked',
  'order',
  'marks',
  'zone',
];

export function emptyCells(length: number): MapCells {
  const column = (): Uint8Array => new Uint8Array(length);
  return {
    use: column(),
    taken: column(),
    takenBacked: column(),
    freeBacked: column(),
    order: column(),
    marks: column(),
    zone: column().fill(ZONE_NONE),
  };
}

/** Uses whose meaning the kind alone says. */
const USE_OF_KIND: ReadonlyMap<number, number> = new Map([
  [KIND_HOLE, USE_NONE],
  [KIND_OFFLINE, USE_OFFLINE],
  [KIND_FREE, USE_FREE],
  [KIND_PCP, USE_PER_CPU],
  [KIND_ISOLATED, USE_ISOLATED],
  [KIND_BALLOON, USE_BALLOON],
  [KIND_RESERVED, USE_IMAGE],
]);

function isOwned(kind: number): boolean {
  return (
    kind === KIND_OBJECT || kind === KIND_KERNEL || kind === KIND_MOVABLE || kind === KIND_UNMOVABLE
  );
}

/** Whether it stays where it is, whoever asks. */
function isFixed(use: number): boolean {
  return use === USE_IMAGE || use === USE_KERNEL || use === USE_TABLES;
}

/** Goes through frames in order and fills cells. */
class Counter {
  readonly #source: MapSource;
  readonly map: MemoryMap;
  /** Of the cell at hand: frames by use, and those that are backed. */
  readonly #here = new Uint16Array(USES_MOST);
  #takenBacked = 0;
  #freeBacked = 0;
  /** Of the block that goes by: its use, and where it is free its order and one. */
  #blockUse = USE_NONE;
  #freeOrder = 0;

  constructor(source: MapSource, start: number, count: number, cellFrames: number) {
    this.#source = source;
    const cells = emptyCells(Math.ceil(count / cellFrames));
    const frames = new Uint32Array(USES_MOST);
    this.map = { start, count, cellFrames, cells, frames, backed: new Uint32Array(USES_MOST) };
  }

  /** Frames of a slice; those before `from` only say whose tail goes on. */
  add(slice: Frames, sliceStart: number, from: number): void {
    const { states, owners, host } = slice;
    const { start, cellFrames, cells, frames, backed } = this.map;
    for (let at = 0; at < states.length; at += 1) {
      this.#enter(states[at] as number, owners[at] as number);
      const use = this.#blockUse;
      const pfn = sliceStart + at;
      if (pfn < from) continue;
      const cell = Math.floor((pfn - start) / cellFrames);
      frames[use] = (frames[use] as number) + 1;
      this.#here[use] = (this.#here[use] as number) + 1;
      if (host[at] !== 0) {
        backed[use] = (backed[use] as number) + 1;
        if (isTaken(use)) this.#takenBacked += 1;
        else this.#freeBacked += 1;
        if (host[at] === 2) cells.marks[cell] = (cells.marks[cell] as number) | MARK_TEMPLATE;
      }
      cells.order[cell] = Math.max(cells.order[cell] as number, this.#freeOrder);
      const isLast = (pfn - start) % cellFrames === cellFrames - 1;
      if (isLast || pfn === start + this.map.count - 1) this.#finish(cell);
    }
  }

  /** The next frame: it begins a block, or goes on with the one at hand. */
  #enter(state: number, owner: number): void {
    const kind = state & KIND_MASK;
    if (kind === KIND_TAIL) return;
    const isOwn = isOwned(kind);
    this.#blockUse = isOwn ? this.#source.useOf(kind, owner) : (USE_OF_KIND.get(kind) ?? USE_NONE);
    this.#freeOrder = kind === KIND_FREE ? (state & KIND_ORDER_MASK) + 1 : 0;
  }

  #finish(cell: number): void {
    const { start, cellFrames, cells } = this.map;
    const here = this.#here;
    let taken = 0;
    let most = USE_NONE;
    let fixed = 0;
    for (let use = 0; use < USES_MOST; use += 1) {
      const frames = here[use] as number;
      if (frames === 0) continue;
      if (isTaken(use)) taken += frames;
      if (isFixed(use)) fixed += frames;
      const wins = isTaken(use) === isTaken(most) ? frames > (here[most] as number) : isTaken(use);
      if (wins) most = use;
    }
    const share = (frames: number): number => Math.ceil((frames * SHARE_ALL) / cellFrames);
    let marks = cells.marks[cell] as number;
    if ((here[USE_PER_CPU] as number) > 0) marks |= MARK_PER_CPU;
    if ((here[USE_ISOLATED] as number) > 0) marks |= MARK_ISOLATED;
    if (fixed > 0 && fixed < taken) marks |= MARK_MIXED;
    cells.use[cell] = most;
    cells.taken[cell] = share(taken);
    cells.takenBacked[cell] = share(this.#takenBacked);
    cells.freeBacked[cell] = share(this.#freeBacked);
    cells.marks[cell] = marks;
    const zone = this.#source.zone(start + cell * cellFrames);
    cells.zone[cell] = zone < 0 ? ZONE_NONE : Math.min(zone, ZONE_NONE - 1);
    here.fill(0);
    this.#takenBacked = 0;
    this.#freeBacked = 0;
  }
}

/** Blocks of the pool are memory although the core's tables call them holes. */
function addPool({ pool }: MapSource, map: MemoryMap): void {
  if (pool === undefined) return;
  const { start, count, cellFrames, cells, frames } = map;
  for (const block of pool.starts) {
    const from = Math.max(block, start);
    const end = Math.min(block + pool.frames, start + count);
    for (let pfn = from; pfn < end; pfn += cellFrames) {
      cells.use[Math.floor((pfn - start) / cellFrames)] = USE_POOL;
    }
    const here = Math.max(0, end - from);
    frames[USE_POOL] = (frames[USE_POOL] as number) + here;
    frames[USE_NONE] = (frames[USE_NONE] as number) - here;
  }
}

/**
 * The map of frames [start, start + count). `start` is a multiple of `cellFrames`, which is 1 for pages or that of a
 * pageblock.
 */
export function mapOf(
  source: MapSource,
  cellFrames: number = PAGEBLOCK_FRAMES,
  start = 0,
  count: number = source.spanFrames - start,
): MemoryMap {
  const counter = new Counter(source, start, count, cellFrames);
  // a block's head may lie before the first frame asked for, in the same memory block
  const first = start - (start % MEMORY_BLOCK_FRAMES);
  for (let from = first; from < start + count; from += MEMORY_BLOCK_FRAMES) {
    const frames = Math.min(MEMORY_BLOCK_FRAMES, start + count - from);
    counter.add(source.slice(from, frames), from, start);
  }
  addPool(source, counter.map);
  return counter.map;
}
