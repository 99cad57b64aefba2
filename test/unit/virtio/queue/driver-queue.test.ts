import { describe, expect, it } from 'vitest';

import { DriverQueue } from '../../../../src/virtio/queue/driver-queue.ts';
import type { QueueOptions } from '../../../../src/virtio/queue/layout.ts';
import { INDIRECT, PLAIN, Ring, SIZE } from '../../../support/ring.ts';
import { BumpMemory } from '../../../support/virtio.ts';

function driver(options: QueueOptions = PLAIN): { ring: Ring; queue: DriverQueue<string> } {
  const ring = new Ring(options);
  return {
    ring,
    queue: new DriverQueue(new BumpMemory(ring.memory, 0x8000), ring.layout, options),
  };
}

describe('a driver', () => {
  it('writes a balloon message byte for byte', () => {
    const { ring, queue } = driver();
    queue.add([{ addr: 0x6000, lengthBytes: 8 }], 1, 'a');
    expect(ring.memory.hex(0x1000, 16)).toBe('00 60 00 00 00 00 00 00 08 00 00 00 00 00 01 00');
    expect(ring.memory.hex(0x1080, 6)).toBe('00 00 01 00 00 00');
    expect(queue.takeKick()).toBe(true);
    expect(ring.pop()).toBe('chain');
    ring.device.pushUsed(0, 0);
    expect(queue.takeUsed()).toEqual({ token: 'a', writtenBytes: 0 });
    expect(queue.takeUsed()).toBeUndefined();
  });

  it('takes free descriptors last in, first out', () => {
    const { ring, queue } = driver();
    const one = [{ addr: 0x6000, lengthBytes: 1 }];
    const three = [one, one, one].flat();
    expect(queue.add(three, 1, 'abc')).toBe(true);
    expect(queue.add(one, 1, 'd')).toBe(true);
    ring.pop();
    ring.device.pushUsed(0, 2);
    expect(queue.takeUsed()).toEqual({ token: 'abc', writtenBytes: 2 });
    expect(queue.freeCount).toBe(SIZE - 1);
    queue.add(one, 1, 'e');
    expect(ring.memory.readU16(ring.layout.availAddr + 4 + 2 * 2)).toBe(0);
    expect(queue.add(Array(SIZE).fill(one[0]), 0, 'too many')).toBe(false);
  });

  it('uses one descriptor and a table for a longer chain when it may', () => {
    const { ring, queue } = driver(INDIRECT);
    queue.add(
      [
        { addr: 0x6000, lengthBytes: 24 },
        { addr: 0x6018, lengthBytes: 10 },
      ],
      1,
      'request',
    );
    expect(queue.freeCount).toBe(SIZE - 1);
    expect(ring.pop()).toBe('chain');
    expect([ring.chain.count, ring.chain.readableCount, ring.chain.addr(1)]).toEqual([
      2, 1, 0x6018,
    ]);
  });

  it.each([
    ['an id out of range', SIZE],
    ['an id that is no head', 3],
  ])('is broken by %s', (_, id) => {
    const { ring, queue } = driver();
    queue.add([{ addr: 0x6000, lengthBytes: 1 }], 1, 'a');
    ring.device.pushUsed(id, 0);
    expect(queue.takeUsed()).toBeUndefined();
    expect(queue.isBroken).toBe(true);
    expect(queue.add([{ addr: 0x6000, lengthBytes: 1 }], 1, 'b')).toBe(false);
  });

  it('does not kick a device that said it need not know', () => {
    const { ring, queue } = driver();
    ring.memory.writeU16(ring.layout.usedAddr, 1);
    queue.add([{ addr: 0x6000, lengthBytes: 1 }], 1, 'a');
    expect(queue.takeKick()).toBe(false);
  });

  it('offers no chain longer than the queue, in a table neither: the device would refuse it', () => {
    const { ring, queue } = driver(INDIRECT);
    const buffers = Array.from({ length: SIZE + 1 }, () => ({ addr: 0x6000, lengthBytes: 1 }));
    expect(queue.add(buffers, 0, 'too long')).toBe(false);
    expect(ring.pop()).toBe('empty');
    expect(queue.add(buffers.slice(1), 0, 'as long')).toBe(true);
    expect(ring.pop()).toBe('chain');
    expect(queue.freeCount).toBe(SIZE - 1);
  });
});
