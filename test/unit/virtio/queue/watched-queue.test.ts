/** What somebody hears who looks at a queue. */
import { expect, it } from 'vitest';
import { type RingMessage, WatchedQueue } from '../../../../src/virtio/queue/watched-queue.ts';
import { NEXT, Ring, WRITE } from '../../../support/ring.ts';

it('goes on where the queue stood, and tells a chain with what was said and answered', () => {
  const ring = new Ring();
  ring.desc(0, 0x100, 4).avail(0);
  ring.pop();
  ring.device.pushUsed(0, 0);
  const heard: RingMessage[] = [];
  const watched = new WatchedQueue(ring.memory, ring.device, 3, (message) => heard.push(message));
  ring.desc(2, 0x100, 2, NEXT, 5).desc(5, 0x200, 10, WRITE).avail(2);
  expect(watched.pop(ring.chain)).toBe('chain');
  ring.memory.write(0x100, Uint8Array.of(7, 8));
  ring.memory.write(0x200, Uint8Array.of(1, 2, 3, 4));
  expect(watched.pushUsed(2, 3)).toBe(true);
  expect(heard).toEqual([
    {
      queue: 3,
      head: 2,
      buffers: [
        { addr: 0x100, lengthBytes: 2, isWritable: false },
        { addr: 0x200, lengthBytes: 10, isWritable: true },
      ],
      said: Uint8Array.of(7, 8),
      answered: Uint8Array.of(1, 2, 3),
    },
  ]);
  expect(ring.memory.readU16(ring.layout.usedAddr + 2)).toBe(2);
});
