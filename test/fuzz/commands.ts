// Every call that a booted core exports, in any order and with any 32-bit arguments: each answers, and all invariants hold after it.

import fc from 'fast-check';
import { GFP_HIGHUSER_MOVABLE } from '../../src/abi/gfp.ts';
import { GUEST_SCRATCH_OFFSET, KERNEL_ZONES, OBJECT_ANON } from '../../src/abi/layout.ts';
import { NONE } from '../../src/abi/unit.ts';
import { type Core, type CoreSnapshot, faultText, verify } from '../../src/core/index.ts';
import type { CoreExports } from '../../src/core/exports.ts';
import { headerWord, rawOf, wordsOf } from '../../src/core/raw.ts';
import { bootGuest } from '../support/core.ts';
import { type Fuzzer, Tally } from './fuzzer.ts';

const FRAMES = 0x2000;
const REGION = { start: 0x2000, count: 0x1000, block: 512 };
const OBJECTS = 16;
/** Words of the lists that calls take, which lie in memory. */
const SCRATCH_WORDS = 64;

type Call = (...words: number[]) => number | void;

/** Those that are made before a guest has booted, or with addresses and numbers that the core gave: none but src/core makes them. */
const NOT_CALLED: ReadonlySet<string> = new Set([
  'attach',
  'blockInUse',
  'create',
  'czoneNextBlock',
  'czoneRegion',
  'finishBoot',
  'layOut',
  'memory',
  'memoryHandOver',
  'memoryPresent',
  'nonZeroEnd',
  'nonZeroStart',
  'programLog',
  'programRun',
  'stateBlock',
  'stateDone',
  'stateFree',
  'stateParked',
  'verifyAll',
  'zoneSpan',
]);

function guest(): Core {
  const core = bootGuest({
    frames: FRAMES,
    spanFrames: REGION.start + REGION.count,
    config: { czones: 4, objects: OBJECTS },
    image: { start: 0x1800, count: 128 },
  });
  const raw = rawOf(core);
  raw.czoneRegion(REGION.start, REGION.count, REGION.block);
  raw.czonePlug(REGION.start, REGION.count / 2);
  for (let zone = 0; zone < 2; zone += 1) raw.czoneCreate(zone, 4 * REGION.block, 1);
  for (const zone of [NONE, NONE, KERNEL_ZONES, KERNEL_ZONES + 1]) {
    const id = raw.objectCreate(OBJECT_ANON, zone, GFP_HIGHUSER_MOVABLE, 0);
    raw.objectTouch(id, 0, 300, 1, 0);
  }
  return core;
}

const WILD = [
  -1,
  NONE,
  2 ** 31,
  2 ** 31 - 1,
  2 ** 32 - 1,
  FRAMES,
  FRAMES - 1,
  REGION.start,
  1 << 20,
];
const word = fc.oneof(
  { weight: 6, arbitrary: fc.nat({ max: 3 }) },
  { weight: 4, arbitrary: fc.nat({ max: OBJECTS }) },
  { weight: 4, arbitrary: fc.nat({ max: REGION.start + REGION.count }) },
  { weight: 1, arbitrary: fc.constantFrom(...WILD) },
  { weight: 1, arbitrary: fc.integer() },
);
/** Words of lists are frames, orders and counts. */
const list = fc.array(word, { maxLength: 8 });
const step = fc.record({
  which: fc.nat(),
  words: fc.array(word, { minLength: 9, maxLength: 9 }),
  list: fc.option(list, { freq: 3, nil: undefined }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const OFTEN = [
  'objectCreate',
  'objectTouch',
  'objectTouch',
  'allocPages',
  'czoneCreate',
  'objectFork',
];

class Victim {
  readonly names: readonly string[];
  readonly #tally: Tally;
  #core: Core | undefined;
  #booted: CoreSnapshot | undefined;

  constructor(tally: Tally, names: readonly string[]) {
    this.#tally = tally;
    this.names = names;
  }

  run(steps: readonly Step[]): void {
    const core = this.#core ?? guest();
    this.#core = undefined; // left behind after a failure
    this.#booted ??= core.snapshot();
    core.restore(this.#booted);
    for (const one of steps) this.#act(core, one);
    this.#core = core;
  }

  #act(core: Core, { which, words, list: given }: Step): void {
    const name = this.names[which % this.names.length] as string;
    const calls = rawOf(core) as unknown as Record<string, Call>;
    const call = calls[name] as Call;
    const first = headerWord(core, GUEST_SCRATCH_OFFSET) >>> 2;
    if (given !== undefined) {
      for (let at = 0; at < SCRATCH_WORDS; at += 1) {
        wordsOf(core)[first + at] = given[at % Math.max(1, given.length)] ?? 0;
      }
    }
    const args = words.slice(0, call.length);
    let answer: number | void;
    try {
      answer = call(...args);
      core.moves.take(() => {});
      const fault = verify(core);
      if (fault !== undefined) throw new Error(faultText(fault));
    } catch (error) {
      throw new Error(`${name}(${args.join(', ')}): ${String(error)}`, { cause: error });
    }
    this.#tally.add('calls');
    this.#tally.add(typeof answer === 'number' && answer < 0 ? 'refused' : `${name}`);
  }
}

export const commands: Fuzzer = {
  name: 'commands',
  sentence: 'Calls of the core with any arguments answer, and every invariant holds after each.',
  cases: 100,
  night: 1_000_000,
  create: () => {
    const exported = Object.keys(rawOf(guest())) as (keyof CoreExports)[];
    const names = exported.filter((name) => !NOT_CALLED.has(name)).toSorted();
    const tally = new Tally(['calls', 'refused', 'objectTouch', 'releaseRange']);
    const victim = new Victim(tally, [...names, ...OFTEN]);
    const property = fc.property(
      fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }),
      (steps) => victim.run(steps),
    );
    const tried = (): Record<string, number> => ({ calls: tally.counts()['calls'] ?? 0 });
    return { property, missing: tally.missing, tried };
  },
};
