import { describe, expect, it } from 'vitest';

import { type Slot, WarmPool } from '../../../src/replay/warm-pool.ts';

function slot(functionId: number): Slot {
  const container = {} as Slot['container'];
  const state = { durationMs: 0, measured: true, idle: false, expiresMs: 0, armed: false };
  return { container, functionId, ...state };
}

describe('warm containers', () => {
  it('are taken in the reverse order of their release, each by its own function', () => {
    const pool = new WarmPool(2);
    const [a, b, other] = [pool.add(slot(0)), pool.add(slot(0)), pool.add(slot(1))];
    for (const index of [a, other, b]) pool.release(index);
    expect([pool.take(0), pool.take(0), pool.take(0), pool.take(1)]).toEqual([b, a, -1, other]);
  });

  it('are idle from their release until they are taken', () => {
    const pool = new WarmPool(1);
    const index = pool.add(slot(0));
    expect([pool.at(index).idle, pool.take(0)]).toEqual([false, -1]);
    pool.release(index);
    expect(pool.at(index).idle).toBe(true);
    pool.take(0);
    expect(pool.at(index).idle).toBe(false);
  });

  it('that are removed are never taken again, and others keep their order', () => {
    const pool = new WarmPool(1);
    const indexes = [0, 1, 2].map(() => pool.add(slot(0)));
    for (const index of indexes) pool.release(index);
    pool.remove(indexes[1] as number);
    expect([pool.take(0), pool.take(0), pool.take(0)]).toEqual([indexes[2], indexes[0], -1]);
  });

  it('may be removed while they run', () => {
    const pool = new WarmPool(1);
    const index = pool.add(slot(0));
    pool.remove(index);
    expect([pool.indexes(), pool.take(0)]).toEqual([[], -1]);
  });
});

it('places are used again, and those in use are listed ascending', () => {
  const pool = new WarmPool(1);
  for (let i = 0; i < 4; i++) pool.add(slot(0));
  pool.remove(1);
  pool.remove(2);
  expect(pool.indexes()).toEqual([0, 3]);
  expect(new Set([pool.add(slot(0)), pool.add(slot(0)), pool.add(slot(0))])).toEqual(
    new Set([1, 2, 4]),
  );
  expect(pool.indexes()).toEqual([0, 1, 2, 3, 4]);
});
