// Guests whose memory this thread has unpacked. Beyond a limit those that were not used for longest are packed, and others
// get their instances: results do not depend on it, and thousands of guests fit where hundreds did.

import { GUEST_BASE, GUEST_BYTES, STATS_BASE, STATS_MAX } from '../abi/layout.ts';
import { expectNumber } from '../check/index.ts';
import { type CoreConfig, expectSpace } from './config.ts';
import { type Core, type LeftInstance, instanceOf } from './core.ts';
import type { CoreExports } from './exports.ts';
import { freeSpaceOf } from './free-space.ts';
import {
  type Tables,
  clearTables,
  packedFrom,
  rawOf,
  tablesOf,
  wakeIn,
  wordsOf,
} from './halves.ts';
import type { Asker, Instance, Rest } from './instance.ts';
import { type CoreBuild, instantiate, isOnLlfree } from './instantiate.ts';
import { unpack } from './packed.ts';
import type { CoreSnapshot } from './snapshot.ts';

type Sizes = Required<CoreConfig>;

/** Guests that lie down at once: of so many memories one is near the size that is wanted. */
const BATCH = 8;
/** Looks at a guest until it lies down, if nobody uses it meanwhile. */
const LOOKS = 2;

function bytesOf(raw: CoreExports): number {
  return raw.memory.buffer.byteLength;
}

/** Cores with equal keys have equal tables. */
export function keyOf({ frames, cpus, czones, objects, nodes, bufferSlots, build }: Sizes): string {
  return [frames, cpus, czones, objects, nodes, bufferSlots, build].join('/');
}

/** A guest's memory, packed. */
export function packedOf(instance: Instance): Rest['packed'] {
  return instance.rest?.packed ?? packedFrom(instance.raw);
}

/** What is free in a guest, and how scattered that is. */
function seenOf(instance: Instance): Pick<Rest, 'free' | 'score'> {
  const free = isOnLlfree(instance.config.build) ? undefined : freeSpaceOf(instance);
  return { free, score: instance.raw.proactiveScore() };
}

/** A memory that nobody uses. */
interface Spare extends Partial<LeftInstance> {
  readonly build: CoreBuild;
  readonly raw: CoreExports;
  /** keyOf the guest that ended in it; undefined: others may have been there since it was laid out. */
  readonly key?: string;
}

export class Resident {
  private _limitBytes = Infinity;
  /** Of the memories of guests that are awake, and of spare ones. */
  private _bytes = 0;
  /** In the order in which they are looked at, round and round. */
  private readonly _awake: Instance[] = [];
  private _hand = 0;
  /** Memories that nobody uses. */
  private readonly _spare: Spare[] = [];
  /** What a guest of some sizes needs, once one has been laid out. */
  private readonly _needs = new Map<string, number>();
  private readonly _tables = new Map<string, Tables>();

  /** Guests beyond so many bytes lie down when another needs memory. */
  limit(bytes: number): void {
    this._limitBytes = expectNumber('guestBytes', bytes, 0, Infinity);
  }

  get isLimited(): boolean {
    return this._limitBytes < Infinity;
  }

  /** A memory laid out for a copy of an image, zero but for its header and nodes behind the image's. */
  blank({ config, end }: Pick<CoreSnapshot, 'config' | 'end'>): CoreExports {
    const raw = this._layOut(config, this._memoryFor(config));
    clearTables(raw, end);
    return raw;
  }

  /** A guest's memory is in use: it may lie down from now on. */
  enter(instance: Instance): void {
    this._awake.push(instance);
  }

  /** A guest that was awake has ended; what its calls were is another's. */
  leave(instance: Instance, left: LeftInstance): void {
    this.forget(instance, left.raw);
    this._bytes += bytesOf(left.raw);
    const { config } = instance;
    const { build } = config;
    const raw = rawOf(left.raw);
    // of one that was not all awake, marks do not say where its memory holds something
    this._spare.push(raw === left.raw ? { build, key: keyOf(config), ...left } : { build, raw });
  }

  /** What such a guest has left, if nobody has used it since: less of it must be cleared than of a blank one. */
  leftOf(config: Sizes): LeftInstance | undefined {
    const wanted = keyOf(config);
    const at = this._spare.findLastIndex(({ key }) => key === wanted);
    const [found] = at < 0 ? [] : this._spare.splice(at, 1);
    return found && { raw: found.raw, image: found.image };
  }

  /** The same where no limit holds any more: its memory is nobody's. Whether it was among those that are awake. */
  forget(instance: Instance, raw: CoreExports): boolean {
    const at = this._awake.indexOf(instance);
    if (at < 0) return false;
    this._take(at);
    this._bytes -= bytesOf(raw);
    return true;
  }

