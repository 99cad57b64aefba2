// What does a block cost, taken and given back? The bare buddy of one zone and the whole request in front of it, in loops
// inside Wasm, beside a C port and a typed-array port of the buddy's plain part, which get the very same frames; and LLFree by
// both of its rules, another allocator of the same memory.

import { GFP_HIGHUSER_MOVABLE } from '../src/abi/gfp.ts';
import { RECORD_BYTES } from '../src/abi/layout.ts';
import { LLFREE_KINDS, LLFREE_MOVABLE } from '../src/abi/llfree.ts';
import { CPort, compilePort } from './baseline/c-port.ts';
import { TypedArrayBuddy } from './baseline/typed-arrays.ts';
import { LlfreeCore, type LlfreeRules } from '../src/core/index.ts';
import {
  type LoopCore,
  bootLoops,
  loopCore,
  loopLlfree,
  loopModule,
  loopScript,
} from './core/instance.ts';
import {
  type BenchCase,
  type BenchReport,
  type BenchRow,
  type BenchSize,
  measure,
  ratio,
  WordHash,
} from './measure.ts';

const FRAMES_PER_GIB = 262_144;
const SMALL_FRAMES = 32_768;
const ORDERS = [0, 3, 9, 10] as const;
const PHASES = ['bulk', 'warm', 'random'] as const;
/** Pairs of a take and a give in one call. */
const LARGE_PAIRS = 2 ** 18;
const SMALL_PAIRS = 2 ** 10;

type Phase = (typeof PHASES)[number];

/** One call: half of memory in blocks of one order, so many pairs of take and give. */
interface Work {
  readonly phase: Phase;
  readonly order: number;
  readonly blocks: number;
  readonly pairs: number;
}

interface Answer {
  readonly hash: number;
  /** By another process's clock. */
  readonly ms?: number;
}

/** Something that hands out blocks. Warm and random phases begin with all of `blocks` taken. */
interface Rival {
  readonly name: string;
  /** The plain buddy: all such give out the same frames. */
  readonly plain: boolean;
  fill(blocks: number, order: number): unknown;
  empty(blocks: number, order: number): unknown;
  run(work: Work): Answer | Promise<Answer>;
}

/** A bulk phase goes over all blocks so often. */
function roundsOf({ blocks, pairs }: Work): number {
  return Math.max(1, Math.floor(pairs / blocks));
}

/** Pairs that a call does. */
function pairsOf(work: Work): number {
  return work.phase === 'bulk' ? roundsOf(work) * work.blocks : work.pairs;
}

/** What the phases are called with: rounds, pairs, or single steps. */
function countOf(work: Work): number {
  if (work.phase === 'bulk') return roundsOf(work);
  return work.phase === 'warm' ? work.pairs : 2 * work.pairs;
}

function byLoop(name: string, core: LoopCore, over: 'buddy' | 'request' | 'llfree'): Rival {
  return {
    name,
    plain: over === 'buddy',
    fill: core[`${over}Fill`],
    empty: core[`${over}Empty`],
    run: (work) => {
      const { phase, blocks, order } = work;
      const count = countOf(work);
      if (phase === 'bulk') return { hash: core[`${over}Bulk`](blocks, order, count) >>> 0 };
      if (phase === 'warm') return { hash: core[`${over}Warm`](order, count) >>> 0 };
      return { hash: core[`${over}Random`](blocks, order, count) >>> 0 };
    },
  };
}

function byPort(port: CPort): Rival {
  return {
    name: C_PORT,
    plain: true,
    fill: (blocks, order) => port.ask('fill', blocks, order, 0),
    empty: (blocks, order) => port.ask('empty', blocks, order, 0),
    run: (work) => port.ask(work.phase, work.blocks, work.order, countOf(work)),
  };
}

function byTypedArrays(frames: number): Rival {
  const buddy = new TypedArrayBuddy(frames);
  return {
    name: TYPED_ARRAYS,
    plain: true,
    fill: (blocks, order) => buddy.fill(blocks, order),
    empty: (blocks, order) => buddy.empty(blocks, order),
    run: (work) => {
      const { phase, blocks, order } = work;
      const count = countOf(work);
      if (phase === 'bulk') return { hash: buddy.bulk(blocks, order, count) >>> 0 };
      if (phase === 'warm') return { hash: buddy.warm(order, count) >>> 0 };
      return { hash: buddy.random(blocks, order, count) >>> 0 };
    },
  };
}

/** Warm requests of single pages from JavaScript: a crossing for each take and each give. */
function byCall(core: LoopCore, pairs: number): BenchCase {
  return {
    name: `${BY_CALL}, warm 0`,
    operations: pairs,
    run: () => {
      for (let pair = 0; pair < pairs; pair += 1) {
        core.freePages(core.allocPages(GFP_HIGHUSER_MOVABLE, 0, 0, 0), 0, 0);
      }
    },
  };
}

/** The answers of rivals that must be the same: those of the plain buddy, and those of requests. */
class Answers {
  readonly #found = new Map<string, number>();
  readonly hash: WordHash = new WordHash();

  check(of: string, hash: number): void {
    const before = this.#found.get(of);
    if (before !== undefined && before !== hash) throw new Error(`${of}: other frames`);
    if (before === undefined) this.hash.add(hash);
    this.#found.set(of, hash);
  }
}

