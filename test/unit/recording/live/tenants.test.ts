// Blocks by recorded frame and by place: neither book follows the other.

import { beforeEach, describe, expect, it } from 'vitest';
import {
  DROPPED,
  NOBODY,
  NOWHERE,
  ROLE_CACHE,
  ROLE_KEPT,
  ROLE_TASK,
  Tenants,
} from '../../../../src/recording/live/tenants.ts';

let tenants: Tenants;
beforeEach(() => {
  tenants = new Tenants(64);
});

describe('Tenants', () => {
  it('finds a block by each of its recorded frames, and by its first place', () => {
    const block = tenants.add(ROLE_TASK, 2, 8, 40);
    expect([7, 8, 11, 12].map((frame) => tenants.at(frame))).toEqual([
      NOBODY,
      block,
      block,
      NOBODY,
    ]);
    expect([tenants.in(40), tenants.in(41)]).toEqual([block, NOBODY]);
    expect([tenants.roleOf(block), tenants.orderOf(block)]).toEqual([ROLE_TASK, 2]);
  });

  it('moves on one side and stays on the other', () => {
    const page = tenants.add(ROLE_TASK, 0, 8, 40);
    tenants.settle(page, 20);
    expect([tenants.at(8), tenants.at(20), tenants.placeOf(page)]).toEqual([NOBODY, page, 40]);
    tenants.house(page, 41);
    expect([tenants.in(40), tenants.in(41), tenants.homeOf(page)]).toEqual([NOBODY, page, 20]);
  });

  it('leaves a recorded frame alone that somebody else has by now', () => {
    const old = tenants.add(ROLE_TASK, 0, 8, 40);
    const next = tenants.add(ROLE_TASK, 0, 8, 41);
    tenants.end(old);
    expect(tenants.at(8)).toBe(next);
  });

  it('makes pages of a block on both sides, and of one that was never served', () => {
    tenants.split(tenants.add(ROLE_TASK, 1, 8, 40));
    expect([8, 9].map((frame) => tenants.placeOf(tenants.at(frame)))).toEqual([40, 41]);
    tenants.split(tenants.add(ROLE_CACHE, 1, 12, NOWHERE));
    expect([12, 13].map((frame) => tenants.placeOf(tenants.at(frame)))).toEqual([NOWHERE, NOWHERE]);
  });

  it('gives back what was lost: of the order, the role first, then the oldest', () => {
    const task = tenants.add(ROLE_TASK, 0, 8, 40);
    const cache = tenants.add(ROLE_CACHE, 0, 9, 41);
    const large = tenants.add(ROLE_CACHE, 1, 10, 42);
    for (const tenant of [task, cache, large]) tenants.lose(tenant);
    expect(tenants.at(8)).toBe(NOBODY);
    expect(tenants.takeLost(0, ROLE_CACHE)).toBe(cache);
    expect(tenants.takeLost(0, ROLE_CACHE)).toBe(task);
    expect(tenants.takeLost(0, ROLE_CACHE)).toBe(NOBODY);
    tenants.end(large);
    expect(tenants.takeLost(1, ROLE_CACHE)).toBe(NOBODY);
  });

  it('is lost from the beginning where no event tells the frame', () => {
    const page = tenants.add(ROLE_TASK, 0, NOBODY, 40);
    expect(tenants.takeLost(0, ROLE_TASK)).toBe(page);
  });

  it('ends once', () => {
    const page = tenants.add(ROLE_CACHE, 0, 8, DROPPED);
    tenants.become(page, ROLE_KEPT);
    expect([tenants.roleOf(page), tenants.isGone(page)]).toEqual([ROLE_KEPT, false]);
    tenants.end(page);
    expect([tenants.isGone(page), tenants.placeOf(page), tenants.at(8)]).toEqual([
      true,
      NOWHERE,
      NOBODY,
    ]);
  });
});
