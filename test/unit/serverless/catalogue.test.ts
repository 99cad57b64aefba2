import { describe, expect, it } from 'vitest';

import {
  CATALOGUE,
  RUNTIMES,
  resembling,
  smallRuntime,
} from '../../../src/serverless/catalogue.ts';

describe('the workload that a function resembles', () => {
  it('is each one itself at its own medians', () => {
    for (const { name, memoryMib, timeMs } of CATALOGUE) {
      expect(resembling(memoryMib.median, timeMs.median).name).toBe(name);
    }
  });

  it('misses in memory and in time alike: by ratios that are multiplied', () => {
    // 40 MiB and 2 s lie inside pyaes; chameleon would miss by 41/40 in memory.
    expect(resembling(38.5, 2000).name).toBe('pyaes');
    // More memory than any: 928/606 of chameleon against 928/464 of cnn_serving.
    expect(resembling(928, 150).name).toBe('chameleon');
    // And as fast as nothing that large: 928/606 × 11/4 against 928/304.
    expect(resembling(928, 4).name).toBe('rnn_serving');
    // Very long in little memory: lr_training's memory is far off, pyaes's time is not.
    expect(resembling(38, 60_000).name).toBe('pyaes');
  });

  it('of several that fit is the one whose median memory is nearest', () => {
    // image_rotate 46–59 (59), chameleon 41–606 (89), matmul 49–103 (55), json_serdes 44–163 (78).
    expect(resembling(56, 100).name).toBe('matmul');
    expect(resembling(76, 100).name).toBe('json_serdes');
    expect(resembling(600, 100).name).toBe('chameleon');
  });

  it('is there for figures that nobody measured', () => {
    for (const [mib, ms] of [
      [0, 0],
      [0.001, 1e9],
      [1e6, 0],
    ] as const) {
      expect(CATALOGUE).toContain(resembling(mib, ms));
    }
  });
});

it('each workload has its least, median and most in order', () => {
  const all = [...CATALOGUE, ...RUNTIMES].flatMap(({ memoryMib }) => [memoryMib]);
  for (const { min, median, max } of [...all, ...CATALOGUE.map(({ timeMs }) => timeMs)]) {
    expect([min, median, max]).toEqual([min, median, max].toSorted((a, b) => a - b));
  }
});

it('a function below all of FunctionBench resembles the runtime whose range is nearest', () => {
  const names = [0.1, 1, 2, 8, 16, 25, 37.9].map((mib) => smallRuntime(mib)?.name);
  expect(names).toEqual(['c', 'c', 'shell', 'go', 'go', 'python', 'python']);
  expect(smallRuntime(38)).toBeUndefined();
});
