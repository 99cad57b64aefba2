import { describe, expect, it } from 'vitest';
import { leastMemoryOf } from '../../../src/replay/least-memory.ts';
import { generateSynthetic, traceOf } from '../../../src/trace/index.ts';

const { functions } = generateSynthetic({ seed: 1, minutes: 1 });
const PLAN = { systems: ['scpv-template'], seed: 1, memory: {} };

/** So many calls of one function at once, each of so long. */
function calls(count: number, durationMs: number): ReturnType<typeof traceOf> {
  const rows = Array.from({ length: count }, () => ({ functionId: 0, startMs: 0, durationMs }));
  return traceOf({ name: 't', functions, rows, minutes: 2 });
}

describe('the least memory of a replay', () => {
  it('grows with what runs at the same time, and no further than to a minute', () => {
    expect(leastMemoryOf(calls(1, 60_000), PLAN).containers).toBe(1);
    expect(leastMemoryOf(calls(10, 60_000), PLAN).containers).toBe(10);
    expect(leastMemoryOf(calls(10, 30_000), PLAN).containers).toBe(5);
    expect(leastMemoryOf(calls(10, 900_000), PLAN).containers).toBe(10);
    const one = leastMemoryOf(calls(1, 60_000), PLAN).bytes;
    expect(leastMemoryOf(calls(10, 60_000), PLAN).bytes).toBeCloseTo(10 * one, 3);
    // of the smallest guest, 64 MiB
    expect(one).toBeGreaterThanOrEqual(13 * 2 ** 14);
  });

  it('is bounded by what hosts have room for', () => {
    const hostFrames = 2 ** 16;
    const [few, many] = [1000, 9000].map(
      (count) => leastMemoryOf(calls(count, 60_000), { ...PLAN, hostFrames }).bytes,
    );
    expect(many).toBeCloseTo(few as number, 3);
    const two = leastMemoryOf(calls(9000, 60_000), { ...PLAN, hostFrames, hosts: 2 }).bytes;
    expect(two).toBeCloseTo(2 * (many as number), 3);
  });

  it('has what a container takes of the kernel in it', () => {
    const machine = { containerKernelFrames: 2 ** 24 };
    const { bytes } = leastMemoryOf(calls(1, 60_000), { ...PLAN, machine });
    expect(bytes).toBeGreaterThan(13 * 2 ** 24);
  });

  it('of a trace without calls is none', () => {
    expect(leastMemoryOf(calls(0, 1), PLAN)).toEqual({ containers: 0, bytes: 0 });
  });
});
