// Runs a fuzzer in rounds until its time is over, each round with the next seed, and says how to see a failure again.

import fc from 'fast-check';
import type { Fuzzer, FuzzSession } from './fuzzer.ts';

/** When a run ends: the case that is on its way then is the last. */
export type FuzzEnd =
  /** After so many; without any, after one whole round. */
  | { readonly seconds: number }
  /** When a night's amount of each kind has been tried, or after so many seconds. */
  | { readonly isNight: true; readonly atMost?: number }
  /** fast-check's way to one case and its shrunk form: after that case alone. */
  | { readonly path: string };

/** What fast-check tells apart of seeds that can be said without a sign. */
export const SEEDS: number = 2 ** 31;

/** The path is no way to a case, or to none of that seed. */
export class WrongPath extends Error {
  override readonly name: string = 'WrongPath';
}

export interface FuzzOptions {
  /** Of the first round; the next ones count up from it. */
  readonly seed: number;
  readonly end: FuzzEnd;
  /** What the cases did not come to is told and no failure: for runs too short to come to everything. */
  readonly mayMiss?: boolean;
}

/** What a run came to. */
export interface FuzzOutcome {
  /** It found nothing. */
  readonly isSound: boolean;
  readonly cases: number;
  /** What of each kind has been tried; cases of fuzzers without kinds. */
  readonly tried: Readonly<Record<string, number>>;
  /** The least of them is less than a night's amount. */
  readonly isShort: boolean;
}

/** What a run needs of the world. */
export interface FuzzWorld {
  /** Any clock, in seconds. */
  readonly clock: () => number;
  readonly write: (text: string) => void;
  /** Hears of each case before it is run: its round's seed, and the path that leads to it or to what it is made smaller from. */
  readonly began?: (fuzzer: string, seed: number, path: string) => void;
}

/** How long a failure may be made smaller, in seconds, when the time is over. */
const SHRINK_SECONDS = 20;

type Failure = fc.PreconditionFailure | fc.PropertyFailure | null;

/** A property that stops at a time: the rounds of fast-check end before the case that would begin after it. */
class Timed implements fc.IRawProperty<unknown, boolean> {
  readonly #inner: FuzzSession['property'];
  readonly #world: FuzzWorld;
  readonly #began: (number: number) => void;
  #until: number;
  #cases = 0;
  #hasFailed = false;

  constructor(
    inner: FuzzSession['property'],
    world: FuzzWorld,
    until: number,
    began: (number: number) => void,
  ) {
    this.#inner = inner;
    this.#world = world;
    this.#until = until;
    this.#began = began;
  }

  isAsync(): boolean {
    return this.#inner.isAsync();
  }

  generate(random: fc.Random, runId?: number): fc.Value<unknown> {
    return this.#inner.generate(random, runId);
  }

  shrink(value: fc.Value<unknown>): fc.Stream<fc.Value<unknown>> {
    return this.#inner.shrink(value);
  }

  runBeforeEach(): never {
    return this.#inner.runBeforeEach() as never;
  }

  runAfterEach(): never {
    return this.#inner.runAfterEach() as never;
  }

  run(value: unknown): never {
    const isOver = this.#cases > 0 && this.#world.clock() >= this.#until;
    if (isOver) return new fc.PreconditionFailure(true) as never;
    // what a failed case is made smaller to is still that case
    if (!this.#hasFailed) this.#cases += 1;
    this.#began(this.#cases - 1);
    const outcome: Failure | Promise<Failure> = this.#inner.run(value);
    const seen = (failure: Failure): Failure => this.#seen(failure);
    return (outcome instanceof Promise ? outcome.then(seen) : seen(outcome)) as never;
  }

  #seen(failure: Failure): Failure {
    const isFailure = failure !== null && !fc.PreconditionFailure.isFailure(failure);
    this.#hasFailed ||= isFailure;
    if (isFailure) this.#until = Math.max(this.#until, this.#world.clock() + SHRINK_SECONDS);
    return failure;
  }
}

/** The lines that tell a failure: what, with which input, and the command that shows it again. */
function failureText({ name }: Fuzzer, details: fc.RunDetails<unknown>, cases: number): string {
  const { seed, counterexamplePath, counterexample, errorInstance } = details;
  const what = errorInstance instanceof Error ? (errorInstance.stack ?? '') : String(errorInstance);
  return [
    `${name}: FAILED at case ${cases}, seed ${seed}, shrunk ${details.numShrinks} times`,
    `input: ${fc.stringify(counterexample)}`,
    what,
    `again: npm run fuzz -- ${name} --seed ${seed} --path ${counterexamplePath}`,
    '',
  ].join('\n');
}

function triedText(tried: Readonly<Record<string, number>> | undefined): string {
  if (tried === undefined) return '';
  return ` (${Object.entries(tried)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ')})`;
}

export async function runFuzzer(
  fuzzer: Fuzzer,
  options: FuzzOptions,
  world: FuzzWorld,
): Promise<FuzzOutcome> {
  const session = fuzzer.create();
  try {
    return await runSession(fuzzer, session, options, world);
  } finally {
    session.close?.();
  }
}

/** fast-check finds that a path leads nowhere when it goes it. */
async function checked(
  property: fc.IRawProperty<unknown, boolean>,
  parameters: fc.Parameters<unknown>,
): Promise<fc.RunDetails<unknown>> {
  try {
    return await fc.check(property, parameters);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('Unable to replay'))) throw error;
    const { seed, path } = parameters;
    throw new WrongPath(`--path: expected the way to a case of seed ${seed}, found "${path}"`);
  }
}

/** When a run that begins now is over; Infinity if no time ends it. */
function untilOf(end: FuzzEnd, start: number): number {
  if ('path' in end) return Infinity;
  if ('isNight' in end) return start + (end.atMost ?? Infinity);
  return end.seconds > 0 ? start + end.seconds : Infinity;
}

async function runSession(
  fuzzer: Fuzzer,
  session: FuzzSession,
  options: FuzzOptions,
  world: FuzzWorld,
): Promise<FuzzOutcome> {
  const { name } = fuzzer;
  const { end } = options;
  const start = world.clock();
  const until = untilOf(end, start);
  const way = 'path' in end ? { path: end.path, endOnFailure: true } : {};
  let cases = 0;
  const outcomeOf = (isSound: boolean): FuzzOutcome => {
    const tried = session.tried?.() ?? { cases };
    return { isSound, cases, tried, isShort: Math.min(...Object.values(tried)) < fuzzer.night };
  };
  const isOver = (): boolean => {
    if (world.clock() >= until) return true;
    return 'isNight' in end ? !outcomeOf(true).isShort : until === Infinity;
  };
  for (let round = 0; round === 0 || !isOver(); round += 1) {
    const seed = (options.seed + round) % SEEDS;
    const began = (number: number): void =>
      world.began?.(name, seed, 'path' in end ? end.path : String(number));
    const property = new Timed(session.property, world, until, began);
    const details = await checked(property, { seed, numRuns: fuzzer.cases, ...way });
    cases += details.numRuns;
    if (!details.failed) continue;
    world.write(failureText(fuzzer, details, cases));
    return outcomeOf(false);
  }
  const missing = 'path' in end ? [] : session.missing();
  for (const what of missing) world.write(`${name}: never came to: ${what}\n`);
  const seconds = (world.clock() - start).toFixed(1);
  const tried = triedText(session.tried?.());
  world.write(`${name}: ${cases} cases${tried} in ${seconds} s from seed ${options.seed}\n`);
  const mayMiss = cases < fuzzer.cases || options.mayMiss === true;
  return outcomeOf(mayMiss || missing.length === 0);
}
