// LLFree, an allocator of its own: one memory zone, of which a Wasm instance holds the tables.

import {
  LLFREE_ALL_ALLOCATED,
  LLFREE_ALL_FREE,
  LLFREE_CPUS_MOST,
  LLFREE_FRAMES_MOST,
  LLFREE_KINDS,
  LLFREE_KINDS_INSTALLED,
  LLFREE_KINDS_TREE_SHIFT_MOST,
  LLFREE_MOVABLE,
  LLFREE_RESULT_CLASS_OFFSET,
  LLFREE_RESULT_EVICTED_OFFSET,
  LLFREE_SIMPLE,
  LLFREE_TREE_SHIFT_MOST,
} from '../abi/llfree.ts';
import { NONE } from '../abi/unit.ts';
import { RefusedArgument, expectInteger, expectName, expectWords } from '../check/index.ts';
import { expectAnswer } from './error.ts';
import type { LlfreeExports } from './exports.ts';
import { instantiateLlfree } from './instantiate.ts';
import { type LlfreeMetadata, LlfreeTables } from './llfree-tables.ts';

/**
 * simple: LLFree of 2026, classes 0 small and 1 huge. movable: the same with 0 unmovable, 1 movable
 * and 2 huge, as Linux has it. kinds: HyperAlloc's artifact of 2024. kinds-installed: the same,
 * evicted huge frames of a tree last.
 */
export type LlfreeRules = 'simple' | 'movable' | 'kinds' | 'kinds-installed';

const RULES: Readonly<Record<LlfreeRules, number>> = {
  simple: LLFREE_SIMPLE,
  movable: LLFREE_MOVABLE,
  kinds: LLFREE_KINDS,
  'kinds-installed': LLFREE_KINDS_INSTALLED,
};

/** How large the zone is and by which rules it is handed out. Fixed for its life. */
export interface LlfreeConfig {
  readonly frames: number;
  readonly rules: LlfreeRules;
  /** Default 1. */
  readonly cpus?: number;
  /** Huge frames a tree, a power of two to 512, with kinds to 8. Default 8. */
  readonly treeHuge?: number;
  /** All memory begins allocated, as huge frames: a kernel that boots frees it. Default false. */
  readonly isAllocated?: boolean;
}

const TREE_HUGE = 8;

const GET = 'get order class slot frame';
const PUT = 'put frame order class slot';

function treeShiftOf(treeHuge: number, isKinds: boolean): number {
  const most = isKinds ? LLFREE_KINDS_TREE_SHIFT_MOST : LLFREE_TREE_SHIFT_MOST;
  expectInteger('treeHuge', treeHuge, 1, 1 << most);
  const shift = Math.log2(treeHuge);
  if (Number.isInteger(shift)) return shift;
  throw new RefusedArgument('treeHuge', 'a power of two', treeHuge);
}

/** Answers are zero or above, a STATUS_* below. */
export class LlfreeCore {
  private readonly _raw: LlfreeExports;
  readonly tables: LlfreeTables;
  /** Whether the rules are today's, not those with kinds. */
  readonly isToday: boolean;

  private constructor(raw: LlfreeExports, rules: LlfreeRules) {
    this._raw = raw;
    this.isToday = RULES[rules] < LLFREE_KINDS;
    this.tables = new LlfreeTables(raw.memory.buffer, !this.isToday);
  }

  static create(config: LlfreeConfig): LlfreeCore {
    const { rules } = config;
    expectName('rules', rules, Object.keys(RULES) as LlfreeRules[]);
    const frames = expectInteger('frames', config.frames, 1, LLFREE_FRAMES_MOST);
    const cpus = expectInteger('cpus', config.cpus ?? 1, 1, LLFREE_CPUS_MOST);
    const isKinds = RULES[rules] >= LLFREE_KINDS;
    const shift = treeShiftOf(config.treeHuge ?? TREE_HUGE, isKinds);
    const state = config.isAllocated === true ? LLFREE_ALL_ALLOCATED : LLFREE_ALL_FREE;
    const raw = instantiateLlfree();
    expectAnswer(raw.llfreeCreate(frames, cpus, shift, RULES[rules], state), 'create');
    return new LlfreeCore(raw, rules);
  }

  /**
   * 2^order frames, the first of them. By a slot of the class, today also by none, or with kinds for
   * a CPU, the class being 1 for a movable request. Just those at `frame` if it is said.
   */
  get(order: number, cls: number, slot?: number, frame?: number): number {
    expectWords(GET, order, cls, slot ?? 0, frame ?? 0);
    return this._raw.llfreeGet(order, cls, slot ?? NONE, frame ?? NONE);
  }

  /** Gives a block back. STATUS_BAD_STATE: it was not allocated, or of order 9 on not as huge frames. */
  put(frame: number, order: number, cls: number, slot?: number): number {
    expectWords(PUT, frame, order, cls, slot ?? 0);
    return this._raw.llfreePut(frame, order, cls, slot ?? NONE);
  }

  /** Class of the tree that the last block came from, as it is now. */
  get lastClass(): number {
    return this.tables.word(LLFREE_RESULT_CLASS_OFFSET);
  }

  /** Whether the last block got must be installed first; whether the last one reclaimed was evicted. */
  get wasEvicted(): boolean {
    return this.tables.word(LLFREE_RESULT_EVICTED_OFFSET) === 1;
  }

  /** The slots of a CPU, or of all, let their trees go. */
  drain(cpu?: number): void {
    expectWords('drain cpu', cpu ?? 0);
    this._raw.llfreeDrain(cpu ?? NONE);
  }

  /** The monitor takes a free huge frame: softly, or so that it looks allocated. The frame. */
  reclaim(isHard: boolean): number {
    return this._raw.llfreeReclaim(isHard ? 1 : 0);
  }

  /** The monitor gives back what it took hard. */
  giveBack(frame: number): number {
    expectWords('giveBack frame', frame);
    return this._raw.llfreeReturn(frame);
  }

  /** The monitor has put memory behind an evicted huge frame. */
  install(frame: number): number {
    expectWords('install frame', frame);
    return this._raw.llfreeInstall(frame);
  }

  /** Bytes of its tables. */
  get metadata(): LlfreeMetadata {
    return this.tables.metadata;
  }
}
