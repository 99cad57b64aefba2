// The per-cpu lists as a trace tells them: each frame that comes onto one or leaves it has an event, so they can be followed
// without an allocator.

import { COSTLY_ORDER, MIGRATE_MOVABLE, MIGRATE_PCPTYPES, PCP_LISTS } from '../../core/index.ts';
import type { AllocatorState } from '../read/index.ts';

/** The per-cpu list of an order and type; huge pages that are not movable share one. */
export function pcpListIndex(order: number, type: number): number {
  if (order <= COSTLY_ORDER) return MIGRATE_PCPTYPES * order + type;
  return PCP_LISTS - 2 + Number(type === MIGRATE_MOVABLE);
}

export interface ListPlace {
  readonly zone: number;
  readonly cpu: number;
  readonly index: number;
}

/** A list by its ends. */
export interface ShadowList {
  readonly place: ListPlace;
  head: ListedBlock | undefined;
  tail: ListedBlock | undefined;
}

/** A block on a list, its neighbours towards the head and the tail. */
export interface ListedBlock {
  readonly pfn: number;
  readonly list: ShadowList;
  /** The event that put it there; -1: it was there before all. */
  readonly since: number;
  above: ListedBlock | undefined;
  below: ListedBlock | undefined;
  /** When it was at the head: from, to, from, to; the last `to` is missing while it is. Events. */
  readonly atHead: number[];
}

export class ShadowLists {
  readonly #lists = new Map<string, ShadowList>();
  readonly #blocks = new Map<number, ListedBlock>();

  constructor({ zones }: AllocatorState) {
    for (const { index: zone, pcps } of zones) {
      pcps.forEach(({ lists }, cpu) => {
        lists.forEach((list, index) => {
          for (const pfn of list) this.append(pfn, { zone, cpu, index }, -1);
        });
      });
    }
  }

  find(pfn: number): ListedBlock | undefined {
    return this.#blocks.get(pfn);
  }

  at(place: ListPlace): ShadowList {
    const key = `${place.zone} ${place.cpu} ${place.index}`;
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    const list = { place, head: undefined, tail: undefined };
    this.#lists.set(key, list);
    return list;
  }

  /** A freed block comes to the head. */
  push(pfn: number, place: ListPlace, event: number): void {
    const list = this.at(place);
    const block = this.#enter(pfn, list, event, [event]);
    block.below = list.head;
    block.below?.atHead.push(event);
    if (block.below === undefined) list.tail = block;
    else block.below.above = block;
    list.head = block;
  }

  /** A block of a refill comes to the tail. */
  append(pfn: number, place: ListPlace, event: number): void {
    const list = this.at(place);
    const block = this.#enter(pfn, list, event, list.tail === undefined ? [event] : []);
    block.above = list.tail;
    if (block.above === undefined) list.head = block;
    else block.above.below = block;
    list.tail = block;
  }

  /** A block leaves whatever list it is on. */
  remove(pfn: number, event: number): void {
    const block = this.#blocks.get(pfn);
    if (block === undefined) return;
    this.#blocks.delete(pfn);
    const { list, above, below } = block;
    if (above === undefined) {
      list.head = below;
      below?.atHead.push(event);
    } else above.below = below;
    if (below === undefined) list.tail = above;
    else below.above = above;
  }

  #enter(pfn: number, list: ShadowList, since: number, atHead: number[]): ListedBlock {
    this.remove(pfn, since);
    const block = { pfn, list, since, above: undefined, below: undefined, atHead };
    this.#blocks.set(pfn, block);
    return block;
  }
}
