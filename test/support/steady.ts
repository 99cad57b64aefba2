// What steadyEnd of the core says of its memory, of any words and word by word.

/** First word from `from` on, of a pair, that does not go on as the two pairs before it. */
export function steadyEndOf(words: Int32Array, from: number): number {
  const word = (at: number): number => (at < 0 ? 0 : words[at]!);
  let at = from;
  for (; at < words.length; at += 2) {
    const goesOn = [at, at + 1].every((lane) => {
      const step = (word(lane - 2) - word(lane - 4)) | 0;
      return word(lane) === ((word(lane - 2) + step) | 0);
    });
    if (!goesOn) break;
  }
  return at;
}
