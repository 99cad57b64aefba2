/** The machine of a script, and what it has not. */
import { describe, expect, it } from 'vitest';
import { Machine } from '../../../src/play/machine.ts';

const SIZE = { mib: 256, isClone: false, zones: 0, block: 2, room: 0, isReporting: false };

function names(size: Partial<typeof SIZE>): string[] {
  return new Machine({ ...SIZE, ...size }).devices.map(([name]) => name);
}

describe('a machine', () => {
  it('has the devices that it was made with', () => {
    expect(names({})).toEqual(['balloon']);
    expect(names({ zones: 64 })).toEqual(['balloon', 'czone-virtio']);
    expect(names({ room: 128 })).toEqual(['balloon', 'virtio-mem']);
  });

  it('says how one gets what it has not', () => {
    const machine = new Machine(SIZE);
    expect(() => machine.expectZones()).toThrow('boot it with zones=MIB');
    expect(() => machine.expectMem()).toThrow('boot it with room=MIB');
    expect(() => machine.container('a')).toThrow('there is no container a');
  });

  it.each([undefined, {}, { process: 5 }])('takes containers alone: not %j', (none) => {
    const machine = new Machine(SIZE);
    expect(() => machine.add('a', none as never)).toThrow('container');
    expect(machine.containers.size).toBe(0);
  });
});
