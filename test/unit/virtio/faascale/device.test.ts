/** Faascale's device: what it makes of messages, and of what is none. */
import { describe, expect, it } from 'vitest';
import { HostileDriver } from '../../../fuzz/hostile.ts';
import { FRAMES, FaascaleRig } from '../../../support/faascale.ts';

const MESSAGE = 0x8000;

/** A driver that may send anything. */
function attacked(): {
  rig: FaascaleRig;
  send: (queue: number, words: number[], bytes?: number) => void;
} {
  const rig = new FaascaleRig();
  const driver = new HostileDriver(rig.device, rig.memory, 2);
  driver.start(0);
  const send = (queue: number, words: number[], bytes = words.length * 4): void => {
    for (const [at, word] of words.entries()) rig.memory.writeU32(MESSAGE + at * 4, word);
    driver.describe(queue, 0, [MESSAGE, bytes, 0, 0]);
    driver.offer(queue, [0]);
    driver.notify(queue);
  };
  return { rig, send };
}

describe('the device', () => {
  it('populates and depopulates what it is told, and counts what had memory', () => {
    const { rig, send } = attacked();
    send(0, [512, 1024]);
    send(1, [512, 1024]);
    expect(rig.told).toEqual([
      ['populate', 512, 1024],
      ['depopulate', 512, 1024],
    ]);
    expect(rig.model.counters).toEqual({
      messages: 2,
      populatedPages: 1024,
      depopulatedPages: 1024,
      releasedPages: 512,
    });
  });

  it('skips a range that is not the guest’s, and goes on with the next', () => {
    const { rig, send } = attacked();
    send(1, [FRAMES - 1, 2, 0xffff_ffff, 0xffff_ffff, FRAMES - 1, 1]);
    expect(rig.told).toEqual([['depopulate', FRAMES - 1, 1]]);
    expect(rig.device.counters.violations.get('faascale-range')).toBe(2);
  });

  it.each([
    ['half a pair', [1, 2], 12],
    ['more than 128 pairs', [], 129 * 8],
  ])('needs a reset after %s', (_, words, bytes) => {
    const { rig, send } = attacked();
    send(0, words, bytes);
    expect(rig.told).toEqual([]);
    expect(rig.device.counters.violations.get('faascale-message')).toBe(1);
    send(1, [0, 1]);
    expect(rig.told).toEqual([]);
  });
});
