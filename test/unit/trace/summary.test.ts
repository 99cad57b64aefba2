import { describe, expect, it } from 'vitest';
import { openTrace, summarizeTrace } from '../../../src/trace/index.ts';
import { CALL_FILE, SESSION_FILES, makeVhive } from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';

const seed = 1;

describe('a summary', () => {
  it('of counts has calls by minute and function, popularity and concurrency', () => {
    const trace = openTrace(
      makeVhive([
        [30, 0, 50],
        [10, 10, 0],
        [0, 0, 0],
      ]),
      { seed },
    );
    const summary = summarizeTrace(trace);
    expect(summary).toMatchObject({
      format: 'vhive',
      isDrawn: true,
      functions: 3,
      calledFunctions: 2,
      apps: 3,
      calls: 100,
      minutes: 3,
      callsAMinute: { peak: 50, peakMinute: 2 },
      topShares: { first: 0.8, tenth: 0.8 },
      triggers: { http: 3 },
      callsAFunction: { minimum: 0, p50: 20, maximum: 80 },
      memoryMib: { minimum: 64.5, maximum: 64.5 },
      sources: { memory: { trace: 3 }, durations: { trace: 3 } },
    });
    expect(summary.rate.map(({ calls }) => calls)).toEqual([40, 10, 50]);
    expect(summary.meanConcurrency).toBeCloseTo((100 * 50) / 180_000, 12);
    expect(summary.callMs).toBeUndefined();
    expect(summary.sessions).toBeUndefined();
  });

  it('of recorded calls has the durations of each, and triggers that are missing', () => {
    const { callMs, triggers, isDrawn, quirks } = summarizeTrace(
      openTrace(folderWith(CALL_FILE), { seed }),
    );
    expect(callMs).toMatchObject({ minimum: 5, p50: 20, maximum: 40 });
    expect(triggers).toEqual({ http: 1, none: 1 });
    expect(isDrawn).toBe(false);
    expect(quirks.functionsWithoutMemory).toBe(1);
  });

  it('of a long trace has at most 24 windows that cover it', () => {
    const { rate } = summarizeTrace(openTrace(makeVhive([Array(100).fill(1)]), { seed }));
    expect(rate).toHaveLength(20);
    expect(rate.reduce((sum, { minutes }) => sum + minutes, 0)).toBe(100);
    expect(rate.at(-1)).toEqual({ fromMinute: 95, minutes: 5, calls: 5 });
  });

  it('of sessions has length, memory and the share of time in tools, overlaps counted once', () => {
    const { sessions } = summarizeTrace(openTrace(folderWith(SESSION_FILES), { seed }));
    expect(sessions).toMatchObject({
      sessions: 1,
      toolCalls: 2,
      lengthS: { p50: 250.5 },
      peakMib: { maximum: 2000 / 256 },
    });
    expect(sessions?.toolShare).toBeCloseTo(249.5 / 250.5, 12);
  });
});
