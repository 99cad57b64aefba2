/** Which blocks the device believes to be whose, and where the next block of a zone is best taken. */

const UNPLUGGED = -1;

export interface BlockRun {
  readonly first: number;
  readonly count: number;
}

export class DriverBlocks {
  readonly blockFrames: number;
  readonly startPfn: number;
  readonly #owners: Int32Array;
  #usable = 0;

  constructor(startPfn: number, blockFrames: number, blocks: number) {
    this.startPfn = startPfn;
    this.blockFrames = blockFrames;
    this.#owners = new Int32Array(blocks).fill(UNPLUGGED);
  }

  setUsable(blocks: number): void {
    this.#usable = Math.min(blocks, this.#owners.length);
  }

  pfn(block: number): number {
    return this.startPfn + block * this.blockFrames;
  }

  /** The block of a frame; undefined outside the region. */
  block(pfn: number): number | undefined {
    const block = Math.floor((pfn - this.startPfn) / this.blockFrames);
    return block >= 0 && block < this.#owners.length ? block : undefined;
  }

  owner(block: number): number {
    return this.#owners[block] ?? UNPLUGGED;
  }

  give(run: BlockRun, owner: number): void {
    this.#owners.fill(owner, run.first, run.first + run.count);
  }

  takeAway(run: BlockRun): void {
    this.give(run, UNPLUGGED);
  }

  /** Every block of an owner goes to another (-1: to nobody). */
  move(owner: number, to: number): void {
    for (let i = 0; i < this.#owners.length; i++) {
      if (this.#owners[i] === owner) this.#owners[i] = to;
    }
  }

  clear(): void {
    this.#owners.fill(UNPLUGGED);
  }

  /** All that is usable belongs to the pool: a device without PLUG. */
  fillPool(): void {
    this.#owners.fill(0, 0, this.#usable);
  }

  count(owner: number): number {
    let count = 0;
    for (const found of this.#owners) if (found === owner) count++;
    return count;
  }

  get plugged(): number {
    return this.#owners.length - this.count(UNPLUGGED);
  }

  /**
   * The unplugged run to give a zone next, at most `blocks` long: behind the zone's highest block if that
   * is free, else the smallest hole that takes all, else the largest there is. Keeps a zone in one piece
   * and large holes whole.
   */
  choose(zone: number, blocks: number): BlockRun | undefined {
    const behind = this.#owners.lastIndexOf(zone) + 1;
    if (behind > 0) {
      const room = this.#holeAt(behind);
      if (room > 0) return { first: behind, count: Math.min(room, blocks) };
    }
    let best: BlockRun | undefined;
    for (let first = 0; first < this.#usable; first++) {
      const count = this.#holeAt(first);
      if (count === 0) continue;
      if (best === undefined || isBetter(count, best.count, blocks)) best = { first, count };
      first += count;
    }
    return best === undefined
      ? undefined
      : { first: best.first, count: Math.min(best.count, blocks) };
  }

  #holeAt(first: number): number {
    let end = first;
    while (end < this.#usable && this.#owners[end] === UNPLUGGED) end++;
    return end - first;
  }

  save(): Int32Array {
    return this.#owners.slice();
  }

  load(owners: Int32Array): void {
    this.#owners.set(owners);
  }
}

function isBetter(count: number, best: number, wanted: number): boolean {
  if (best >= wanted) return count >= wanted && count < best;
  return count > best;
}

/** Blocks in any order as ascending runs. */
export function runsOf(blocks: readonly number[]): BlockRun[] {
  const runs: { first: number; count: number }[] = [];
  for (const block of blocks.toSorted((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last.first + last.count === block) last.count++;
    else runs.push({ first: block, count: 1 });
  }
  return runs;
}