/** One rival at one work. Each call does the same, so the same calls of all rivals have the same answer. */
function caseOf(rival: Rival, work: Work, answers: Answers): BenchCase {
  const { phase, order, blocks } = work;
  const name = `${rival.name}, ${phase} ${order}`;
  let call = 0;
  const run = async (): Promise<{ overriddenDuration?: number }> => {
    const { hash, ms } = await rival.run(work);
    call += 1;
    if (rival.plain) answers.check(`${phase} ${order}, call ${call}`, hash);
    return ms === undefined ? {} : { overriddenDuration: ms };
  };
  if (phase === 'bulk') return { name, operations: pairsOf(work), run };
  return {
    name,
    operations: pairsOf(work),
    run,
    before: () => rival.fill(blocks, order),
    after: () => rival.empty(blocks, order),
  };
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** Rival over rival: by phase, and over all. */
function ratiosOf(rows: readonly BenchRow[], of: string, to: string): [string, number][] {
  const values = (phase: Phase): number[] =>
    ORDERS.map((order) => ratio(rows, `${of}, ${phase} ${order}`, `${to}, ${phase} ${order}`));
  const named = PHASES.map((phase): [string, number] => [
    `${of} / ${to}, ${phase}`,
    geometricMean(values(phase)),
  ]);
  return [...named, [`${of} / ${to}`, geometricMean(PHASES.flatMap(values))]];
}

const C_PORT = 'C';
const TYPED_ARRAYS = 'typed arrays';
const BUDDY = 'buddy';
const REQUESTS = 'requests';
const UNCACHED = 'requests, no per-cpu';
const AS_SCRIPT = 'requests in JavaScript';
const BY_CALL = 'requests, by call';
const LLFREE = 'LLFree';
const HYPERALLOC = "LLFree, HyperAlloc's";
/** Of the core's tables what the buddy reads and writes: a state byte and a record with the links of its lists. */
const BUDDY_BYTES = 1 + RECORD_BYTES;

async function rivalsOf(root: string, frames: number, port: Rival | undefined): Promise<Rival[]> {
  const module = loopModule(root);
  const uncached = loopCore(module, frames);
  uncached.loopsNoPcp();
  return [
    ...(port === undefined ? [] : [port]),
    byTypedArrays(frames),
    byLoop(BUDDY, loopCore(module, frames), 'buddy'),
    byLoop(REQUESTS, loopCore(module, frames), 'request'),
    byLoop(AS_SCRIPT, bootLoops(await loopScript(root), frames), 'request'),
    byLoop(UNCACHED, uncached, 'request'),
    byLoop(LLFREE, loopLlfree(module, frames, LLFREE_MOVABLE), 'llfree'),
    byLoop(HYPERALLOC, loopLlfree(module, frames, LLFREE_KINDS), 'llfree'),
  ];
}

function comparisons(hasPort: boolean): [string, string][] {
  return [
    ...(hasPort ? ([[BUDDY, C_PORT]] as [string, string][]) : []),
    [TYPED_ARRAYS, BUDDY],
    [REQUESTS, BUDDY],
    [TYPED_ARRAYS, REQUESTS],
    [AS_SCRIPT, REQUESTS],
    [UNCACHED, REQUESTS],
    [LLFREE, BUDDY],
    [LLFREE, REQUESTS],
    [HYPERALLOC, LLFREE],
  ];
}

async function measureAll(
  root: string,
  frames: number,
  port: Rival | undefined,
  size: BenchSize,
): Promise<{ rows: BenchRow[]; hash: number }> {
  const rivals = await rivalsOf(root, frames, port);
  const module = loopModule(root);
  const pairs = size.name === 'large' ? LARGE_PAIRS : SMALL_PAIRS;
  const answers = new Answers();
  const rows: BenchRow[] = [];
  for (const phase of PHASES) {
    for (const order of ORDERS) {
      const work = { phase, order, pairs, blocks: (frames >>> order) >>> 1 };
      const cases = rivals.map((rival) => caseOf(rival, work, answers));
      if (phase === 'warm' && order === 0) cases.push(byCall(loopCore(module, frames), pairs));
      rows.push(...(await measure(cases, { ...size, turnMs: 0 })));
    }
  }
  return { rows, hash: answers.hash.value };
}

/** What an allocator's tables cost. */
function metadataNote(frames: number): string {
  const bytes = (rules: LlfreeRules): string => {
    const { local, trees, lower } = LlfreeCore.create({ frames, rules }).metadata;
    return ((local + trees + lower) / frames).toFixed(3);
  };
  return (
    `bytes of metadata a frame: LLFree ${bytes('movable')}, HyperAlloc's ${bytes('kinds')}, ` +
    `the buddy's ${BUDDY_BYTES}`
  );
}

/** Taking and giving back in a guest of so many GiB. */
export function allocBench(gib: number): (size: BenchSize, root: string) => Promise<BenchReport> {
  return async (size, root) => {
    const frames = size.name === 'large' ? gib * FRAMES_PER_GIB : SMALL_FRAMES;
    const program = compilePort(root);
    const port = program === undefined ? undefined : new CPort(program);
    await port?.ask('init', frames, 0, 0);
    const rival = port === undefined ? undefined : byPort(port);
    const { rows, hash } = await measureAll(root, frames, rival, size);
    port?.close();
    return {
      name: `alloc-${gib}`,
      question: `What does a block cost, taken and given back, in a guest of ${gib} GiB?`,
      rows,
      ratios: {
        ...Object.fromEntries(
          comparisons(port !== undefined).flatMap(([of, to]) => ratiosOf(rows, of, to)),
        ),
        'by call / in a loop': ratio(rows, `${BY_CALL}, warm 0`, `${REQUESTS}, warm 0`),
      },
      hash,
      notes: [
        metadataNote(frames),
        ...(port === undefined ? ['C: left out, there is no gcc'] : []),
      ],
    };
  };
}
