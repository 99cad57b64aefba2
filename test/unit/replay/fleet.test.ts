import { describe, expect, it } from 'vitest';
import { defaultMachine } from '../../../src/replay/index.ts';
import { Fleet } from '../../../src/replay/fleet.ts';
import { HOST_PLACEMENTS, SYSTEMS, policyOf, profileOf } from '../../../src/serverless/index.ts';
import { FRAMES_PER_MIB } from '../../../src/abi/unit.ts';
import { Clock } from '../../../src/time/index.ts';

const PROFILE = profileOf({ id: 0, name: 'f', memoryMib: 40, averageMs: 100 });

function fleetOf(count: number, hostMib: number, placement = 'first-fit'): Fleet {
  const machine = { ...defaultMachine(), hostFrames: hostMib * FRAMES_PER_MIB };
  const spec = SYSTEMS.find(({ name }) => name === 'scpv-template');
  const clock = new Clock();
  const systems = Array.from({ length: count }, () => spec!.create({ machine, clock }));
  return new Fleet(systems, { functions: 1, placement: policyOf(placement, HOST_PLACEMENTS)() });
}

function startOn(fleet: Fleet): number {
  const host = fleet.place(PROFILE);
  if (host === undefined) return -1;
  const { container } = fleet.start(host, PROFILE);
  host.add(container, host.containers);
  return fleet.hosts.indexOf(host);
}

describe('a fleet', () => {
  it('fills its hosts by the policy, and knows when none has room', () => {
    const fleet = fleetOf(2, 250);
    const placed = Array.from({ length: 8 }, () => startOn(fleet));
    expect(new Set(placed)).toEqual(new Set([0, 1, -1]));
    expect(placed).toEqual(placed.toSorted((a, b) => (a < 0 ? 9 : a) - (b < 0 ? 9 : b)));
    expect(fleet.isOver).toBe(false);
    const wide = fleetOf(2, 250, 'least-loaded');
    expect([startOn(wide), startOn(wide), startOn(wide)]).toEqual([0, 1, 0]);
  });

  it('says when a start took more than its host has, and does not try the same again', () => {
    const fleet = fleetOf(1, 60);
    expect(fleet.fitsEver(PROFILE)).toBe(true);
    expect(startOn(fleet)).toBe(0);
    expect(fleet.isOver).toBe(true);
    expect(fleet.fitsEver(PROFILE)).toBe(false);
    expect([fleet.place(PROFILE), fleet.toRelieve(PROFILE)]).toEqual([undefined, undefined]);
  });

  it('knows what runs in a VM until it is gone', () => {
    const fleet = fleetOf(1, 500);
    const host = fleet.place(PROFILE)!;
    const { container } = fleet.start(host, PROFILE);
    host.add(container, 7);
    expect([host.slotsOf(container.vm), host.containers, host.ofFunction(0)]).toEqual([[7], 1, 1]);
    host.remove(container, 7);
    expect([host.slotsOf(container.vm), host.containers, host.ofFunction(0)]).toEqual([[], 0, 0]);
  });
});
