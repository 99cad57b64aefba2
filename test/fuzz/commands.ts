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
/** Answers that later calls may be given again. */
const ANSWERS = 8;

type Call = (...words: number[]) => number | void;

/** Those that are made before a guest has booted, or with addresses and numbers that the core gave: none but src/core makes them. */
const NOT_CALLED: ReadonlySet<string> = new Set([
  'attach',
  'blockInUse',
  'create',
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
  'steadyEnd',
  'steadyFill',
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
/** Small ones above all: orders, processors, kinds, zones. */
const word = fc.oneof(
  { weight: 8, arbitrary: fc.nat({ max: 1 }) },
  { weight: 6, arbitrary: fc.nat({ max: 3 }) },
  { weight: 4, arbitrary: fc.nat({ max: OBJECTS }) },
  { weight: 4, arbitrary: fc.nat({ max: REGION.start + REGION.count }) },
  { weight: 1, arbitrary: fc.constantFrom(...WILD) },
  { weight: 1, arbitrary: fc.integer() },
);
/** What one of the last calls answered, mostly a block, and places inside it: { answer: which of them, plus }. */
const plus = fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.constantFrom(-1, 1, 511, 512));
const answered = fc.record({ answer: fc.nat({ max: ANSWERS - 1 }), plus });
const argument = fc.oneof({ weight: 4, arbitrary: word }, { weight: 1, arbitrary: answered });
type Argument = number | { readonly answer: number; readonly plus: number };
/** Words of lists are frames, orders and counts; few of them, so that some stand there twice. */
const list = fc.array(fc.oneof(word, { weight: 2, arbitrary: answered }), { maxLength: 8 });
/** What becomes of the scratch area first: words over all or a part of what the last call left there, or one of those again. */
const scratch = fc.oneof(
  fc.record({ from: fc.constantFrom(0, 0, 1, 3), words: list, isRepeated: fc.boolean() }),
  fc.record({ from: fc.nat({ max: 4 }), to: fc.nat({ max: 4 }), plus }),
);
const step = fc.record({
  which: fc.nat(),
  words: fc.array(argument, { minLength: 9, maxLength: 9 }),
  scratch: fc.option(scratch, { freq: 3, nil: undefined }),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type Scratch = NonNullable<Step['scratch']>;

const OFTEN = [
  'balloonRequest',
  'balloonEnter',
  'balloonPop',
  'balloonRelease',
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
  /** Answers of the last calls that were no refusal, the newest first. */
  #answers: number[] = [];
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
    this.#answers = [];
    for (const one of steps) this.#act(core, one);
    this.#core = core;
  }

  #act(core: Core, { which, words, scratch: given }: Step): void {
    const name = this.names[which % this.names.length] as string;
    const calls = rawOf(core) as unknown as Record<string, Call>;
    const call = calls[name] as Call;
    if (given !== undefined) this.#write(core, given);
    const args = words.slice(0, call.length).map((one) => this.#valueOf(one));
    let answer: number | void;
    try {
      answer = call(...args);
      core.moves.take(() => {});
      const fault = verify(core);
      if (fault !== undefined) throw new Error(faultText(fault));
    } catch (error) {
      throw new Error(`${name}(${args.join(', ')}): ${String(error)}`, { cause: error });
    }
    if (typeof answer === 'number' && answer > 0) this.#answers.unshift(answer);
    this.#answers.length = Math.min(this.#answers.length, ANSWERS);
    this.#tally.add('calls');
    this.#tally.add(typeof answer === 'number' && answer < 0 ? 'refused' : name);
  }

  #valueOf(one: Argument): number {
    if (typeof one === 'number') return one;
    return (this.#answers[one.answer] ?? 0) + one.plus;
  }

  #write(core: Core, given: Scratch): void {
    const { from } = given;
    const first = headerWord(core, GUEST_SCRATCH_OFFSET) >>> 2;
    const area = wordsOf(core).subarray(first, first + SCRATCH_WORDS);
    if ('to' in given) {
      area[given.to] = (area[from] as number) + given.plus;
      return;
    }
    const { words, isRepeated } = given;
    const end = isRepeated ? SCRATCH_WORDS : from + words.length;
    for (let at = from; at < end; at += 1) {
      area[at] = this.#valueOf(words[(at - from) % words.length] ?? 0);
    }
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
    const tally = new Tally([
      'calls',
      'refused',
      'objectTouch',
      'releaseRange',
      'balloonEnter',
      'balloonRelease',
    ]);
    const victim = new Victim(tally, [...names, ...OFTEN]);
    const property = fc.property(
      fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }),
      (steps) => victim.run(steps),
    );
    const tried = (): Record<string, number> => ({ calls: tally.counts()['calls'] ?? 0 });
    return { property, missing: tally.missing, tried };
  },
};
