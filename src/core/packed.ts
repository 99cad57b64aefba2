// A guest's memory at rest. Its tables count up or down over long stretches (frame after frame of one object, links of a
// list in order) or are zero: what goes on as the two pairs of words before it is only counted. Some 0.1 byte a frame in
// place of 13.
//
//  packed   {pairs that go on, pairs that do not, the words of these}, again and again; words in pairs, as frame records are.
//           Stretches are packed by themselves, one behind the other.

/** Pairs that must go on before it is worth counting them. */
const WORTH_PAIRS = 4;
const FIRST_WORDS = 2048;

/** So many words are copied by a loop: most that do not go on are fewer, and a subarray takes longer than they do. */
const SHORT_WORDS = 64;

function copyWords(
  from: Int32Array,
  at: number,
  to: Int32Array,
  start: number,
  count: number,
): void {
  if (count > SHORT_WORDS) {
    to.set(from.subarray(at, at + count), start);
    return;
  }
  for (let i = 0; i < count; i += 1) to[start + i] = from[at + i] as number;
}

/** Words that grow. */
class Writer {
  private _words = new Int32Array(FIRST_WORDS);
  private _size = 0;

  /** Room for so many words more. Where they go. */
  private _reserve(words: number): number {
    const at = this._size;
    this._size += words;
    if (this._size > this._words.length) {
      const larger = new Int32Array(2 * this._size);
      larger.set(this._words.subarray(0, at));
      this._words = larger;
    }
    return at;
  }

  run(goesOn: number, words: Int32Array, from: number, end: number): void {
    const at = this._reserve(2 + end - from);
    this._words[at] = goesOn;
    this._words[at + 1] = (end - from) / 2;
    copyWords(words, from, this._words, at + 2, end - from);
  }

  add(words: Int32Array): void {
    this._words.set(words, this._reserve(words.length));
  }

  /** A copy of what was written; the next begins again. */
  take(): Int32Array<ArrayBuffer> {
    const taken = this._words.slice(0, this._size);
    this._size = 0;
    return taken;
  }
}

/** One for all, made when something is first packed. */
let writer: Writer | undefined;

/** First word from one on, of a pair, that does not go on as the two pairs before it; before the first word all are zero. */
export type SteadyEnd = (word: number) => number;

function isSteady(words: Int32Array, at: number): boolean {
  return (
    (words[at] as number) - (words[at - 2] as number) ===
      (words[at - 2] as number) - (words[at - 4] as number) &&
    (words[at + 1] as number) - (words[at - 1] as number) ===
      (words[at - 1] as number) - (words[at - 3] as number)
  );
}

/** First word from `at` on behind which so many pairs go on that it is worth counting them. */
function restlessEnd(words: Int32Array, from: number): number {
  const end = words.length;
  let steady = 0;
  for (let at = Math.max(from, 4); at < end; at += 2) {
    steady = isSteady(words, at) ? steady + 1 : 0;
    if (steady === WORTH_PAIRS) {
      const begin = at + 2 - 2 * WORTH_PAIRS;
      if (begin > from) return begin;
    }
  }
  return end;
}

/** An even number of words, packed by themselves. */
export interface Stretch {
  readonly words: Int32Array;
  readonly steadyEnd: SteadyEnd;
}

/** A copy that takes less room, of one stretch behind the other; then `more`, which is packed already. */
export function pack(stretches: readonly Stretch[], more?: Int32Array): Int32Array<ArrayBuffer> {
  writer ??= new Writer();
  for (const { words, steadyEnd } of stretches) {
    for (let at = 0; at < words.length;) {
      const broken = steadyEnd(at);
      const again = restlessEnd(words, broken);
      writer.run((broken - at) / 2, words, broken, again);
      at = again;
    }
  }
  if (more !== undefined) writer.add(more);
  return writer.take();
}

/** Writes pairs that go on as the two before them. */
function goOn(words: Int32Array, from: number, end: number): void {
  let low = from < 2 ? 0 : (words[from - 2] as number);
  let high = from < 2 ? 0 : (words[from - 1] as number);
  const lowStep = from < 4 ? low : (low - (words[from - 4] as number)) | 0;
  const highStep = from < 4 ? high : (high - (words[from - 3] as number)) | 0;
  if (low === high && lowStep === 0 && highStep === 0) {
    words.fill(low, from, end);
    return;
  }
  for (let at = from; at < end; at += 2) {
    low = (low + lowStep) | 0;
    high = (high + highStep) | 0;
    words[at] = low;
    words[at + 1] = high;
  }
}

/** Writes words from one to another, pairs that go on as the two before them. */
export type SteadyFill = (from: number, end: number) => void;

/**
 * Writes what was packed, from `at` on, over the words, as far as there is room. `fill`: who writes long stretches faster. Where in
 * `packed` the next stretch begins.
 */
export function unpack(
  packed: Int32Array,
  words: Int32Array,
  fill: SteadyFill = (from, end) => goOn(words, from, end),
  at = 0,
): number {
  let next = at;
  for (let to = 0; next < packed.length && to < words.length;) {
    const broken = to + 2 * (packed[next] as number);
    if (broken > to) fill(to, Math.min(broken, words.length));
    const own = 2 * (packed[next + 1] as number);
    copyWords(packed, next + 2, words, broken, Math.min(own, words.length - broken));
    to = broken + own;
    next += 2 + own;
  }
  return next;
}

/** How many words it is of; -1: it is not whole. */
export function packedWords(packed: Int32Array): number {
  let words = 0;
  for (let at = 0; at < packed.length;) {
    const goesOn = packed[at] as number;
    const own = packed[at + 1] ?? -1;
    if (goesOn < 0 || own < 0 || goesOn + own === 0) return -1;
    words += 2 * (goesOn + own);
    at += 2 + 2 * own;
    if (at > packed.length) return -1;
  }
  return words;
}
