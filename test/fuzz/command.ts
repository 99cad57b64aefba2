// The words of `npm run fuzz`: NAME, --seed, --seconds, --path. Gives the exit code.

import { parseArgs } from 'node:util';
import { ALL_FUZZERS } from './index.ts';
import { type FuzzOptions, type FuzzWorld, runFuzzer } from './run.ts';

const USAGE = 'npm run fuzz -- NAME [--seed N] [--seconds S] [--path P]';
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
  const fuzzer = ALL_FUZZERS.find((one) => one.name === name);
  if (fuzzer === undefined) {
    const names = ALL_FUZZERS.map((one) => one.name).join(', ');
    world.write(`expected a fuzzer of ${names}, found "${name}"\n`);
    return 2;
  }
  return runFuzzer(fuzzer, options, world) ? 0 : 1;
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
  return [name, { seed, seconds, ...(values.path === undefined ? {} : { path: values.path }) }];
}
