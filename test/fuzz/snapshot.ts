// Guests as bytes: a copy goes on exactly as its original, and damaged bytes are refused.

import fc from 'fast-check';
import { expect } from 'vitest';
import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../../src/abi/gfp.ts';
import { NONE } from '../../src/abi/unit.ts';
import { OBJECT_ANON } from '../../src/abi/layout.ts';
import { Core, CoreError, boot, layoutOf, readCore, writeCore } from '../../src/core/index.ts';
import type { CoreExports } from '../../src/core/exports.ts';
import { rawOf } from '../../src/core/raw.ts';
import { type Fuzzer, Tally } from './fuzzer.ts';

const FRAMES = 8192;
/** Of a guest whose bytes are damaged: most of the time goes into their checksum. */
const FEW_FRAMES = 2048;
const CPUS = 2;

type Step = (raw: CoreExports) => number;

const number = fc.nat(1 << 16);
/** Requests whose answers must be equal on both: frames, statuses. */
const step: fc.Arbitrary<Step> = fc.tuple(fc.nat(4), number, number).map(([kind, a, b]) => {
  const acts: Step[] = [
    (raw) => raw.allocPages(a % 2 === 0 ? GFP_KERNEL : GFP_HIGHUSER_MOVABLE, b % 4, a % CPUS, b),
    (raw) => raw.objectCreate(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE, a),
    (raw) => raw.objectTouch(a % 8, b % 600, 1 + (a % 300), b % 2, a % CPUS),
    (raw) => raw.objectTruncate(a % 8, b % 600, 1 + (a % 300), a % CPUS),
    (raw) => raw.releaseRange(a % (FRAMES - 600), 1 + (b % 600)),
  ];
  return acts[kind] as Step;
});
const steps = fc.array(step, { maxLength: 25 });

function guest(frames = FRAMES): Core {
  const layout = layoutOf(frames, []);
  const core = Core.create({ frames: layout.frames, cpus: CPUS, objects: 8 });
  boot(core, layout, false);
  return core;
}

function expectSameFuture(past: readonly Step[], future: readonly Step[]): void {
  const original = guest();
  for (const act of past) act(rawOf(original));
  const copy = readCore(writeCore(original));
  for (const act of future) expect(act(rawOf(copy))).toBe(act(rawOf(original)));
  expect(copy.hash()).toBe(original.hash());
}

const fault = fc.oneof(
  fc.record({ at: fc.nat(), bit: fc.nat(7), cut: fc.constant(0) }),
  fc.record({ at: fc.nat(63), bit: fc.nat(7), cut: fc.constant(0) }),
  fc.record({
    at: fc.constant(0),
    bit: fc.constant(-1),
    cut: fc.integer({ min: 1, max: 100_000 }),
  }),
);

function expectRefused(
  bytes: Uint8Array,
  { at, bit, cut }: { at: number; bit: number; cut: number },
): void {
  const damaged = bytes.slice(0, Math.max(0, bytes.length - cut));
  const place = at % damaged.length;
  if (bit >= 0) damaged[place] = (damaged[place] ?? 0) ^ (1 << bit);
  let refusal: unknown;
  try {
    readCore(damaged);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toBeInstanceOf(CoreError);
}

export const snapshot: Fuzzer = {
  name: 'snapshot',
  sentence: 'A guest read from its bytes goes on as the original, and damaged bytes are refused.',
  cases: 60,
  night: 100_000,
  create: () => {
    const tally = new Tally(['a future compared', 'damage refused']);
    const tried = new Tally(['damaged snapshots']);
    const bytes = writeCore(guest(FEW_FRAMES));
    const property = fc.property(
      steps,
      steps,
      fc.array(fault, { maxLength: 40, size: 'max' }),
      (past, future, faults) => {
        expectSameFuture(past, future);
        tally.add('a future compared');
        for (const one of faults) expectRefused(bytes, one);
        tally.add('damage refused', faults.length);
        tried.add('damaged snapshots', faults.length);
      },
    );
    return { property, missing: tally.missing, tried: tried.counts };
  },
};
