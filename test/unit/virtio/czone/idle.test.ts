import { describe, expect, it } from 'vitest';

import { Clock } from '../../../../src/time/index.ts';
import { IdleTimers } from '../../../../src/virtio/czone/idle.ts';
import { Rig } from '../../../support/czone-rig.ts';

function rig(delayNs = 100): { clock: Clock; idle: IdleTimers; log: string[] } {
  const clock = new Clock();
  const log: string[] = [];
  const idle = new IdleTimers({ delayNs, targetBytes: 4096 }, clock, {
    reclaim: (zone, bytes) => log.push(`${clock.nowNs}: reclaim ${zone} ${bytes}`),
    cancel: (zone) => log.push(`${clock.nowNs}: cancel ${zone}`),
  });
  return { clock, idle, log };
}

describe('an idle zone', () => {
  it('is asked once, the delay after it went idle', () => {
    const { clock, idle, log } = rig();
    idle.idle(1);
    clock.advance(50);
    idle.idle(2);
    clock.advance(500);
    expect(log).toEqual(['100: reclaim 1 4096', '150: reclaim 2 4096']);
  });

  it('keeps its place on the clock when it is called idle again', () => {
    const { clock, idle, log } = rig();
    idle.idle(1);
    clock.advance(90);
    idle.idle(1);
    clock.advance(500);
    expect(log).toEqual(['100: reclaim 1 4096']);
  });

  it('is asked anew after it was asked and went idle again', () => {
    const { clock, idle, log } = rig();
    idle.idle(1);
    clock.advance(100);
    idle.idle(1);
    clock.advance(100);
    expect(log).toEqual(['100: reclaim 1 4096', '200: reclaim 1 4096']);
  });

  it('is not asked when work comes before, and what runs is cancelled', () => {
    const { clock, idle, log } = rig();
    idle.idle(1);
    clock.advance(99);
    idle.active(1);
    clock.advance(500);
    expect(log).toEqual(['99: cancel 1']);
    expect(clock.pending).toBe(0);
  });

  it('is forgotten when it is gone, without a word, or with all others', () => {
    const { clock, idle, log } = rig();
    for (const zone of [1, 2, 3]) idle.idle(zone);
    idle.forget(2);
    expect(clock.pending).toBe(2);
    idle.forgetAll();
    idle.idle(3);
    clock.advance(500);
    expect(log).toEqual(['100: reclaim 3 4096']);
  });
});

describe('a policy for idle zones', () => {
  it.each([-1, NaN, Infinity])(
    'with a delay of %d is refused before any guest sees it',
    (delayNs) => {
      expect(() => new Rig({ idle: { delayNs, targetBytes: 0 } })).toThrow(RangeError);
    },
  );
});
