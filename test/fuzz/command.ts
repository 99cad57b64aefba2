// The words of `npm run fuzz`: NAME or `all`, --seed, --seconds, --path. Gives the exit code.

import { parseArgs } from 'node:util';
import { ALL_FUZZERS, FUZZERS } from './index.ts';
import { type FuzzOptions, type FuzzWorld, runFuzzer } from './run.ts';

const USAGE = 'npm run fuzz -- NAME|all [--seed N] [--seconds S] [--path P]';
const ALL = 'all';
const SEED = 1;
const SECONDS = 10;

/** 2 for words that it does not understand, 1 for a failure found, 0 otherwise. */
export function fuzzCommand(words: readonly string[], world: FuzzWorld): number {
  let options: FuzzOptions;
  let name: string | undefined;
  try {
    [name, options] = readWords(words);
  } catch (error) {
    world.write(`${(error as Error).message}\n${USAGE}\n`);
    return 2;
  }
  if (name === undefined) {
    const width = Math.max(...ALL_FUZZERS.map((fuzzer) => fuzzer.name.length));
    for (const fuzzer of ALL_FUZZERS) {
      world.write(`${fuzzer.name.padEnd(width)}  ${fuzzer.sentence}\n`);
    }
    world.write(`${USAGE}\n`);
    return 0;
  }
  if (name === ALL) return runAll(options, world);
  const fuzzer = ALL_FUZZERS.find((one) => one.name === name);
  if (fuzzer === undefined) {
    const names = ALL_FUZZERS.map((one) => one.name).join(', ');
    world.write(`expected ${ALL} or a fuzzer of ${names}, found "${name}"\n`);
    return 2;
  }
  return runFuzzer(fuzzer, options, world) ? 0 : 1;
}

/** Every fuzzer but those that must fail, each for an equal part of the time; all run, whatever one finds. */
function runAll(options: FuzzOptions, world: FuzzWorld): number {
  const seconds = options.seconds / FUZZERS.length;
  const sound = FUZZERS.map((fuzzer) =>
    runFuzzer(fuzzer, { ...options, seconds, mayMiss: true }, world),
  );
  return sound.every(Boolean) ? 0 : 1;
}

function readWords(words: readonly string[]): [string | undefined, FuzzOptions] {
  const { positionals, values } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: { seed: { type: 'string' }, seconds: { type: 'string' }, path: { type: 'string' } },
  });
  const [name, more] = positionals;
  if (more !== undefined) throw new Error(`expected one name, found "${more}" too`);
  const seed = Number(values.seed ?? SEED);
  if (!Number.isInteger(seed)) throw new Error(`--seed: expected a number, found "${values.seed}"`);
  const seconds = Number(values.seconds ?? SECONDS);
  if (!(seconds >= 0)) throw new Error(`--seconds: expected a time, found "${values.seconds}"`);
  if (name === ALL && values.path !== undefined) throw new Error('--path: expected one fuzzer');
  return [name, { seed, seconds, ...(values.path === undefined ? {} : { path: values.path }) }];
}
