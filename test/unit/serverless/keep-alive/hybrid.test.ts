import { describe, expect, it } from 'vitest';
import { MS_PER_MINUTE } from '../../../../src/abi/unit.ts';
import { ArgumentError } from '../../../../src/serverless/index.ts';
import { HYBRID } from '../../../../src/serverless/keep-alive/hybrid.ts';
import type { KeepAlive } from '../../../../src/serverless/keep-alive/policy.ts';

const RUNS_MS = 1000;

/** Calls so many minutes apart, each a second long; the time of the last one's end. */
function played(policy: KeepAlive, idleMinutes: readonly number[], functionId = 0): number {
  let nowMs = 0;
  policy.arrived(functionId, nowMs);
  for (const idle of idleMinutes) {
    nowMs += RUNS_MS;
    policy.keepMs(functionId, nowMs);
    nowMs += idle * MS_PER_MINUTE;
    policy.arrived(functionId, nowMs);
  }
  return nowMs + RUNS_MS;
}

function minutes(ms: number): number {
  return Math.round((ms / MS_PER_MINUTE) * 1000) / 1000;
}

/** What it would do with a container that becomes idle: how long it stays, when the next one comes, how long that stays. */
function doneAfter(
  idleMinutes: readonly number[],
  policy = HYBRID.create(),
): (number | undefined)[] {
  const nowMs = played(policy, idleMinutes);
  const keepMs = policy.keepMs(0, nowMs);
  const wanted = policy.prewarm?.(0, nowMs);
  return [keepMs, wanted?.inMs, wanted?.keepMs].map((ms) =>
    ms === undefined ? undefined : minutes(ms),
  );
}

function times(count: number, value: number): number[] {
  return Array.from({ length: count }, () => value);
}

describe('hybrid', () => {
  it('keeps for its range until it has seen ten idle times', () => {
    expect(doneAfter([])).toEqual([240, undefined, undefined]);
    expect(doneAfter(times(9, 30))).toEqual([240, undefined, undefined]);
    expect(doneAfter(times(9, 30), HYBRID.create('60m'))).toEqual([60, undefined, undefined]);
  });

  it('ends the container of a function with a period, and wants one shortly before the next call', () => {
    // bin 30: from 0.9 x 30 to 1.1 x 31 minutes
    expect(doneAfter(times(10, 30))).toEqual([0, 27, 7.1]);
  });

  it('keeps the container of a function that is called all the time, a little longer than it ever waits', () => {
    expect(doneAfter(times(20, 0.5))).toEqual([1.1, undefined, undefined]);
    expect(doneAfter([...times(19, 0.5), ...times(19, 2.5)])).toEqual([3.3, undefined, undefined]);
  });

  it('leaves out a twentieth before and a hundredth behind', () => {
    const mostly = [...times(3, 1), ...times(300, 30), ...times(2, 200)];
    expect(doneAfter(mostly)).toEqual([0, 27, 7.1]);
  });

  it('keeps for its range when idle times are all over it', () => {
    const flat = Array.from({ length: 240 }, (_, bin) => bin + 0.5);
    expect(doneAfter(flat)).toEqual([240, undefined, undefined]);
  });

  it('takes the mean of the last idle times where most are longer than its range', () => {
    const [keep, from, stays] = doneAfter(times(12, 600));
    expect([keep, from]).toEqual([0, 510]);
    expect(stays).toBeCloseTo(180, 9);
  });

  it('has a histogram for each function, over idle time and not over calls that follow at once', () => {
    const policy = HYBRID.create();
    played(policy, times(12, 30), 1);
    expect(policy.keepMs(0, 0)).toBe(240 * MS_PER_MINUTE);
    expect(policy.prewarm?.(0, 0)).toBeUndefined();
    expect(policy.prewarm?.(1, 0)?.inMs).toBe(27 * MS_PER_MINUTE);
  });

  it('refuses a range that is none', () => {
    for (const range of ['', 'x', '30s', '25h'])
      expect(() => HYBRID.create(range)).toThrow(ArgumentError);
  });
});
