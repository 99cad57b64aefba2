// Runs a fuzzer in rounds until its time is over, each round with the next seed, and says how to see a failure again.

import fc from 'fast-check';
import type { Fuzzer } from './fuzzer.ts';

export interface FuzzOptions {
  /** Of the first round; the next ones count up from it. */
  readonly seed: number;
  /** No round begins after so many; one always runs. */
  readonly seconds: number;
  /** fast-check's way to one case and its shrunk form: runs that case alone. */
  readonly path?: string;
  /** What the cases did not come to is told and no failure: for runs too short to come to everything. */
  readonly mayMiss?: boolean;
}

/** What a run needs of the world. */
export interface FuzzWorld {
  /** Any clock, in seconds. */
  readonly clock: () => number;
  readonly write: (text: string) => void;
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

/** Whether the fuzzer found nothing. */
export function runFuzzer(fuzzer: Fuzzer, options: FuzzOptions, world: FuzzWorld): boolean {
  const began = world.clock();
  const session = fuzzer.create();
  const { path } = options;
  let cases = 0;
  let round = 0;
  const isOver = (): boolean => path !== undefined || world.clock() - began >= options.seconds;
  do {
    const seed = (options.seed + round) | 0;
    const way = path === undefined ? {} : { path, endOnFailure: true };
    const details = fc.check(session.property, { seed, numRuns: fuzzer.cases, ...way });
    cases += details.numRuns;
    round += 1;
    if (details.failed) {
      world.write(failureText(fuzzer, details, cases));
      return false;
    }
  } while (!isOver());
  const missing = path === undefined ? session.missing() : [];
  for (const what of missing) world.write(`${fuzzer.name}: never came to: ${what}\n`);
  const seconds = (world.clock() - began).toFixed(1);
  world.write(`${fuzzer.name}: ${cases} cases in ${seconds} s from seed ${options.seed}\n`);
  return options.mayMiss === true || missing.length === 0;
}
