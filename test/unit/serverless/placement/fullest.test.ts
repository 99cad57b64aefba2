import { describe, expect, it } from 'vitest';
import { fullestWithRoom } from '../../../../src/serverless/placement/fullest.ts';

function room(containers: number): { containers: number; capacity: number; most: number } {
  return { containers, capacity: 3, most: containers };
}

describe('fullestWithRoom', () => {
  it('packs: the fullest that has room, the oldest of equals', () => {
    const rooms = [room(1), room(3), room(2), room(2)];
    expect(fullestWithRoom(rooms)).toBe(rooms[2]);
  });

  it('finds none when all are full or there is none', () => {
    expect(fullestWithRoom([room(3)])).toBeUndefined();
    expect(fullestWithRoom([])).toBeUndefined();
  });
});
