import { describe, expect, it } from 'vitest';

import {
  contiguousLayout,
  DescriptorChain,
  DeviceQueue,
  DriverQueue,
  ringBytes,
  type QueueLayout,
  type QueueOptions,
} from '../../../../src/virtio/index.ts';
import { needEvent } from '../../../../src/virtio/queue/need-event.ts';
import { BumpMemory, FlatGuestMemory } from '../../../support/virtio.ts';

const SIZE = 8;
const PLAIN: QueueOptions = { eventIdx: false, indirect: false };
const INDIRECT: QueueOptions = { eventIdx: false, indirect: true };
const NEXT = 1;
const WRITE = 2;
const TABLE = 4;

class Ring {
  readonly memory = new FlatGuestMemory(0x10000);
  readonly layout: QueueLayout;
  readonly device: DeviceQueue;
  readonly chain: DescriptorChain = new DescriptorChain();

  constructor(options: QueueOptions = PLAIN, size = SIZE) {
    this.layout = contiguousLayout(0x1000, size, 4096);
    this.device = new DeviceQueue(this.memory, this.layout, options);
  }

  desc(i: number, addr: number, length: number, flags = 0, next = 0, table = 0): this {
    const at = (table === 0 ? this.layout.descAddr : table) + 16 * i;
    this.memory.writeU64(at, addr);
    this.memory.writeU32(at + 8, length);
    this.memory.writeU16(at + 12, flags);
    this.memory.writeU16(at + 14, next);
    return this;
  }

  avail(...heads: number[]): this {
    const { availAddr, size } = this.layout;
    const idx = this.memory.readU16(availAddr + 2) ?? 0;
    heads.forEach((head, i) => this.memory.writeU16(availAddr + 4 + 2 * ((idx + i) % size), head));
    this.memory.writeU16(availAddr + 2, (idx + heads.length) & 0xffff);
    return this;
  }

  pop(): string {
    const result = this.device.pop(this.chain);
    return result === 'fault' ? `fault ${this.device.fault}` : result;
  }
}

describe('layout', () => {
  it('has the sizes of the specification', () => {
    expect(contiguousLayout(0, 128, 4096)).toEqual({
      size: 128,
      descAddr: 0,
      availAddr: 2048,
      usedAddr: 4096,
    });
    expect(ringBytes(128, 4096)).toBe(4096 + 6 + 8 * 128);
    expect(ringBytes(256, 4096)).toBe(8192 + 6 + 8 * 256);
  });

  it.each([
    [{ size: 0 }, 'queue-size'],
    [{ size: 12 }, 'queue-size'],
    [{ size: 65536 }, 'queue-size'],
    [{ descAddr: 8 }, 'ring-alignment'],
    [{ availAddr: 1 }, 'ring-alignment'],
    [{ usedAddr: 2 }, 'ring-alignment'],
    [{ usedAddr: 0xfff0 }, 'ring-bounds'],
    [{ descAddr: 2 ** 60 }, 'ring-bounds'],
  ])('refuses %o as %s', (change, fault) => {
    const layout = { ...contiguousLayout(0x1000, SIZE, 4096), ...change };
    expect(new DeviceQueue(new FlatGuestMemory(0x10000), layout, PLAIN).fault).toBe(fault);
  });
});

describe('a device takes', () => {
  it('a chain of readable and writable buffers, and nothing when there is nothing', () => {
    const ring = new Ring();
    expect(ring.pop()).toBe('empty');
    ring.desc(2, 0x100, 24, NEXT, 5).desc(5, 0x200, 10, WRITE).avail(2);
    expect(ring.pop()).toBe('chain');
    const { chain } = ring;
    expect([chain.head, chain.count, chain.readableCount]).toEqual([2, 2, 1]);
    expect([chain.addr(0), chain.lengthBytes(0), chain.addr(1), chain.writableBytes()]).toEqual([
      0x100, 24, 0x200, 10,
    ]);
    expect(ring.pop()).toBe('empty');
  });

  it('an indirect table, whose own WRITE flag means nothing', () => {
    const ring = new Ring(INDIRECT);
    ring.desc(0, 0x4000, 32, TABLE | WRITE);
    ring.desc(0, 0x100, 24, NEXT, 1, 0x4000).desc(1, 0x200, 10, WRITE, 0, 0x4000).avail(0);
    expect(ring.pop()).toBe('chain');
    expect([ring.chain.count, ring.chain.readableCount]).toEqual([2, 1]);
  });

  it('a chain that ends with one indirect descriptor', () => {
    const ring = new Ring(INDIRECT);
    ring.desc(0, 0x100, 4, NEXT, 1).desc(1, 0x4000, 16, TABLE);
    ring.desc(0, 0x200, 10, WRITE, 0, 0x4000).avail(0);
    expect(ring.pop()).toBe('chain');
    expect([ring.chain.count, ring.chain.readableCount]).toEqual([2, 1]);
  });

  it('a full ring, and goes round past 65535', () => {
    const ring = new Ring();
    for (let i = 0; i < SIZE; i++) ring.desc(i, 0x100, 1);
    for (let round = 0; round < 65536 / SIZE + 2; round++) {
      ring.avail(0, 1, 2, 3, 4, 5, 6, 7);
      for (let i = 0; i < SIZE; i++) {
        if (ring.pop() !== 'chain' || ring.chain.head !== i) throw new Error(`round ${round}`);
        ring.device.pushUsed(i, 0);
      }
    }
    expect(ring.memory.readU16(ring.layout.usedAddr + 2)).toBe(16);
  });

  it('the same chain again after it was put back', () => {
    const ring = new Ring();
    ring.desc(3, 0x100, 4).avail(3);
    ring.pop();
    ring.device.undoPop();
    expect(ring.pop()).toBe('chain');
    expect(ring.chain.head).toBe(3);
  });
});

