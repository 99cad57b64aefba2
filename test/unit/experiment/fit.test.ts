import { expect, it } from 'vitest';
import { MemoryShort, expectFits, peakResidentBytes } from '../../../src/experiment/fit.ts';
import { leastMemoryOf } from '../../../src/replay/index.ts';
import { generateSynthetic } from '../../../src/trace/index.ts';

const TRACE = generateSynthetic({ seed: 1, minutes: 2 });
const PLAN = { systems: ['scpv-template', 'scpv-fork'], seed: 1 };

it('a replay that cannot fit is refused in one line that says why', () => {
  const { bytes } = leastMemoryOf(TRACE, PLAN);
  expect(() => expectFits(TRACE, PLAN, 1, Infinity, bytes)).not.toThrow();
  expect(() => expectFits(TRACE, PLAN, 2, Infinity, bytes)).toThrow(MemoryShort);
  expect(() => expectFits(TRACE, PLAN, 2, Infinity, bytes)).toThrow(
    /^synthetic-hour: the replay takes .*B of memory or more, and there are .*B: \d+ containers run at the same time in the busiest minute, 2 systems at once, and guests take 13 bytes [^\n]*$/,
  );
  expect(() => expectFits(TRACE, PLAN, 2)).not.toThrow();
});

it('guests that may be packed take what they are given, and little more', () => {
  const { bytes, containers } = leastMemoryOf(TRACE, PLAN);
  const packed = containers * 64 * 1024;
  const guestBytes = bytes / 8;
  expect(() => expectFits(TRACE, PLAN, 2, guestBytes, 2 * (guestBytes + packed))).not.toThrow();
  expect(() => expectFits(TRACE, PLAN, 2, guestBytes, guestBytes + packed)).toThrow(MemoryShort);
});

it('a process knows the most that it has had', () => {
  expect(peakResidentBytes()).toBeGreaterThan(process.memoryUsage().rss / 2);
});
