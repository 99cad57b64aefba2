// The words of `npm run fuzz`: NAME or `all`, --seed, --seconds, --night, --path. Gives the exit code.

import { parseArgs } from 'node:util';
import { ALL_FUZZERS, FUZZERS } from './index.ts';
import { type FuzzEnd, type FuzzOptions, type FuzzWorld, runFuzzer } from './run.ts';

const USAGE = 'npm run fuzz -- NAME|all [--seed N] [--seconds S | --night | --path P]';
const ALL = 'all';
const SEED = 1;
const SECONDS = 10;

/** 2 for words that it does not understand, 1 for a failure found, 0 otherwise. */
export async function fuzzCommand(words: readonly string[], world: FuzzWorld): Promise<number> {
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
  return (await runFuzzer(fuzzer, options, world)) ? 0 : 1;
}

/** Every fuzzer but those that must fail, each for an equal part of what is left of the time; all run, whatever one finds. */
async function runAll({ seed, end }: FuzzOptions, world: FuzzWorld): Promise<number> {
  const start = world.clock();
  let isSound = true;
  for (const [index, fuzzer] of FUZZERS.entries()) {
    const own = 'seconds' in end ? { seconds: shareOf(end.seconds, index) } : end;
    const isOne = await runFuzzer(fuzzer, { seed, end: own, mayMiss: true }, world);
    isSound &&= isOne;
  }
  return isSound ? 0 : 1;

  function shareOf(seconds: number, index: number): number {
    const left = (seconds - (world.clock() - start)) / (FUZZERS.length - index);
    return seconds === 0 ? 0 : Math.max(left, SHARE_LEAST);
  }
}

/** Some cases at least, in seconds, when the fuzzers before have taken all the time. */
const SHARE_LEAST = 0.5;

function readWords(words: readonly string[]): [string | undefined, FuzzOptions] {
  const { positionals, values } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      seed: { type: 'string' },
      seconds: { type: 'string' },
      night: { type: 'boolean' },
      path: { type: 'string' },
    },
  });
  const [name, more] = positionals;
  if (more !== undefined) throw new Error(`expected one name, found "${more}" too`);
  const seed = Number(values.seed ?? SEED);
  if (!Number.isInteger(seed)) throw new Error(`--seed: expected a number, found "${values.seed}"`);
  if (name === ALL && values.path !== undefined) throw new Error('--path: expected one fuzzer');
  return [name, { seed, end: endOf(values) }];
}

function endOf(values: { seconds?: string; night?: boolean; path?: string }): FuzzEnd {
  if (values.path !== undefined) return { path: values.path };
  if (values.night === true) return { isNight: true };
  const seconds = Number(values.seconds ?? SECONDS);
  if (!(seconds >= 0)) throw new Error(`--seconds: expected a time, found "${values.seconds}"`);
  return { seconds };
}
