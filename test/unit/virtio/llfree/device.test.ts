/** HyperAlloc's device over a guest that is a list of free huge frames: what it takes, returns, installs, and refuses. */
import { describe, expect, it } from 'vitest';
import { NS_PER_S } from '../../../../src/abi/unit.ts';
import { Clock } from '../../../../src/time/index.ts';
import {
  LlfreeDevice,
  type LlfreeDeviceOptions,
  POLICY_SPEC,
  VirtioDevice,
} from '../../../../src/virtio/index.ts';
import { encodeInstall, encodeZone } from '../../../../src/virtio/llfree/request.ts';
import { FlatGuestMemory, RawDriver } from '../../../support/virtio.ts';

const ID = 65534;
const HUGE = 512;
const HUGES = 64;
const ZONE = 1;

class Rig {
  readonly clock = new Clock();
  /** Huge frames that the guest's tables call free and not taken. */
  free: number[];
  readonly discards: [number, number][] = [];
  readonly installs: number[] = [];
  readonly returns: number[] = [];
  readonly model: LlfreeDevice;
  readonly device: VirtioDevice;
  readonly driver: RawDriver;

  constructor(free: readonly number[], options: Partial<LlfreeDeviceOptions> = {}) {
    this.free = [...free];
    const host = {
      frames: HUGES * HUGE,
      reclaim: (zone: number): number => (zone === ZONE ? (this.free.shift() ?? -1) * HUGE : -1),
      giveBack: (pfn: number): boolean => this.returns.push(pfn / HUGE) > 0,
      install: (pfn: number): boolean => this.installs.push(pfn / HUGE) > 0,
      discard: (pfn: number, frames: number): number => {
        this.discards.push([pfn / HUGE, frames / HUGE]);
        return frames;
      },
    };
    const made = { cpus: 2, timers: this.clock, zones: [2, 3, ZONE], ...options };
    this.model = new LlfreeDevice(host, made);
    const memory = new FlatGuestMemory(1 << 20);
    this.device = new VirtioDevice(this.model, memory, POLICY_SPEC);
    this.driver = new RawDriver(this.device, memory, ID, ~0n);
  }

  meet(zone = ZONE, frames = HUGES * HUGE): void {
    const message = this.driver.put(encodeZone({ node: 0, zone, start: 0, frames }));
    this.driver.send(0, [message], 1);
  }

  install(huge: number, zone = ZONE, at = 3): void {
    const message = this.driver.put(encodeInstall({ node: 0, zone, pfn: huge * HUGE + at }));
    this.driver.send(1, [message], 1);
  }

  get violations(): Record<string, number> {
    return Object.fromEntries(this.device.counters.violations);
  }
}

describe('a pass over the tables', () => {
  it('takes all that is free, and neighbours of a batch at once', () => {
    const rig = new Rig([4, 5, 6, 9, 1]);
    rig.meet();
    const taken: number[] = [];
    rig.model.onTaken = (...frames) => taken.push(...frames);
    rig.model.scan();
    expect(rig.discards).toEqual([
      [1, 1],
      [4, 3],
      [9, 1],
    ]);
    expect(rig.model.counters.takenHuge).toBe(5);
    expect(taken).toEqual([5 * HUGE, 5 * HUGE]);
    expect(rig.model.takenFrames).toBe(0);
  });

  it('comes 5 s after the one before, or when it is said, or never', () => {
    for (const [scanDelayNs, passes] of [
      [undefined, 2],
      [NS_PER_S, 11],
      [null, 0],
    ] as const) {
      const rig = new Rig([], { scanDelayNs });
      rig.clock.advance(11.5 * NS_PER_S);
      expect(rig.model.counters.passes).toBe(passes);
    }
  });

  it('finds nothing in zones that it was not told of', () => {
    const rig = new Rig([1, 2]);
    rig.model.scan();
    rig.meet(99);
    rig.meet(ZONE, HUGES * HUGE + 1);
    rig.model.scan();
    expect(rig.model.counters.takenHuge).toBe(0);
    expect(rig.violations).toEqual({ 'llfree-zone': 2 });
  });
});

describe('what is taken hard', () => {
  it('is as much as the host likes, as far as there is so much; what is over comes back', () => {
    const rig = new Rig([3, 4, 8]);
    rig.meet();
    expect(rig.model.setTaken(2)).toBe(2 * HUGE);
    expect(rig.model.setTaken(5)).toBe(HUGE);
    expect(rig.model.takenFrames).toBe(3 * HUGE);
    expect(rig.model.setTaken(1)).toBe(-2 * HUGE);
    expect(rig.returns).toEqual([3, 4]);
    expect(rig.model.counters.returnedHuge).toBe(2);
  });

  it('gives no memory if it was taken softly before', () => {
    const rig = new Rig([3]);
    rig.meet();
    rig.model.scan();
    rig.free = [3];
    rig.model.setTaken(1);
    expect(rig.discards).toHaveLength(1);
    expect(rig.model.takenFrames).toBe(HUGE);
  });

  it('stays so, though the guest cleared its mark and a pass finds it', () => {
    const rig = new Rig([3]);
    rig.meet();
    rig.model.setTaken(1);
    rig.free = [3];
    rig.model.scan();
    rig.install(3);
    expect(rig.installs).toEqual([]);
    expect(rig.violations).toEqual({ 'llfree-install': 1 });
    rig.free = [3];
    rig.model.setTaken(2);
    expect(rig.model.takenFrames).toBe(HUGE);
    rig.model.setTaken(0);
    expect([rig.model.takenFrames, rig.returns]).toEqual([0, [3]]);
  });

  it('comes back before the driver goes', () => {
    const rig = new Rig([3, 4]);
    rig.meet();
    rig.model.setTaken(2);
    rig.model.reset();
    expect(rig.returns).toEqual([3, 4]);
    expect(rig.model.takenFrames).toBe(0);
  });
});

describe('an install', () => {
  it('is of the whole huge frame, once; what is released after it was one piece', () => {
    const rig = new Rig([3]);
    rig.meet();
    rig.model.scan();
    rig.install(3);
    rig.install(3);
    expect(rig.installs).toEqual([3]);
    const { counters } = rig.model;
    expect([counters.installedHuge, counters.needless, counters.releasedHuge]).toEqual([1, 1, 0]);
    rig.free = [3];
    rig.model.scan();
    expect(counters.releasedHuge).toBe(1);
  });

  it('of what is taken hard, of another zone or of no memory is refused', () => {
    const rig = new Rig([3, 4]);
    rig.meet();
    rig.model.setTaken(1);
    rig.model.scan();
    rig.install(3);
    rig.install(4, 2);
    rig.install(HUGES);
    expect(rig.installs).toEqual([]);
    expect(rig.violations).toEqual({ 'llfree-install': 3 });
  });

  it('that is no message ends the device’s work until it is reset', () => {
    const rig = new Rig([]);
    rig.driver.send(1, [rig.driver.put([1, 2, 3])], 1);
    expect(rig.violations).toEqual({ 'llfree-message': 1 });
    expect(rig.device.isActive).toBe(false);
  });
});
