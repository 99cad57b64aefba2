// The plain part of the core's buddy (assembly/kernel/buddy.ts) in JavaScript over typed arrays: one zone, one type. The same
// splits, merges, head or tail, so the same frames. bench/core/loops.ts has the three phases; they are the same here.

const ORDER_MAX = 10;
const ORDERS = ORDER_MAX + 1;
const FREE = 16;
const TAIL = 160;
const NIL = -1;
const SEED = 12_345;
const HASH_TURN = 7;
const WORD_BITS = 32;
const WORDS = 2 ** WORD_BITS;

function add(hash: number, pfn: number): number {
  return ((hash << HASH_TURN) | (hash >>> (WORD_BITS - HASH_TURN))) ^ pfn;
}

export class TypedArrayBuddy {
  readonly #states: Uint8Array;
  readonly #next: Int32Array;
  readonly #prev: Int32Array;
  readonly #slots: Int32Array;
  readonly #head: Int32Array = new Int32Array(ORDERS).fill(NIL);
  readonly #tail: Int32Array = new Int32Array(ORDERS).fill(NIL);
  readonly #blocks: Int32Array = new Int32Array(ORDERS);
  #orders = 0;
  #free = 0;
  #draws = SEED;

  constructor(frames: number) {
    this.#states = new Uint8Array(frames).fill(TAIL);
    this.#next = new Int32Array(frames);
    this.#prev = new Int32Array(frames);
    this.#slots = new Int32Array(frames);
    for (let pfn = 0; pfn < frames; pfn += 1 << ORDER_MAX) this.#give(pfn, ORDER_MAX, true);
  }

  /** Frames on the lists. */
  get free(): number {
    return this.#free;
  }

  #link(pfn: number, order: number, toTail: boolean): void {
    this.#states[pfn] = FREE | order;
    if (toTail) {
      const tail = this.#tail[order] as number;
      this.#next[pfn] = NIL;
      this.#prev[pfn] = tail;
      if (tail === NIL) this.#head[order] = pfn;
      else this.#next[tail] = pfn;
      this.#tail[order] = pfn;
    } else {
      const head = this.#head[order] as number;
      this.#next[pfn] = head;
      this.#prev[pfn] = NIL;
      if (head === NIL) this.#tail[order] = pfn;
      else this.#prev[head] = pfn;
      this.#head[order] = pfn;
    }
    this.#orders |= 1 << order;
    this.#blocks[order] = (this.#blocks[order] as number) + 1;
  }

  #unlink(pfn: number, order: number): void {
    const next = this.#next[pfn] as number;
    const prev = this.#prev[pfn] as number;
    if (prev === NIL) this.#head[order] = next;
    else this.#next[prev] = next;
    if (next === NIL) this.#tail[order] = prev;
    else this.#prev[next] = prev;
    this.#states[pfn] = TAIL;
    if ((next & prev) === NIL) this.#orders &= ~(1 << order);
    this.#blocks[order] = (this.#blocks[order] as number) - 1;
  }

  #take(order: number): number {
    const orders = this.#orders >> order;
    if (orders === 0) return NIL;
    let found = order + 31 - Math.clz32(orders & -orders);
    const pfn = this.#head[found] as number;
    this.#unlink(pfn, found);
    while (found > order) {
      found -= 1;
      this.#link(pfn + (1 << found), found, false);
    }
    this.#free -= 1 << order;
    return pfn;
  }

  #give(freed: number, freedOrder: number, putLast: boolean): void {
    let pfn = freed;
    let buddy = freed;
    let order = freedOrder;
    this.#free += 1 << order;
    while (order < ORDER_MAX) {
      buddy = pfn ^ (1 << order);
      if (this.#states[buddy] !== (FREE | order)) break;
      this.#unlink(buddy, order);
      pfn &= buddy;
      order += 1;
    }
    if (pfn !== freed) this.#states[freed] = TAIL;
    let toTail = putLast;
    if (!putLast && order < ORDER_MAX - 1) {
      toTail = this.#states[(pfn & buddy) ^ (2 << order)] === (FREE | (order + 1));
    }
    this.#link(pfn, order, toTail);
  }

  /** A number below `limit`: xorshift32. */
  #draw(limit: number): number {
    let x = this.#draws;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#draws = x;
    return ((x >>> 0) * limit) / WORDS;
  }

  fill(blocks: number, order: number, from = 0): number {
    let hash = from;
    for (let at = 0; at < blocks; at += 1) {
      const pfn = this.#take(order);
      this.#slots[at] = pfn;
      hash = add(hash, pfn);
    }
    return hash;
  }

  empty(blocks: number, order: number): void {
    for (let at = blocks - 1; at >= 0; at -= 1) {
      const pfn = this.#slots[at] as number;
      if (pfn !== NIL) this.#give(pfn, order, false);
    }
  }

  bulk(blocks: number, order: number, rounds: number): number {
    let hash = 0;
    for (let round = 0; round < rounds; round += 1) {
      hash = this.fill(blocks, order, hash);
      this.empty(blocks, order);
    }
    return hash;
  }

  warm(order: number, pairs: number): number {
    let hash = 0;
    for (let pair = 0; pair < pairs; pair += 1) {
      const pfn = this.#take(order);
      hash = add(hash, pfn);
      this.#give(pfn, order, false);
    }
    return hash;
  }

  random(blocks: number, order: number, steps: number): number {
    let hash = 0;
    this.#draws = SEED;
    for (let step = 0; step < steps; step += 1) {
      const slot = this.#draw(blocks) >>> 0;
      const held = this.#slots[slot] as number;
      if (held === NIL) {
        const pfn = this.#take(order);
        this.#slots[slot] = pfn;
        hash = add(hash, pfn);
      } else {
        this.#give(held, order, false);
        this.#slots[slot] = NIL;
      }
    }
    return hash;
  }
}
