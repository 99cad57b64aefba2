/** HyperAlloc's driver: what it tells its host, and how it waits. */
import { describe, expect, it } from 'vitest';
import { Clock } from '../../../../src/time/index.ts';
import {
  LlfreeDevice,
  LlfreeDriver,
  type LlfreeGuest,
  POLICY_SPEC,
  VirtioDevice,
  connect,
} from '../../../../src/virtio/index.ts';
import { BumpMemory, FlatGuestMemory } from '../../../support/virtio.ts';

const HUGE = 512;

class Rig {
  readonly installs: number[] = [];
  readonly driver: LlfreeDriver;
  readonly model: LlfreeDevice;
  readonly mmio: ReturnType<typeof connect>['mmio'];
  waiting: LlfreeGuest['waiting'];

  constructor({ cpus = 2, memoryBytes = 1 << 20 } = {}) {
    const host = {
      frames: 8192,
      reclaim: () => -1,
      giveBack: () => true,
      install: (pfn: number): boolean => this.installs.push(pfn) > 0,
      discard: () => 0,
    };
    const options = { cpus: 2, timers: new Clock(), zones: [1] };
    this.model = new LlfreeDevice(host, options);
    const memory = new FlatGuestMemory(memoryBytes);
    const device = new VirtioDevice(this.model, memory, POLICY_SPEC);
    const { mmio, transport } = connect(device, new BumpMemory(memory, 0x1000));
    this.mmio = mmio;
    const waiting = (): LlfreeGuest['waiting'] => this.waiting;
    this.driver = new LlfreeDriver(transport, {
      cpus,
      zones: () => [{ node: 0, zone: 1, start: 0, frames: 8192 }],
      get waiting() {
        return waiting();
      },
    });
  }
}

describe('the driver', () => {
  it('tells of its zones when it has its queues', () => {
    const rig = new Rig();
    expect(rig.driver.probe()).toBeUndefined();
    expect(rig.model.setTaken(1)).toBe(0);
    rig.waiting = { zone: 1, pfn: 3 * HUGE };
    expect(rig.driver.install(1)).toBe(true);
    expect(rig.model.counters.needless).toBe(1);
  });

  it('sends nothing when nobody waits, nor for a CPU that it has no queue of', () => {
    const rig = new Rig({ cpus: 1 });
    rig.driver.probe();
    const before = rig.mmio.counters.writes;
    expect(rig.driver.install(0)).toBe(false);
    rig.waiting = { zone: 1, pfn: 0 };
    expect(rig.driver.install(7)).toBe(false);
    expect(rig.mmio.counters.writes).toBe(before);
  });

  it('leaves the guest once a request, and wants no interrupt', () => {
    const rig = new Rig();
    rig.driver.probe();
    rig.waiting = { zone: 1, pfn: 0 };
    const { reads, writes } = { ...rig.mmio.counters };
    for (let at = 0; at < 5; at += 1) rig.driver.install(at % 2);
    expect([rig.mmio.counters.reads - reads, rig.mmio.counters.writes - writes]).toEqual([0, 5]);
  });

  it('does without the device when it has fewer queues than there are CPUs, or no memory is there', () => {
    expect(new Rig({ cpus: 3 }).driver.probe()).toBe('bad-config');
    expect(new Rig({ memoryBytes: 0x2800 }).driver.probe()).toBe('no-memory');
  });
});
