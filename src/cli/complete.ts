// What may stand in the place of the last word of a command line, for completion in shells: commands, options, and their values.

import type { Command, Option } from 'commander';
import { type Candidate, VALUES } from './complete-values.ts';

/** A command of the program, made when its options are looked for. */
export interface Completed {
  readonly name: string;
  readonly sentence: string;
  make(): Promise<Command>;
}

/** Where a command line has come to. */
interface Place {
  /** The command and those above it. */
  readonly commands: readonly Command[];
  /** Their names. */
  readonly path: string;
  /** Waits for its value. */
  readonly option: Option | undefined;
}

const HELP: Candidate = { word: 'help', sentence: 'display help for command' };

function innerOf({ commands }: Command): Candidate[] {
  return commands.map((one) => ({ word: one.name(), sentence: one.description() }));
}

function optionsOf({ commands }: Place): Candidate[] {
  const options = commands.flatMap((command) => command.options);
  return options.flatMap(({ long, description }) =>
    long == null ? [] : [{ word: long, sentence: description }],
  );
}

function placeOf(first: Command, words: readonly string[]): Place {
  const commands = [first];
  const named = (word: string): Option | undefined =>
    commands.flatMap(({ options }) => options).find(({ long }) => long === word);
  let option: Option | undefined;
  for (const word of words) {
    const isValue = option !== undefined && (option.required || !word.startsWith('-'));
    const inner = commands[0]?.commands.find((one) => one.name() === word);
    const found: Option | undefined = isValue ? undefined : named(word);
    option = found !== undefined && (found.required || found.optional) ? found : undefined;
    if (!isValue && inner !== undefined) commands.unshift(inner);
  }
  const path = commands.toReversed().map((one) => one.name());
  return { commands, path: path.join(' '), option };
}

/** Values by a key of the list; of several, the last is looked for, behind those that stand. */
async function valuesOf(key: string, current: string): Promise<Candidate[]> {
  const values = VALUES[key];
  if (values === undefined) return [];
  const words = await values.words();
  if (values.isList !== true) return [...words];
  const before = current.slice(0, current.lastIndexOf(',') + 1);
  const standing = before.split(',');
  return words
    .filter(({ word }) => !standing.includes(word))
    .map(({ word, sentence }) => ({ word: `${before}${word}`, sentence }));
}

async function candidatesAt(place: Place, current: string): Promise<Candidate[]> {
  const { option, path, commands } = place;
  const isOption = current.startsWith('-');
  if (option?.required === true || (option !== undefined && !isOption)) {
    // what an inner command takes, its outer one may have
    const keys = [path, commands.at(-1)?.name() ?? ''].map((name) => `${name} ${option.long}`);
    return valuesOf(keys.find((key) => key in VALUES) ?? '', current);
  }
  if (isOption) return optionsOf(place);
  return [...innerOf(commands[0] as Command), ...(await valuesOf(path, current))];
}

/** Words that begin as the last one does; none: a file may stand there, or anything. Shells give what they split at `=` as words. */
async function candidatesFor(
  line: readonly string[],
  program: readonly Completed[],
): Promise<Candidate[]> {
  const words = line.flatMap((word) => {
    const value = /^(--[\w-]+)=(.*)$/.exec(word);
    return value === null ? [word] : value.slice(1);
  });
  const current = words.at(-1) === '=' ? '' : (words.pop() ?? '');
  const before = words.filter((word) => word !== '=');
  const [name, ...rest] = before;
  const all = [...program.map(({ name: word, sentence }) => ({ word, sentence })), HELP];
  const found = program.find((one) => one.name === name);
  const candidates =
    name === undefined || (name === HELP.word && rest.length === 0)
      ? all
      : found === undefined
        ? []
        : await candidatesAt(placeOf(await found.make(), rest), current);
  return candidates.filter(({ word }) => word.startsWith(current));
}

/** The answer to a script: a line a candidate, its sentence behind two spaces. No word has a space in it. */
export async function completed(
  words: readonly string[],
  program: readonly Completed[],
): Promise<string> {
  const candidates = await candidatesFor(words, program);
  return candidates
    .map(({ word, sentence }) => `${word}  ${sentence.replaceAll(/\s+/g, ' ')}\n`)
    .join('');
}
