// The shape of a fuzzer: one property over random input, and what its cases must have come to between them.

import type fc from 'fast-check';

export interface FuzzSession {
  /** Throws when a case shows a fault. */
  readonly property: fc.IRawProperty<unknown, boolean>;
  /** What the cases so far should have come to and have not: without it they prove little. */
  readonly missing: () => string[];
  /** What has been tried so far, of each kind: operations on a device, damaged inputs of a reader. Cases if not said. */
  readonly tried?: () => Readonly<Record<string, number>>;
  /** When it is over: clears away files. */
  readonly close?: () => void;
}

export interface Fuzzer {
  readonly name: string;
  /** What holds for every input. */
  readonly sentence: string;
  /** Cases of one round: what `npm test` runs, and enough that nothing is missing. */
  readonly cases: number;
  /** How much of each kind a night tries. */
  readonly night: number;
  /** A session knows nothing of the ones before it. */
  readonly create: () => FuzzSession;
}

/** Counts what cases come to. */
export class Tally {
  readonly #counts = new Map<string, number>();

  constructor(names: readonly string[]) {
    for (const name of names) this.#counts.set(name, 0);
  }

  /** Names that nobody asked for are not counted. */
  add(name: string, count = 1): void {
    const before = this.#counts.get(name);
    if (before !== undefined) this.#counts.set(name, before + count);
  }

  readonly counts = (): Record<string, number> => Object.fromEntries(this.#counts);

  readonly missing = (): string[] =>
    [...this.#counts].filter(([, count]) => count === 0).map(([name]) => name);
}
