// Sequences of steps with what the real allocators answered (../shared/reference/llfree-golden.json), carried out here.

import { LlfreeCore, type LlfreeRules, llfreeFault } from '../../src/core/index.ts';
import { STATUS_NO_MEMORY } from '../../src/abi/status.ts';

export interface GoldenStep {
  readonly op: string;
  readonly result?: object;
  readonly result_by?: Readonly<Record<string, object>>;
  readonly meta_bytes?: Readonly<Record<string, object>>;
}

export interface GoldenSequence {
  readonly name: string;
  readonly tree_huge: number;
  readonly builds: readonly string[];
  readonly steps: readonly GoldenStep[];
}

/** Real builds whose rules these are; the others are the Rust port's, which differs. */
export function rulesOfBuild(build: string, step: GoldenStep): LlfreeRules | undefined {
  if (build === 'h') return 'kinds';
  if (build === 'hp') return 'kinds-installed';
  if (!build.startsWith('c')) return undefined;
  return step.op.split(' ')[3] === '1' ? 'movable' : 'simple';
}

/** Allocates one after another until it fails; the real runs say the first, the last and every 64th frame. */
function many(count: number, take: () => number): object {
  const got: number[] = [];
  while (got.length < count) {
    const frame = take();
    if (frame < 0) break;
    got.push(frame);
  }
  const ends = { count: got.length, first: got[0], last: got.at(-1) };
  return { ...ends, every64: got.filter((_, at) => at % 64 === 0) };
}

/** One allocator and the words in which the real runs are told. */
export class GoldenRun {
  #core: LlfreeCore | undefined;
  readonly #rules: LlfreeRules;
  readonly #treeHuge: number;

  constructor(rules: LlfreeRules, treeHuge: number) {
    this.#rules = rules;
    this.#treeHuge = treeHuge;
  }

  get core(): LlfreeCore {
    if (this.#core === undefined) throw new Error('init comes first');
    return this.#core;
  }

  #error(status: number): object {
    if (status >= 0) return { err: 0 };
    if (status === STATUS_NO_MEMORY) return { err: 1 };
    return { err: this.core.isToday ? 2 : 3 };
  }

  #init([frames = 0, cpus = 1, , state = 0]: readonly number[]): object {
    const config = { frames, cpus, rules: this.#rules, treeHuge: this.#treeHuge };
    this.#core = LlfreeCore.create({ ...config, isAllocated: state === 1 });
    return this.core.metadata;
  }

  #take([order = 0, cls = 0, slot = 0, frame]: readonly number[]): number {
    return this.core.get(order, cls, slot < 0 ? undefined : slot, frame);
  }

  #get(words: readonly number[]): object {
    const frame = this.#take(words);
    if (frame < 0) return this.#error(frame);
    const { lastClass, wasEvicted, isToday } = this.core;
    return isToday ? { frame, class: lastClass } : { frame, reclaimed: wasEvicted ? 1 : 0 };
  }

  #put([frame = 0, order = 0, third = 0, slot = 0]: readonly number[]): number {
    return this.core.isToday
      ? this.core.put(frame, order, third, slot < 0 ? undefined : slot)
      : this.core.put(frame, order, 0, third);
  }

  #putMany([first = 0, count = 0, stride = 1, order = 0, who = 0]: readonly number[]): object {
    let errs = 0;
    for (let at = 0; at < count; at += 1) {
      const third = this.core.isToday ? [Math.floor(who / 1000), who % 1000] : [who];
      if (this.#put([first + at * stride, order, ...third]) < 0) errs += 1;
    }
    return { errs };
  }

  #reclaim([kind = 0]: readonly number[]): object {
    const frame = this.core.reclaim(kind === 1);
    if (frame < 0) return this.#error(frame);
    return { err: 0, frame, was_reclaimed: this.core.wasEvicted ? 1 : 0 };
  }

  #reclaimMany([most = 0, kind = 0]: readonly number[]): object {
    const { every64: _, ...ends } = many(most, () => this.core.reclaim(kind === 1)) as {
      every64: unknown;
    };
    return ends;
  }

  #drain(cpu: number | undefined): object {
    this.core.drain(cpu);
    return {};
  }

  #state(): object {
    const { tables, isToday } = this.core;
    const trees = Array.from({ length: tables.trees }, (_, at) => {
      const { free, isReserved, class: cls } = tables.tree(at);
      const tree = `${free}${isReserved ? 'R' : ''}/${cls}`;
      if (isToday) return tree;
      const entries = Array.from({ length: tables.treeHuge }, (__, k) => {
        const entry = tables.entry(at * tables.treeHuge + k);
        return `${entry.free}${entry.isHuge ? 'H' : ''}${entry.isEvicted ? 'E' : ''}`;
      });
      return `${tree} [${entries.join(' ')}]`;
    });
    return { ...tables.count(), trees };
  }

  /** What the step came to. Throws when a walk finds the tables at fault. */
  step(op: string): object {
    const [name = '', ...words] = op.split(' ');
    const numbers = words.map(Number);
    const steps: Readonly<Record<string, () => object>> = {
      init: () => this.#init(numbers),
      get: () => this.#get(numbers),
      getn: () => many(numbers[0] ?? 0, () => this.#take(numbers.slice(1))),
      put: () => this.#error(this.#put(numbers)),
      putn: () => this.#putMany(numbers),
      drain: () => this.#drain(numbers[0]),
      reclaim: () => this.#reclaim(numbers),
      reclaimn: () => this.#reclaimMany(numbers),
      return: () => this.#error(this.core.giveBack(numbers[0] ?? 0)),
      install: () => this.#error(this.core.install(numbers[0] ?? 0)),
      state: () => this.#state(),
    };
    const act = steps[name];
    if (act === undefined) throw new Error(`no step ${name}`);
    const result = act();
    const fault = llfreeFault(this.core);
    if (fault !== undefined) throw new Error(`after ${op}: ${fault}`);
    return result;
  }
}
