// Private members begin with `_`: the more often one stands, the shorter its name. It keeps the `_`, and is no field of a subclass of
// somebody else's.

import { transform } from 'esbuild';

/** By name the one that it gets: the same in all files, so of all that can meet. */
export function privateNames(codes) {
  const counts = new Map();
  for (const code of codes) {
    for (const [word] of code.matchAll(/\b_[a-z]\w*/gi)) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  const words = [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return Object.fromEntries(words.map(([word], at) => [word, `_${at.toString(36)}`]));
}

export async function withShortNames(code, names) {
  const options = { mangleProps: /^_[a-z]/i, mangleCache: { ...names } };
  return (await transform(code, { ...options, target: 'es2023' })).code;
}
