// What a container's exit leaves in the blocks that it used: what would have to move before they
// can be unplugged.

import { PAGEBLOCK_FRAMES } from '../../core/index.ts';
import { type Census, countPlaced, PAGEBLOCKS_PER_MEMORY_BLOCK } from './census.ts';
import { type PlacedGuest, tagOf } from './placed-guest.ts';
import { PAGE_PRIVATE } from './policies/index.ts';

/** The blocks of one size in which an exited container had private pages. */
export interface BlocksLeft {
  readonly used: number;
  /** Of those, blocks with no frame in use after the exit, or gone with their CZone. */
  readonly free: number;
  /** Blocks that hold frames which cannot move. */
  readonly stuck: number;
  /** Movable frames still in use in them: each would have to migrate. */
  readonly migrateFrames: number;
  /** Kernel frames still in use in them. */
  readonly unmovableFrames: number;
  /** Frames still in use in them since before the recording: of unknown kind. */
  readonly sinceStartFrames: number;
}

export interface ExitRecord {
  readonly pid: number;
  readonly name: string;
  readonly atMs: number;
  /** Private frames it held when its exit began. */
  readonly privateFrames: number;
  readonly blocks2MiB: BlocksLeft;
  readonly blocks128MiB: BlocksLeft;
}

interface Noted {
  /** 1: the pageblock held private pages of the container. */
  readonly used: Uint8Array;
  readonly frames: number;
}

function blocksLeft(census: Census, used: Uint8Array, per: number): BlocksLeft {
  const left = {
    used: 0,
    free: 0,
    stuck: 0,
    migrateFrames: 0,
    unmovableFrames: 0,
    sinceStartFrames: 0,
  };
  for (let at = 0; at < used.length; at += per) {
    if (!used.subarray(at, at + per).includes(1)) continue;
    let [movable, unmovable, sinceStart] = [0, 0, 0];
    for (let block = at; block < at + per; block += 1) {
      movable += census.movable[block] ?? 0;
      unmovable += census.unmovable[block] ?? 0;
      sinceStart += census.sinceStart[block] ?? 0;
    }
    left.used += 1;
    if (movable + unmovable + sinceStart === 0) left.free += 1;
    if (unmovable > 0) left.stuck += 1;
    left.migrateFrames += movable;
    left.unmovableFrames += unmovable;
    left.sinceStartFrames += sinceStart;
  }
  return left;
}

/** Notes where containers have pages when their exits begin, and looks there when they are gone. */
export class ExitWatch {
  readonly records: ExitRecord[] = [];
  readonly #guest: PlacedGuest;
  readonly #noted = new Map<number, Noted>();

  constructor(guest: PlacedGuest) {
    this.#guest = guest;
  }

  /** The exit of a container begins. */
  note(tree: number): void {
    const { region } = this.#guest.czones;
    const used = new Uint8Array((region.start + region.frames) / PAGEBLOCK_FRAMES);
    const wanted = tagOf(tree, PAGE_PRIVATE);
    let frames = 0;
    countPlaced(this.#guest, (pfn, tag, size) => {
      if (tag !== wanted) return;
      used[Math.floor(pfn / PAGEBLOCK_FRAMES)] = 1;
      if (size > PAGEBLOCK_FRAMES)
        used.fill(1, pfn / PAGEBLOCK_FRAMES, (pfn + size) / PAGEBLOCK_FRAMES);
      frames += size;
    });
    this.#noted.set(tree, { used, frames });
  }

  /** The container is gone. */
  measure(tree: number, { pid, name, atMs }: { pid: number; name: string; atMs: number }): void {
    const noted = this.#noted.get(tree);
    if (noted === undefined) return;
    this.#noted.delete(tree);
    const census = countPlaced(this.#guest);
    this.records.push({
      pid,
      name,
      atMs,
      privateFrames: noted.frames,
      blocks2MiB: blocksLeft(census, noted.used, 1),
      blocks128MiB: blocksLeft(census, noted.used, PAGEBLOCKS_PER_MEMORY_BLOCK),
    });
  }
}
