// What page events say of frames that nobody looked at: one that is given out was free before, one that is freed was not. Of
// that the state of an allocator is made, in the form of a recording's; frames that no event names are left as in use.

import { MIGRATE_MOVABLE, PAGEBLOCK_FRAMES, PCP_LISTS, PAGEBLOCK_ORDER } from '../../core/index.ts';

const UNKNOWN = 0;
const FREE = 1;
const USED = 2;

/** A pageblock that events name: what its frames were at first, and what they are now. */
interface Pageblock {
  readonly first: Uint8Array;
  readonly now: Uint8Array;
  /** Migratetype of the first request that it served. */
  type: number;
}

export class ImportedFrames {
  private readonly _blocks = new Map<number, Pageblock>();

  private _block(pfn: number): Pageblock {
    const number = Math.floor(pfn / PAGEBLOCK_FRAMES);
    const known = this._blocks.get(number);
    if (known !== undefined) return known;
    const [first, now] = [new Uint8Array(PAGEBLOCK_FRAMES), new Uint8Array(PAGEBLOCK_FRAMES)];
    const made = { first, now, type: -1 };
    this._blocks.set(number, made);
    return made;
  }

  /** A frame is free or in use from now on; at first it was the other. Whether it was that now. */
  private _become(frame: number, before: number, after: number): boolean {
    const { first, now } = this._block(frame);
    const at = frame % PAGEBLOCK_FRAMES;
    const was = now[at];
    if (was === UNKNOWN) first[at] = before;
    now[at] = after;
    return was !== after;
  }

  /** A request got a block. */
  give(pfn: number, order: number, migratetype: number): void {
    const block = this._block(pfn);
    if (block.type < 0) block.type = migratetype;
    for (let frame = pfn; frame < pfn + 2 ** order; frame += 1) this._become(frame, FREE, USED);
  }

  /** A block is freed. Its frames that were in use, as far as anyone knew. */
  free(pfn: number, order: number): number[] {
    const freed: number[] = [];
    for (let frame = pfn; frame < pfn + 2 ** order; frame += 1) {
      if (this._become(frame, USED, FREE)) freed.push(frame);
    }
    return freed;
  }

  /** Whether a frame is in use as far as events say. */
  isUsed(pfn: number): boolean {
    return this._block(pfn).now[pfn % PAGEBLOCK_FRAMES] === USED;
  }

  /** Frames of pageblocks that events name. */
  get frames(): number {
    return this._blocks.size * PAGEBLOCK_FRAMES;
  }

  /** In the form of docs/recordings.md: one zone, empty per-cpu lists, no watermarks. */
  state(label: 'start' | 'end', cpus: number): string {
    const numbers = [...this._blocks.keys()].toSorted((a, b) => a - b);
    const [lowest = 0] = numbers;
    const start = Math.max(1, lowest * PAGEBLOCK_FRAMES);
    const span = ((numbers.at(-1) ?? 0) + 1) * PAGEBLOCK_FRAMES - start;
    const present = this.frames - (lowest === 0 ? 1 : 0);
    const types = Array.from({ length: (numbers.at(-1) ?? 0) - lowest + 1 }, (_, at) =>
      this._typeOf(lowest + at),
    );
    const lists = new Map<string, number[]>();
    for (const number of numbers) this._list(number, label, lists);
    return [
      `pagestate ${label} pageblock_order ${PAGEBLOCK_ORDER} pcp_lists ${PCP_LISTS}`,
      `zone DMA start ${start} spanned ${span} present ${present} managed ${present} min 0 low 0 high 0 boost 0 reserve 0 0 0 0 0 highatomic 0 flags 0`,
      `blocks ${types.join(' ')}`,
      ...[...lists].map(([list, frames]) => `free ${list} ${frames.join(' ')}`),
      ...Array.from({ length: cpus }, (_, cpu) => pcpLines(cpu, cpus)).flat(),
      'end',
      '',
    ].join('\n');
  }

  /** Of a pageblock that no event names: there is no memory. */
  private _typeOf(number: number): number {
    const block = this._blocks.get(number);
    if (block === undefined) return -1;
    return block.type < 0 ? MIGRATE_MOVABLE : block.type;
  }

  /** The free blocks of a pageblock, as large as they can be. */
  private _list(number: number, label: 'start' | 'end', lists: Map<string, number[]>): void {
    const block = this._blocks.get(number) as Pageblock;
    const frames = label === 'start' ? block.first : block.now;
    const base = number * PAGEBLOCK_FRAMES;
    for (let at = 0; at < PAGEBLOCK_FRAMES;) {
      if (frames[at] !== FREE) {
        at += 1;
        continue;
      }
      let order = 0;
      while (order < PAGEBLOCK_ORDER && isFree(frames, at, order + 1)) order += 1;
      const list = `${order} ${this._typeOf(number)}`;
      const blocks = lists.get(list);
      if (blocks === undefined) lists.set(list, [base + at]);
      else blocks.push(base + at);
      at += 2 ** order;
    }
  }
}

function isFree(frames: Uint8Array, at: number, order: number): boolean {
  const size = 2 ** order;
  return at % size === 0 && frames.subarray(at, at + size).every((state) => state === FREE);
}

function pcpLines(cpu: number, cpus: number): string[] {
  const sizes = 'high 0 high_min 0 high_max 0 batch 1 flags 0 alloc_factor 0 free_count 0';
  return [...(cpus > 1 ? [`cpu ${cpu}`] : []), `pcp count 0 ${sizes}`];
}
