/** The walk over descriptors, with tables written byte by byte (spec 2.7.5). */

import { describe, expect, it } from 'vitest';

import { DescriptorChain } from '../../../../src/virtio/queue/chain.ts';
import { FlatGuestMemory } from '../../../support/virtio.ts';

const TABLE = 0x100;

/** Memory with descriptors of 16 bytes each from 0x100 on, as hex. */
function memoryWith(...descriptors: string[]): FlatGuestMemory {
  const memory = new FlatGuestMemory(0x1000);
  descriptors.forEach((text, i) => {
    const bytes = Uint8Array.from(text.split(' '), (byte) => parseInt(byte, 16));
    expect(bytes).toHaveLength(16);
    memory.write(TABLE + 16 * i, bytes);
  });
  return memory;
}

/** Address, length, flags, next. */
const READ_2_NEXT = '00 02 00 00 00 00 00 00 02 00 00 00 01 00 01 00';
const WRITE_3 = '10 02 00 00 00 00 00 00 03 00 00 00 02 00 00 00';
const WRITE_3_NEXT_2 = '10 02 00 00 00 00 00 00 03 00 00 00 03 00 02 00';
const READ_1 = '20 02 00 00 00 00 00 00 01 00 00 00 00 00 00 00';
const EMPTY = 'ff ff 00 00 00 00 00 00 00 00 00 00 00 00 00 00';
/** Two descriptors at 0x110. */
const INDIRECT = '10 01 00 00 00 00 00 00 20 00 00 00 04 00 00 00';

describe('a walk', () => {
  it('gives the buffers in order, readable ones first', () => {
    const chain = new DescriptorChain();
    expect(chain.walk(memoryWith(READ_2_NEXT, WRITE_3), TABLE, 2, 0, false)).toBeUndefined();
    expect([chain.head, chain.count, chain.readableCount]).toEqual([0, 2, 1]);
    expect([chain.addr(0), chain.lengthBytes(0), chain.isWritable(0)]).toEqual([0x200, 2, false]);
    expect([chain.addr(1), chain.lengthBytes(1), chain.isWritable(1)]).toEqual([0x210, 3, true]);
    expect(chain.writableBytes()).toBe(3);
  });

  it('goes through a table in place of the ring', () => {
    const chain = new DescriptorChain();
    const memory = memoryWith(INDIRECT, READ_2_NEXT, WRITE_3);
    expect(chain.walk(memory, TABLE, 2, 0, true)).toBeUndefined();
    expect([chain.head, chain.count, chain.addr(1)]).toEqual([0, 2, 0x210]);
  });

  it('takes a buffer of no bytes wherever it points', () => {
    const chain = new DescriptorChain();
    expect(chain.walk(memoryWith(EMPTY), TABLE, 1, 0, false)).toBeUndefined();
    expect(chain.count).toBe(1);
  });

  it('forgets the chain before it', () => {
    const chain = new DescriptorChain();
    chain.walk(memoryWith(READ_2_NEXT, WRITE_3), TABLE, 2, 0, false);
    chain.walk(memoryWith(READ_1), TABLE, 1, 0, false);
    expect([chain.count, chain.readableCount, chain.writableBytes()]).toEqual([1, 1, 0]);
  });

  it('leaves the chain empty after a fault, head aside', () => {
    const chain = new DescriptorChain();
    const memory = memoryWith(READ_2_NEXT, WRITE_3_NEXT_2, READ_1);
    expect(chain.walk(memory, TABLE, 3, 0, false)).toBe('readable-after-writable');
    expect([chain.head, chain.count, chain.readableCount]).toEqual([0, 0, 0]);
  });
});

const link = (i: number): string =>
  `00 02 00 00 00 00 00 00 01 00 00 00 01 00 ${(i + 1).toString(16).padStart(2, '0')} 00`;

describe('the length of a chain', () => {
  it('may be that of the queue', () => {
    const chain = new DescriptorChain();
    const memory = memoryWith(link(0), link(1), link(2), READ_1);
    expect(chain.walk(memory, TABLE, 4, 0, false)).toBeUndefined();
    expect(chain.count).toBe(4);
  });

  it('may not be more, also with a table that is longer than the queue', () => {
    const chain = new DescriptorChain();
    const long = '10 01 00 00 00 00 00 00 30 00 00 00 04 00 00 00';
    const memory = memoryWith(long, link(0), link(1), READ_1);
    expect(chain.walk(memory, TABLE, 2, 0, true)).toBe('descriptor-loop');
    expect(chain.walk(memory, TABLE, 3, 0, true)).toBeUndefined();
  });

  it('counts what comes before the table and what is in it together', () => {
    const chain = new DescriptorChain();
    const table = '20 01 00 00 00 00 00 00 20 00 00 00 04 00 00 00';
    const memory = memoryWith(link(0), table, link(0), READ_1);
    expect(chain.walk(memory, TABLE, 2, 0, true)).toBe('descriptor-loop');
    expect(chain.walk(memory, TABLE, 3, 0, true)).toBeUndefined();
    expect(chain.count).toBe(3);
  });

  it('is bounded where descriptors name each other', () => {
    const chain = new DescriptorChain();
    const back = '00 02 00 00 00 00 00 00 01 00 00 00 01 00 00 00';
    expect(chain.walk(memoryWith(link(0), back), TABLE, 2, 0, false)).toBe('descriptor-loop');
  });
});

it('a table that lies past memory is a fault of the ring', () => {
  const chain = new DescriptorChain();
  expect(chain.walk(new FlatGuestMemory(0x108), TABLE, 1, 0, false)).toBe('ring-bounds');
});
