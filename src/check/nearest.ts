// Names that a caller may choose from, and the word that was probably meant.

import { RefusedArgument } from './argument.ts';

/** Changes of one character that lead from one word to the other (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}

/** The name next to a word; undefined: none is so near that it could have been meant. */
export function nearestName(word: string, names: readonly string[]): string | undefined {
  const found = word.toLowerCase();
  const most = Math.max(2, Math.floor(found.length / 3));
  if (found.length > 64) return undefined;
  let nearest: string | undefined;
  let least = most + 1;
  for (const name of names) {
    const steps = name.startsWith(found) && found !== '' ? 1 : distance(found, name.toLowerCase());
    if (steps < least) [nearest, least] = [name, steps];
  }
  return nearest;
}

/** The names, and which one the word was probably meant to be: what a refusal says it expected. */
export function choiceOf(names: readonly string[], word: string): string {
  const nearest = nearestName(word, names);
  return `${names.join(', ')}${nearest === undefined ? '' : ` (did you mean ${nearest}?)`}`;
}

/** The value, if it is one of the names. */
export function expectName<Name extends string>(
  argument: string,
  value: Name,
  names: readonly Name[],
): Name {
  if (names.includes(value)) return value;
  const choice = choiceOf(names, typeof value === 'string' ? value : '');
  throw new RefusedArgument(argument, `one of ${choice}`, value);
}
