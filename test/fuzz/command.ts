// The words of `npm run fuzz`: NAME or `all`, --seed, --seconds, --night, --path. Gives the exit code.

import { parseArgs } from 'node:util';
import { type AllOptions, type AllWorld, type Entry, runAll } from './all.ts';
import { ALL_FUZZERS, FUZZERS } from './index.ts';
import { NIGHT_PARTS, NIGHT_SECONDS } from './night.ts';
import {
  type FuzzEnd,
  type FuzzOptions,
  type FuzzWorld,
  SEEDS,
  WrongPath,
  runFuzzer,
} from './run.ts';

const USAGE = 'npm run fuzz -- NAME|all [--seed N] [--seconds S | --night | --path P]';
const ALL = 'all';
const SEED = 1;
const SECONDS = 10;

/** 2 for words that it does not understand, 1 for a failure found, 0 otherwise. */
export async function fuzzCommand(
  words: readonly string[],
  world: FuzzWorld & Pick<AllWorld, 'part'>,
): Promise<number> {
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
  if (name === ALL) return (await runAll(...allOf(options), world)) ? 0 : 1;
  const fuzzer = ALL_FUZZERS.find((one) => one.name === name);
  if (fuzzer === undefined) {
    const names = ALL_FUZZERS.map((one) => one.name).join(', ');
    world.write(`expected ${ALL} or a fuzzer of ${names}, found "${name}"\n`);
    return 2;
  }
  try {
    return (await runFuzzer(fuzzer, options, world)).isSound ? 0 : 1;
  } catch (error) {
    if (!(error instanceof WrongPath)) throw error;
    world.write(`${error.message}\n`);
    return 2;
  }
}

/** All but those that must fail; in a night, the largest parts last. */
function allOf({ seed, end }: FuzzOptions): [Entry[], AllOptions] {
  const isNight = 'isNight' in end;
  const seconds = 'seconds' in end ? end.seconds : NIGHT_SECONDS;
  const entries = FUZZERS.map(({ name }) => ({
    name,
    weight: isNight ? (NIGHT_PARTS[name] ?? 0) : 1,
  }));
  return [entries.toSorted((a, b) => a.weight - b.weight), { seed, seconds, isNight }];
}

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
  const seed = numberOf(values.seed ?? String(SEED));
  if (!(Number.isInteger(seed) && seed < SEEDS))
    throw new Error(`--seed: expected a number of 0 to ${SEEDS - 1}, found "${values.seed}"`);
  if (name === ALL && values.path !== undefined) throw new Error('--path: expected one fuzzer');
  return [name, { seed, end: endOf(values) }];
}

/** Digits, and a point between them; NaN for any other text. */
function numberOf(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
}

const ENDS = ['seconds', 'night', 'path'] as const;

function endOf(values: { seconds?: string; night?: boolean; path?: string }): FuzzEnd {
  const [first, second] = ENDS.filter((name) => values[name] !== undefined);
  if (second !== undefined) throw new Error(`--${first}: expected no --${second} beside it`);
  const { path } = values;
  if (path !== undefined) {
    if (/^\d+(:\d+)*$/.test(path)) return { path };
    throw new Error(`--path: expected numbers and colons between them, found "${path}"`);
  }
  if (values.night === true) return { isNight: true };
  const seconds = numberOf(values.seconds ?? String(SECONDS));
  if (!(seconds < Infinity))
    throw new Error(`--seconds: expected a time, found "${values.seconds}"`);
  return { seconds };
}
