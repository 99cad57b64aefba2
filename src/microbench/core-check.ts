// A core of somebody's own beside the standard one: both do the same thousands of things, and the own one walks every invariant on
// the way. The walk is the verify build's, so it is compiled from what the own core was compiled from.

import { FRAMES_PER_MIB, ORDER_MAX, THP_ORDER } from '../abi/unit.ts';
import {
  COMPACT_SYNC_LIGHT,
  type CompiledCore,
  Core,
  CoreError,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  GFP_RECLAIMABLE,
  NONE,
  OBJECT_ANON,
  boot,
  compiledCore,
  faultText,
  layoutOf,
  useCore,
  verify,
} from '../core/index.ts';
import { type Random, randomStream } from '../time/index.ts';

const GUEST_FRAMES = 64 * FRAMES_PER_MIB;
const OPERATIONS = 20_000;
/** Operations from one walk of all invariants to the next. */
const WALK_EVERY = 100;
const BLOCKS_MOST = 3000;
const OBJECT_PAGES = 300;
const OBJECTS_MOST = 30;
const MASKS: readonly number[] = [GFP_HIGHUSER_MOVABLE, GFP_KERNEL, GFP_KERNEL | GFP_RECLAIMABLE];

/** What came of it. */
export interface CoreVerdict {
  /** `equal`: the standard core's frames in every answer. `sound`: others, and no rule is broken. `broken`: one is. */
  readonly word: 'equal' | 'sound' | 'broken';
  /** Operations that were done. */
  readonly operations: number;
  /** The first operation with another answer; of what is broken, the last one before it was seen. */
  readonly at?: number;
  /** The broken rule, or what the core died of. */
  readonly fault?: string;
}

/** What an operation is, drawn once for both cores: a choice among what each has is by a share of it. */
interface Drawn {
  readonly kind: number;
  readonly share: number;
  readonly order: number;
  readonly gfp: number;
}

/** Mostly single pages, rarely the largest blocks. */
function drawn(random: Random): Drawn {
  const [kind, share, size, type] = [1, 2, 3, 4].map(() => random.nextUnit()) as [
    number,
    number,
    number,
    number,
  ];
  const order = Math.min(ORDER_MAX, Math.floor(-Math.log2(size) * 1.5));
  return { kind, share, order, gfp: MASKS[Math.floor(type * MASKS.length)] as number };
}

/** A guest without a kernel, and what has been taken from it. */
class Actor {
  readonly core: Core;
  readonly #blocks: (readonly [pfn: number, order: number])[] = [];
  readonly #objects: number[] = [];

  constructor() {
    this.core = Core.create({ frames: GUEST_FRAMES, build: 'verify' });
    boot(this.core, layoutOf(GUEST_FRAMES, []), false);
  }

  /** Carries it out; the answer. */
  do({ kind, share, order, gfp }: Drawn): number {
    if (kind < 0.45 && this.#blocks.length < BLOCKS_MOST) return this.#take(gfp, order);
    if (kind < 0.85) return this.#give(share);
    if (kind < 0.92) return this.#touch(share);
    if (kind < 0.97) return this.#end(share);
    if (kind < 0.99) return this.core.compaction.direct(gfp, THP_ORDER, COMPACT_SYNC_LIGHT, 0);
    this.core.pages.drainAll();
    return 0;
  }

  #take(gfp: number, order: number): number {
    const pfn = this.core.pages.alloc(gfp, order, 0);
    if (pfn >= 0) this.#blocks.push([pfn, order]);
    return pfn;
  }

  #give(share: number): number {
    const at = Math.floor(share * this.#blocks.length);
    const [block] = this.#blocks.splice(at, 1);
    return block === undefined ? 0 : this.core.pages.free(block[0], block[1], 0);
  }

  #touch(share: number): number {
    if (this.#objects.length >= OBJECTS_MOST) return this.#end(share);
    const { objects } = this.core;
    const id = objects.create(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE);
    if (id < 0) return id;
    this.#objects.push(id);
    return objects.touch(id, 0, Math.ceil(share * OBJECT_PAGES), true, 0);
  }

  #end(share: number): number {
    const [id] = this.#objects.splice(Math.floor(share * this.#objects.length), 1);
    return id === undefined ? 0 : this.core.objects.destroy(id, 0);
  }
}

/** What the core breaks or dies of; undefined: nothing. */
function faultOf(core: Core): string | undefined {
  const fault = verify(core);
  return fault === undefined ? undefined : faultText(fault);
}

function diedOf(error: unknown): string {
  const isTrap = error instanceof Error && error.name === 'RuntimeError';
  if (!(error instanceof CoreError || isTrap)) throw error;
  return (error as Error).message;
}

type Heard = (done: number, total: number) => void;

function compare(standard: Actor, makeOwn: () => Actor, onWalk?: Heard): CoreVerdict {
  const random = randomStream(1, 'core-check');
  let differs: number | undefined;
  let operation = 0;
  try {
    const own = makeOwn();
    for (; operation < OPERATIONS; operation += 1) {
      const what = drawn(random);
      const answer = own.do(what);
      if (answer !== standard.do(what)) differs ??= operation;
      const isWalked = operation % WALK_EVERY === 0;
      if (isWalked) onWalk?.(operation, OPERATIONS);
      const fault = isWalked ? faultOf(own.core) : undefined;
      if (fault !== undefined)
        return { word: 'broken', operations: operation + 1, at: operation, fault };
    }
    const fault = faultOf(own.core);
    if (fault !== undefined) return { word: 'broken', operations: operation, at: operation, fault };
  } catch (error) {
    return { word: 'broken', operations: operation, at: operation, fault: diedOf(error) };
  }
  if (differs === undefined) return { word: 'equal', operations: operation };
  return { word: 'sound', operations: operation, at: differs };
}

/** Tries a core that was built as the verify build is: its file, or what it was compiled to. Hears now and then how far it is. */
export function checkCore(own: BufferSource | CompiledCore, onWalk?: Heard): CoreVerdict {
  const standard = compiledCore('verify');
  const beside = new Actor();
  useCore('verify', own);
  try {
    return compare(beside, () => new Actor(), onWalk);
  } finally {
    useCore('verify', standard);
  }
}
