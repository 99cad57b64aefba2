import { describe, expect, it } from 'vitest';
import {
  BenchDiffers,
  type BenchOutcome,
  type Microbench,
  runMicrobenches,
} from '../../../src/microbench/index.ts';

function benchOf(outcomes: readonly Partial<BenchOutcome>[]): Microbench {
  let run = 0;
  const prepare = (): (() => BenchOutcome) => {
    const outcome = { operations: 10, hash: 'a', counts: {}, ...outcomes[run] };
    run += 1;
    return () => outcome;
  };
  return { name: 'b', sentence: 'B.', operation: 'page', prepare };
}

/** A clock whose turns take these times. */
function clockOf(...times: readonly number[]): () => number {
  let now = 0;
  let looks = 0;
  return () => {
    if (looks % 2 === 1) now += times[looks >> 1] as number;
    looks += 1;
    return now;
  };
}

describe('runs of a microbenchmark', () => {
  it('come to the median, the lowest and the highest, by operation', async () => {
    const [result] = await runMicrobenches([benchOf([])], { frames: 1 }, 3, clockOf(300, 100, 200));
    expect(result).toMatchObject({ nsPerOperation: 20, lowestNs: 10, highestNs: 30, hash: 'a' });
  });

  it('take turns with those of others, and tell how many are done', async () => {
    const order: string[] = [];
    const named = (name: string): Microbench => ({
      ...benchOf([]),
      name,
      prepare: () => () => {
        order.push(name);
        return { operations: 1, hash: name, counts: {} };
      },
    });
    const told: string[] = [];
    const hear = (done: number, total: number): void => void told.push(`${done}/${total}`);
    await runMicrobenches([named('x'), named('y')], { frames: 1 }, 2, () => 0, hear);
    expect(told).toEqual(['1/4', '2/4', '3/4', '4/4']);
    expect(order).toEqual(['x', 'y', 'x', 'y']);
  });

  it('that came to different states are an error', async () => {
    const bench = benchOf([{ hash: 'a' }, { hash: 'b' }]);
    await expect(runMicrobenches([bench], { frames: 1 }, 2, () => 0)).rejects.toThrow(BenchDiffers);
  });
});
