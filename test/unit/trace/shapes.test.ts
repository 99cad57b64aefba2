import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import {
  type ShapeOptions,
  TRACE_SHAPES,
  type TraceSummary,
  generateSynthetic,
  summarizeTrace,
} from '../../../src/trace/index.ts';

function summaryOf(shape: string, options: ShapeOptions = {}, seed = 1): TraceSummary {
  const found = TRACE_SHAPES.find(({ name }) => name === shape);
  return summarizeTrace(generateSynthetic({ seed }, found?.config(options)));
}

describe('a shape', () => {
  it('has a name of its own and a sentence', () => {
    expect(new Set(TRACE_SHAPES.map(({ name }) => name)).size).toBe(TRACE_SHAPES.length);
    for (const { sentence } of TRACE_SHAPES) expect(sentence).toMatch(/^[A-Z].*\.$/);
  });

  it('is the same at the same seed, another at another', () => {
    for (const { name } of TRACE_SHAPES) {
      const options = { functions: 10, minutes: 20 };
      expect(summaryOf(name, options)).toEqual(summaryOf(name, options));
      expect(summaryOf(name, options).rate).not.toEqual(summaryOf(name, options, 2).rate);
    }
  });

  it('many: all functions alike, at the rate that is asked for', () => {
    const { functions, calledFunctions, callsAMinute, topShares, triggers, callsAFunction } =
      summaryOf('many', { functions: 500, minutes: 120, perMinute: 1000 });
    expect([functions, calledFunctions]).toEqual([500, 500]);
    expect(callsAMinute.mean / 1000).toBeCloseTo(1, 1);
    expect(topShares.first).toBeLessThan(2 / 500);
    expect(callsAFunction.minimum).toBeGreaterThan(150);
    expect(triggers).not.toHaveProperty('timer');
  });

  it('popular: one function with so many calls at the same time', () => {
    for (const busy of [5, 200]) {
      const { meanConcurrency, topShares } = summaryOf('popular', { busy, functions: 5 });
      expect(meanConcurrency / busy).toBeGreaterThan(0.95);
      expect(meanConcurrency).toBeLessThan(busy * 1.05 + 16); // others may offer a few
      expect(topShares.first).toBeGreaterThan(0.9);
    }
  });

  it('bursts: every function is silent in most of its 5-minute blocks, and loud in the others', () => {
    const shape = TRACE_SHAPES.find(({ name }) => name === 'bursts');
    const config = shape?.config({ functions: 1, minutes: 2000, perMinute: 100 });
    const { rate } = summarizeTrace(generateSynthetic({ seed: 1, minutes: 2000 }, config));
    const blocks = summarizeTrace(generateSynthetic({ seed: 1, minutes: 20 }, config)).rate;
    expect(rate.reduce((sum, { calls }) => sum + calls, 0) / 2000 / 100).toBeCloseTo(1, 0);
    for (const { calls } of blocks) expect(calls === 0 || calls > 300).toBe(true);
  });

  it('diurnal: a day whose night has about half of the load of its peak', () => {
    const { rate, callsAMinute, minutes } = summaryOf('diurnal', { perMinute: 2000 });
    expect(minutes).toBe(1440);
    expect(callsAMinute.mean / 2000).toBeCloseTo(1, 1);
    const calls = rate.map((window) => window.calls);
    expect(Math.min(...calls) / Math.max(...calls)).toBeCloseTo(0.5, 1);
    expect(Math.max(...calls)).toBe(Math.max(...calls.slice(10, 14)));
  });

  it.each([
    ['popular', { perMinute: 5 }, 'perMinute'],
    ['many', { busy: 5 }, 'busy'],
    ['bursts', { busy: 5 }, 'busy'],
    ['diurnal', { busy: 5 }, 'busy'],
    ['popular', { busy: 0 }, 'busy'],
  ])('%s refuses what it does not take', (shape, options, argument) => {
    expect(() => summaryOf(shape, options)).toThrow(RefusedArgument);
    expect(() => summaryOf(shape, options)).toThrow(`${argument}: `);
  });
});
