import { expect, it } from 'vitest';
import { EMPTIEST, emptiestWithRoom } from '../../../../src/serverless/placement/emptiest.ts';
import { PROFILE, systemWithClock } from '../../../support/serverless.ts';

function room(containers: number): { containers: number; capacity: number; most: number } {
  return { containers, capacity: 3, most: containers };
}

it('spreads: the emptiest that has room, the oldest of equals; none when all are full', () => {
  const rooms = [room(2), room(3), room(1), room(1)];
  expect(emptiestWithRoom(rooms)).toBe(rooms[2]);
  expect(emptiestWithRoom([room(3)])).toBeUndefined();
});

it('is what a system asks: the next container goes where the fewest are', () => {
  const { create } = EMPTIEST;
  const { system } = systemWithClock('mcpv-static', { placement: () => create() });
  // four to a VM
  const containers = Array.from({ length: 5 }, () => system.start(PROFILE).container);
  const sixth = system.start(PROFILE).container;
  expect(sixth.vm).toBe(containers[4]?.vm);
  const [first, second] = containers;
  for (const one of [first, second]) if (one !== undefined) system.stop(one);
  // two in either now, and the first VM is the older
  expect(system.start(PROFILE).container.vm).toBe(containers[2]?.vm);
});
