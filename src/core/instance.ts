// One Wasm instance with views of its memory. The files of src/core work on it (instanceOf in
// core.ts gives it to them); the room's face does not export it. A guest that nobody uses may be at rest: its memory is
// packed, and another guest has the instance. Whoever looks at it next wakes it and notices nothing.

import {
  BUFFER_SLOT_BYTES,
  GUEST_BASE,
  GUEST_BYTES,
  GUEST_BUFFER_OFFSET,
  STATS_BASE,
  STATS_MAX,
} from '../abi/layout.ts';
import { HandleEnded } from '../check/index.ts';
import type { CoreConfig } from './config.ts';
import type { CoreExports } from './exports.ts';

/** Who said that it has ended, and why. */
export interface Ended {
  readonly what: string;
  readonly why: string;
}

/** The calls of a guest; of one that is half awake (halves.ts) they put the rest in place where it is looked at. */
export type Calls = CoreExports & { whole?(): CoreExports };

/** A guest's calls, and views of its memory. */
class Views {
  raw: Calls;
  readonly bytes: Uint8Array;
  readonly words: Uint32Array;
  readonly header: Uint32Array;
  readonly stats: Float64Array;
  readonly program: Uint32Array;

  /** The guest has been laid out. */
  constructor(raw: Calls, { bufferSlots }: Required<CoreConfig>) {
    const { buffer } = raw.memory;
    this.raw = raw;
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
    this.header = new Uint32Array(buffer, GUEST_BASE, GUEST_BYTES >> 2);
    this.stats = new Float64Array(buffer, STATS_BASE, STATS_MAX);
    const words = (bufferSlots * BUFFER_SLOT_BYTES) >> 2;
    const at = this.header[GUEST_BUFFER_OFFSET >> 2] as number;
    this.program = new Uint32Array(buffer, at, words);
  }
}

/** What stands in the views' place when there is nothing to see. */
function endedViews({ what, why }: Ended): Views {
  const refuse = (): never => {
    throw new HandleEnded(what, why);
  };
  return new Proxy({}, { get: refuse }) as Views;
}

/** Free frames, and those of them that lie in free blocks of 2 MiB and more. */
export interface FreeSpace {
  readonly frames: number;
  readonly wholeFrames: number;
}

/** A guest at rest, what is looked at often, and who wakes it. */
export interface Rest extends Pick<Views, 'header' | 'stats'> {
  readonly packed: Int32Array<ArrayBuffer>;
  /** What was free when it lay down, and how scattered it was, where that is known. */
  readonly free?: FreeSpace | undefined;
  readonly score?: number;
  /** The guest again, in a memory of its sizes. */
  wake(instance: Instance): Calls;
}

/** Asks a guest the same again and again: before it lies down it hears of that, and need not wake it with its next question. */
export interface Asker {
  beforeRest(): void;
}

export class Instance {
  readonly config: Required<CoreConfig>;
  /** undefined as long as it has not. */
  ended: Ended | undefined;
  /** Somebody has looked at it since this was last set to false. */
  isUsed = true;
  /** What it is while it rests; undefined: it is awake. */
  rest: Rest | undefined;
  /** undefined: nobody asked for it. */
  askers: Set<Asker> | undefined;
  private _views: Views | undefined;

  /** A guest that has been laid out, or one at rest. */
  constructor(guest: CoreExports | Rest, config: Required<CoreConfig>) {
    this.config = config;
    if ('packed' in guest) this.rest = guest;
    else this._views = new Views(guest, config);
  }

  /** The guest for a look at anything but records of frames in its CZone region: those may be packed still. */
  get outer(): Views {
    this.isUsed = true;
    return this._views ?? this._wake();
  }

  private _wake(): Views {
    const rest = this.rest as Rest;
    const views = new Views(rest.wake(this), this.config);
    this.rest = undefined;
    this._views = views;
    return views;
  }

  private get _whole(): Views {
    const views = this.outer;
    views.raw.whole?.();
    return views;
  }

  /** It rests from now on. What its calls were: another may work on it. */
  lieDown(rest: Rest): Calls {
    const { raw } = this.outer;
    this.rest = rest;
    this._views = undefined;
    return raw;
  }

  get raw(): Calls {
    return this.outer.raw;
  }

  /** The whole memory, as bytes and as words: an address shifted right by 2 is a word's index. */
  get bytes(): Uint8Array {
    return this._whole.bytes;
  }

  get words(): Uint32Array {
    return this._whole.words;
  }

  /** Room for the commands of a recording and for their log. */
  get program(): Uint32Array {
    return this.outer.program;
  }

  /**
   * From now on whatever comes here throws HandleEnded. No view of the memory has left this room, so
   * nobody holds anything else. What the calls were is the answer: another may work on it. undefined: it was at rest.
   */
  end(what: string, why: string): Calls | undefined {
    const raw = this._views?.raw;
    void raw?.memory; // throws where it has ended already
    this.endAs({ what, why });
    return raw;
  }

  /** The same, when there is nothing to hand on. */
  endAs(ended: Ended): void {
    this.ended = ended;
    this.rest = undefined;
    this._views = endedViews(ended);
  }

  /** A word of the guest header by its byte offset. Looking wakes nobody. */
  headerWord(offset: number): number {
    return (this.rest ?? this.outer).header[offset >> 2] ?? 0;
  }

  /** A counter by its STAT_* index. Looking wakes nobody. */
  stat(index: number): number {
    return (this.rest ?? this.outer).stats[index] ?? 0;
  }

  /** What one call did for several is counted as theirs. */
  addToStat(index: number, count: number): void {
    const { stats } = this.outer;
    stats[index] = (stats[index] as number) + count;
  }

  setHeaderWord(offset: number, value: number): void {
    this.outer.header[offset >> 2] = value;
  }

  /** The word at an address where no record of a frame in the CZone region lies. */
  word(address: number): number {
    return this.outer.words[address >>> 2] ?? 0;
  }

  setWord(address: number, value: number): void {
    this.words[address >>> 2] = value;
  }
}
