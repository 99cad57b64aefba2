// drain: as fullest, but a VM that has become nearly empty gets no container any more, so that it ends with those that it has.

import { ArgumentError } from '../argument.ts';
import { fullestWithRoom } from './fullest.ts';
import { type Placement, type PlacementSpec, type Room, expectRooms } from './policy.ts';

/** Of its capacity, with which a VM is nearly empty. */
const DEFAULT_SHARE = 0.25;

/** Whether it was fuller once: a VM that has just started is no emptier than it was. */
function isDraining({ containers, capacity, most }: Room, share: number): boolean {
  return most > containers && containers <= share * capacity;
}

export class Draining implements Placement {
  private readonly _share: number;

  constructor(share: number) {
    this._share = share;
  }

  choose<T extends Room>(rooms: readonly T[]): T | undefined {
    return fullestWithRoom(expectRooms(rooms).filter((room) => !isDraining(room, this._share)));
  }
}

function shareOf(text: string): number {
  const share = Number(text);
  if (/^\d*\.?\d+$/.test(text) && share < 1) return share;
  throw new ArgumentError('a share of a VM’s containers from 0 to below 1', text);
}

export const DRAIN: PlacementSpec = {
  name: 'drain',
  sentence:
    'A container goes to the fullest VM of its function that has room, unless that has become nearly empty: then VMs are left to end; drain:SHARE, 0.25 if not said.',
  create: (argument) => new Draining(argument === undefined ? DEFAULT_SHARE : shareOf(argument)),
};