  /** Words of a guest of these sizes that has this header, as `packedOf` has them; -1: none of these sizes has. */
  wordsOf(config: Sizes, header: Uint32Array): number {
    const key = keyOf(config);
    let tables = this._tables.get(key);
    if (tables === undefined) {
      const raw = this._layOut(config, this._memoryFor(config));
      tables = tablesOf(raw);
      this._tables.set(key, tables);
      this._spare.push({ build: config.build, raw });
    }
    return wordsOf(tables, header);
  }

  /** The rest of a guest that was packed. */
  restOf(packed: Int32Array<ArrayBuffer>): Rest {
    const head = new Int32Array((STATS_BASE - GUEST_BASE) / 4 + 2 * STATS_MAX);
    unpack(packed, head);
    const header = new Uint32Array(head.buffer, 0, GUEST_BYTES / 4);
    return {
      packed,
      header,
      stats: new Float64Array(head.buffer, STATS_BASE - GUEST_BASE, STATS_MAX),
      wake: (instance) => this._wake({ packed, header }, instance),
    };
  }

  private _wake(rest: Pick<Rest, 'packed' | 'header'>, instance: Instance): CoreExports {
    const raw = this._layOut(instance.config, this._memoryFor(instance.config));
    const calls = wakeIn(raw, instance, rest);
    this._awake.push(instance);
    return calls;
  }

  private _layOut(config: Sizes, raw: CoreExports): CoreExports {
    const { frames, cpus, czones, objects, nodes, bufferSlots } = config;
    const before = bytesOf(raw);
    expectSpace(config, raw.layOut(frames, cpus, czones, objects, nodes, bufferSlots));
    this._bytes += bytesOf(raw) - before;
    const key = keyOf(config);
    this._needs.set(key, Math.min(this._needs.get(key) ?? Infinity, bytesOf(raw)));
    while (this._bytes > this._limitBytes) {
      const spare = this._spare.pop();
      if (spare === undefined) break;
      this._bytes -= bytesOf(spare.raw);
    }
    return raw;
  }

  /** A memory that nobody uses, as near as may be to the size that is wanted. */
  private _memoryFor(config: Sizes): CoreExports {
    const wanted = this._needs.get(keyOf(config)) ?? 0;
    if (this._bytes + wanted > this._limitBytes && this._spare.length === 0) this._packSome();
    const at = this._nearest(config.build, wanted);
    const [found] = at < 0 ? [] : this._spare.splice(at, 1);
    if (found !== undefined) return found.raw;
    const raw = instantiate(config.build);
    this._bytes += bytesOf(raw);
    return raw;
  }

  private _nearest(build: CoreBuild, wanted: number): number {
    let nearest = -1;
    let least = Infinity;
    this._spare.forEach((spare, at) => {
      const over = bytesOf(spare.raw) - wanted;
      // to grow one that is too small is worse than to use one that is too large
      const cost = over < 0 ? -2 * over : over;
      if (spare.build !== build || cost >= least) return;
      nearest = at;
      least = cost;
    });
    return nearest;
  }

  /** Of guests that nobody has used since the last look some lie down. */
  private _packSome(): void {
    const looks = LOOKS * this._awake.length;
    const enough = this._spare.length + BATCH;
    for (let look = 0; look < looks && this._spare.length < enough; look += 1) {
      if (this._awake.length === 0) return;
      if (this._hand >= this._awake.length) this._hand = 0;
      const instance = this._awake[this._hand] as Instance;
      if (instance.isUsed) {
        instance.isUsed = false;
        this._hand += 1;
        continue;
      }
      instance.askers?.forEach((asker) => asker.beforeRest());
      this._take(this._hand);
      const calls = instance.lieDown({ ...this.restOf(packedOf(instance)), ...seenOf(instance) });
      this._spare.push({ build: instance.config.build, raw: rawOf(calls) });
    }
  }

  /** Takes one out of those that are awake: the last comes in its place. */
  private _take(at: number): void {
    const last = this._awake.pop() as Instance;
    if (at < this._awake.length) this._awake[at] = last;
  }
}

let ofThread: Resident | undefined;

/** Of this thread, made when it is first asked for: who makes no guests of snapshots is without it. */
export function resident(): Resident {
  ofThread ??= new Resident();
  return ofThread;
}

/** Guests of this thread take so many bytes unpacked; those that were not used for longest are packed, and woken when they are. */
export function limitGuests(bytes: number): void {
  resident().limit(bytes);
}

/** Who asks the guest hears before it lies down, until forgetAsker(). */
export function askBeforeRest(core: Core, asker: Asker): void {
  const instance = instanceOf(core);
  instance.askers ??= new Set();
  instance.askers.add(asker);
}

export function forgetAsker(core: Core, asker: Asker): void {
  instanceOf(core).askers?.delete(asker);
}
