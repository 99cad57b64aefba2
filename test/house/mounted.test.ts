/** A mechanism lands with the system, scenario or command that uses it: nothing is called by tests alone. */
import { expect, it } from 'vitest';
import { unmountedExports, unnamedMethods } from './mounted.ts';

type Reason = readonly [pattern: RegExp, why: string];

/** Exports that nothing in the product uses, and why they stand. */
const EXPORTS: readonly Reason[] = [
  [
    /^src\/abi\/gfp\.ts (?:GFP|ALLOC)_/,
    "Linux's whole list: users of guestmem/abi make masks of them",
  ],
];

/** Public methods that nothing in the product calls, and for whom they are. */
const METHODS: readonly Reason[] = [];

function withoutReason(found: readonly string[], reasons: readonly Reason[]): string[] {
  return found.filter((name) => !reasons.some(([pattern]) => pattern.test(name)));
}

function needless(found: readonly string[], reasons: readonly Reason[]): string[] {
  return reasons.filter(([p]) => !found.some((name) => p.test(name))).map(([, why]) => why);
}

it('exports whose only callers are tests say why they stand', () => {
  const found = unmountedExports();
  expect(withoutReason(found, EXPORTS)).toEqual([]);
  expect(needless(found, EXPORTS)).toEqual([]);
});

it('public methods whose only callers are tests say for whom they are', () => {
  const found = unnamedMethods();
  expect(withoutReason(found, METHODS)).toEqual([]);
  expect(needless(found, METHODS)).toEqual([]);
});
