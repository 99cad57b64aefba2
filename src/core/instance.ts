// One Wasm instance with views of its memory. The files of src/core work on it (instanceOf in
// core.ts gives it to them); the room's face does not export it.

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

export class Instance {
  readonly config: Required<CoreConfig>;
  /** undefined as long as it has not. */
  ended: Ended | undefined;
  raw: CoreExports;
  /** The whole memory, as bytes and as words: an address shifted right by 2 is a word's index. */
  bytes: Uint8Array;
  words: Uint32Array;
  /** The guest header. */
  header: Uint32Array;
  /** Counters by STAT_* index. */
  stats: Float64Array;
  /** Room for the commands of a recording and for their log. */
  program: Uint32Array;

  /** The guest has been laid out. */
  constructor(raw: CoreExports, config: Required<CoreConfig>) {
    this.config = config;
    this.raw = raw;
    const { buffer } = raw.memory;
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
    this.header = new Uint32Array(buffer, GUEST_BASE, GUEST_BYTES >> 2);
    this.stats = new Float64Array(buffer, STATS_BASE, STATS_MAX);
    const words = (config.bufferSlots * BUFFER_SLOT_BYTES) >> 2;
    this.program = new Uint32Array(buffer, this.headerWord(GUEST_BUFFER_OFFSET), words);
  }

  /**
   * From now on whatever comes here throws HandleEnded. No view of the memory has left this room, so
   * nobody holds anything else. What the calls were is the answer: another may work on it.
   */
  end(what: string, why: string): CoreExports {
    const { raw } = this;
    void raw.memory; // throws where it has ended already
    this.endAs({ what, why });
    return raw;
  }

  /** The same, when there is nothing to hand on. */
  endAs({ what, why }: Ended): void {
    this.ended = { what, why };
    const refuse = (): never => {
      throw new HandleEnded(what, why);
    };
    const dead = new Proxy({}, { get: refuse, set: refuse, has: refuse }) as never;
    this.raw = dead;
    this.bytes = dead;
    this.words = dead;
    this.header = dead;
    this.stats = dead;
    this.program = dead;
  }

  /** A word of the guest header by its byte offset. */
  headerWord(offset: number): number {
    return this.header[offset >> 2] ?? 0;
  }

  setHeaderWord(offset: number, value: number): void {
    this.header[offset >> 2] = value;
  }

  /** The word at an address. */
  word(address: number): number {
    return this.words[address >>> 2] ?? 0;
  }

  setWord(address: number, value: number): void {
    this.words[address >>> 2] = value;
  }
}
