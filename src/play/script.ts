// Scripts as text: a command a line, words between spaces, numbers in MiB or seconds, options as name=value, # begins a remark.

import { choiceOf } from '../check/index.ts';
import { COMMANDS, type Command } from './commands.ts';
import { ScriptError } from './error.ts';

export interface Step {
  /** As it was written, without remark. */
  readonly text: string;
  readonly command: Command;
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string>>;
}

/** A container's name: what a map shows, and a variable of the exported program. */
const NAME = /^[a-z][a-z0-9]{0,11}$/;

function expectWord(command: Command, kind: string, word: string): void {
  if (kind === 'name' && !NAME.test(word)) {
    const expected = 'a name of letters and digits, a letter first, 12 at most';
    throw new ScriptError(`${command.name}: expected ${expected}, found "${word}"`);
  }
  if (kind !== 'name' && (!/^\d+(\.\d+)?$/.test(word) || Number(word) > command.most)) {
    const expected = `${kind}, 0 to ${command.most}`;
    throw new ScriptError(`${command.name}: expected ${expected}, found "${word}"`);
  }
}

function optionsOf(command: Command, words: readonly string[]): Record<string, string> {
  const options: Record<string, string> = {};
  for (const word of words) {
    const [name = '', value = ''] = word.split('=');
    const kind = command.options[name];
    if (kind === undefined) {
      const has = Object.keys(command.options).join(', ') || 'none';
      throw new ScriptError(
        `${command.name}: expected one of its options (${has}), found "${word}"`,
      );
    }
    if (kind !== 'flag') expectWord(command, kind, value);
    options[name] = value;
  }
  return options;
}

/** One command. Throws ScriptError. */
export function parseStep(text: string): Step {
  const [name = '', ...rest] = text.split(/\s+/);
  const command = COMMANDS.find((one) => one.name === name);
  if (command === undefined) {
    const names = COMMANDS.map((one) => one.name);
    throw new ScriptError(`expected one of ${choiceOf(names, name)}, found "${name}"`);
  }
  const isOption = (word: string): boolean => {
    return word.includes('=') || command.options[word] === 'flag';
  };
  const words = rest.filter((word) => !isOption(word));
  const { needs, takes = [] } = command;
  const kinds = [...needs, ...takes];
  if (words.length < needs.length || words.length > kinds.length) {
    throw new ScriptError(`expected "${command.usage}", found "${text}"`);
  }
  words.forEach((word, at) => expectWord(command, kinds[at] as string, word));
  return { text, command, words, options: optionsOf(command, rest.filter(isOption)) };
}

/** Lines without remarks and without those that are empty, each with its number. */
function linesOf(script: string): { readonly text: string; readonly line: number }[] {
  const lines = script.split(/\r?\n/).map((text, at) => ({
    text: text.replace(/#.*/, '').trim(),
    line: at + 1,
  }));
  return lines.filter(({ text }) => text !== '');
}

/** Throws ScriptError with the line's number. */
export function parseScript(script: string): Step[] {
  return linesOf(script).map(({ text, line }) => {
    try {
      return parseStep(text);
    } catch (error) {
      throw error instanceof ScriptError ? new ScriptError(error.message, line) : error;
    }
  });
}