describe('a device refuses', () => {
  const broken: [string, string, (ring: Ring) => void][] = [
    ['a head out of range', 'descriptor-index', (r) => r.avail(SIZE)],
    ['a next out of range', 'descriptor-index', (r) => r.desc(0, 0, 1, NEXT, SIZE).avail(0)],
    ['a loop', 'descriptor-loop', (r) => r.desc(0, 0, 1, NEXT, 1).desc(1, 0, 1, NEXT, 0).avail(0)],
    ['a buffer past memory', 'buffer-bounds', (r) => r.desc(0, 0xffff, 2).avail(0)],
    ['a buffer that wraps', 'buffer-bounds', (r) => r.desc(0, 2 ** 63, 0xffff_ffff).avail(0)],
    [
      'readable after writable',
      'readable-after-writable',
      (r) =>
        r
          .desc(0, 0, 1, NEXT | WRITE, 1)
          .desc(1, 0, 1)
          .avail(0),
    ],
    ['a jump of the index', 'avail-index-jump', (r) => r.avail(...Array<number>(SIZE + 1).fill(0))],
    [
      'a nested table',
      'indirect-nested',
      (r) => table(r, 16).desc(0, 0x5000, 16, TABLE, 0, 0x4000),
    ],
    ['a table with NEXT', 'indirect-and-next', (r) => r.desc(0, 0x4000, 16, TABLE | NEXT).avail(0)],
    ['a table of odd length', 'indirect-length', (r) => table(r, 24)],
    ['an empty table', 'indirect-length', (r) => table(r, 0)],
    ['a table past memory', 'indirect-bounds', (r) => r.desc(0, 0xfff8, 16, TABLE).avail(0)],
    [
      'a next past the table',
      'descriptor-index',
      (r) => table(r, 16).desc(0, 0x100, 1, NEXT, 1, 0x4000),
    ],
  ];

  function table(ring: Ring, lengthBytes: number): Ring {
    return ring.desc(0, 0x4000, lengthBytes, TABLE).avail(0);
  }

  it.each(broken)('%s: %s', (_, fault, prepare) => {
    const ring = new Ring(INDIRECT);
    prepare(ring);
    expect(ring.pop()).toBe(`fault ${fault}`);
    expect(ring.pop()).toBe(`fault ${fault}`);
    expect(ring.device.pushUsed(0, 0)).toBe(false);
  });

  it('a table that was not negotiated', () => {
    const ring = new Ring(PLAIN);
    table(ring, 16);
    expect(ring.pop()).toBe('fault indirect-not-negotiated');
  });
});

describe('notifications', () => {
  it('need_event passes the event once', () => {
    expect(needEvent(0, 1, 0)).toBe(true);
    expect(needEvent(1, 1, 0)).toBe(false);
    expect(needEvent(65535, 0, 65535)).toBe(true);
    expect(needEvent(5, 65535, 65530)).toBe(false);
  });

  it('follow the flags without EVENT_IDX', () => {
    const ring = new Ring();
    expect(ring.device.takeInterrupt()).toBe(false);
    ring.device.pushUsed(0, 0);
    expect(ring.device.takeInterrupt()).toBe(true);
    ring.memory.writeU16(ring.layout.availAddr, 1);
    ring.device.pushUsed(0, 0);
    expect(ring.device.takeInterrupt()).toBe(false);
  });

  it('follow used_event and write avail_event with EVENT_IDX', () => {
    const ring = new Ring({ eventIdx: true, indirect: false });
    ring.desc(0, 0x100, 1).avail(0, 0);
    ring.pop();
    expect(ring.memory.readU16(ring.layout.usedAddr + 4 + 8 * SIZE)).toBe(1);
    ring.memory.writeU16(ring.layout.availAddr + 4 + 2 * SIZE, 1);
    ring.device.pushUsed(0, 0);
    expect(ring.device.takeInterrupt()).toBe(false);
    ring.device.pushUsed(0, 0);
    expect(ring.device.takeInterrupt()).toBe(true);
  });
});

describe('a driver', () => {
  function driver(options: QueueOptions = PLAIN): { ring: Ring; queue: DriverQueue<string> } {
    const ring = new Ring(options);
    return {
      ring,
      queue: new DriverQueue(new BumpMemory(ring.memory, 0x8000), ring.layout, options),
    };
  }

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

  it('offers no chain that is longer than the queue, in a table neither: the device would refuse it', () => {
    const { ring, queue } = driver(INDIRECT);
    const buffers = Array.from({ length: SIZE + 1 }, () => ({ addr: 0x6000, lengthBytes: 1 }));
    expect(queue.add(buffers, 0, 'too long')).toBe(false);
    expect(ring.pop()).toBe('empty');
    expect(queue.add(buffers.slice(1), 0, 'as long')).toBe(true);
    expect(ring.pop()).toBe('chain');
    expect(queue.freeCount).toBe(SIZE - 1);
  });
});
