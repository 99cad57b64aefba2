// Both sides of a split virtqueue beside two plain lists: buffers come out as they went in, in the order in which they
// were offered and returned, and nobody sleeps through a notification.

import fc from 'fast-check';
import { expect } from 'vitest';
import {
  DescriptorChain,
  DeviceQueue,
  DriverQueue,
  type QueueBuffer,
  type QueueOptions,
  contiguousLayout,
} from '../../src/virtio/index.ts';
import { BumpMemory, FlatGuestMemory } from '../support/virtio.ts';
import { type Fuzzer, Tally } from './fuzzer.ts';

const MEMORY_BYTES = 1 << 20;
const RING = 0x1000;
const TABLES = 0x8000;

interface Chain {
  readonly token: number;
  readonly buffers: readonly QueueBuffer[];
  readonly readable: number;
  /** As the device knows it; set when it takes the chain. */
  head: number;
  writtenBytes: number;
}

type Step =
  | { readonly kind: 'add'; readonly buffers: readonly QueueBuffer[]; readonly readable: number }
  | { readonly kind: 'pop'; readonly undo: boolean }
  | { readonly kind: 'drain' | 'collect' | 'move' }
  | { readonly kind: 'use'; readonly which: number; readonly writtenBytes: number }
  | { readonly kind: 'take' };

const buffer = fc.record({ addr: fc.nat(0xffff), lengthBytes: fc.nat(4096) });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('add' as const),
      buffers: fc.array(buffer, { minLength: 1, maxLength: 4 }),
      readable: fc.nat(4),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pop' as const), undo: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('use' as const),
      which: fc.nat(15),
      writtenBytes: fc.nat(4096),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('take' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('drain' as const, 'collect' as const, 'move' as const),
    }),
  },
);

class Pair {
  readonly #memory = new FlatGuestMemory(MEMORY_BYTES);
  readonly #options: QueueOptions;
  readonly #driver: DriverQueue<number>;
  #device: DeviceQueue;
  readonly #chain = new DescriptorChain();
  readonly #offered: Chain[] = [];
  readonly #held: Chain[] = [];
  readonly #returned: Chain[] = [];
  readonly #tally: Tally;
  #tokens = 0;
  /** The other side has seen all there was: whatever comes next must wake it. */
  #deviceSleeps = false;
  #driverSleeps = false;

  constructor(options: QueueOptions, size: number, tally: Tally) {
    const layout = contiguousLayout(RING, size, 4096);
    this.#options = options;
    this.#tally = tally;
    this.#device = new DeviceQueue(this.#memory, layout, options);
    this.#driver = new DriverQueue(new BumpMemory(this.#memory, TABLES), layout, options);
  }

  run(act: Step): void {
    if (act.kind === 'add') this.#add(act.buffers, Math.min(act.readable, act.buffers.length));
    else if (act.kind === 'pop') this.#pop(act.undo);
    else if (act.kind === 'use') this.#use(act.which, act.writtenBytes);
    else if (act.kind === 'take') this.#take();
    else if (act.kind === 'move') this.#move();
    else if (act.kind === 'drain') while (this.#pop(false));
    else while (this.#take());
    expect(this.#device.fault).toBeUndefined();
    expect(this.#driver.isBroken).toBe(false);
  }

  #add(buffers: readonly QueueBuffer[], readable: number): void {
    const { freeCount: free, layout } = this.#driver;
    // not in a table either: no chain is longer than the queue (virtio 1.3, section 2.7.5.3.1)
    if (buffers.length > layout.size) return;
    const token = this.#tokens;
    if (!this.#driver.add(buffers, readable, token)) {
      expect(buffers.length).toBeGreaterThan(this.#options.indirect ? free - 1 : free);
      this.#tally.add('a full ring');
      return;
    }
    this.#tokens += 1;
    this.#offered.push({ token, buffers, readable, head: -1, writtenBytes: 0 });
    const kick = this.#driver.takeKick();
    if (this.#deviceSleeps) expect(kick).toBe(true);
    if (!kick) this.#tally.add('a kick saved');
    this.#deviceSleeps = false;
  }

  /** Whether there was a chain. */
  #pop(undo: boolean): boolean {
    const chain = this.#chain;
    const [next] = this.#offered;
    expect(this.#device.pop(chain)).toBe(next === undefined ? 'empty' : 'chain');
    if (next === undefined) {
      this.#deviceSleeps = true;
      return false;
    }
    expect([chain.count, chain.readableCount]).toEqual([next.buffers.length, next.readable]);
    next.buffers.forEach(({ addr, lengthBytes }, i) => {
      expect([chain.addr(i), chain.lengthBytes(i)]).toEqual([addr, lengthBytes]);
    });
    if (undo) {
      this.#device.undoPop();
      return true;
    }
    next.head = chain.head;
    this.#offered.shift();
    this.#held.push(next);
    return true;
  }

  #use(which: number, writtenBytes: number): void {
    if (this.#held.length === 0) return;
    const at = which % this.#held.length;
    if (at > 0) this.#tally.add('a chain returned out of order');
    const [chain] = this.#held.splice(at, 1) as [Chain];
    chain.writtenBytes = writtenBytes;
    expect(this.#device.pushUsed(chain.head, writtenBytes)).toBe(true);
    this.#returned.push(chain);
    const interrupt = this.#device.takeInterrupt();
    if (this.#driverSleeps) expect(interrupt).toBe(true);
    if (!interrupt) this.#tally.add('an interrupt saved');
    this.#driverSleeps = false;
  }

  #take(): boolean {
    const chain = this.#returned.shift();
    const expected = chain && { token: chain.token, writtenBytes: chain.writtenBytes };
    expect(this.#driver.takeUsed()).toEqual(expected);
    if (chain === undefined) this.#driverSleeps = true;
    else this.#tally.add('a chain that went round');
    return chain !== undefined;
  }

  /** The device continues from what it saved, in another VMM. */
  #move(): void {
    const state = this.#device.save();
    this.#device = new DeviceQueue(this.#memory, this.#device.layout, this.#options);
    this.#device.load(state);
    this.#tally.add('a device that moved');
  }
}

export const queue: Fuzzer = {
  name: 'queue',
  sentence:
    'Driver and device of a virtqueue lose no buffer, change none and miss no notification.',
  cases: 500,
  night: 100_000,
  create: () => {
    const tally = new Tally([
      'a full ring',
      'a kick saved',
      'an interrupt saved',
      'a chain returned out of order',
      'a chain that went round',
      'a device that moved',
    ]);
    const options = fc.record({ eventIdx: fc.boolean(), indirect: fc.boolean() });
    const size = fc.nat(4).map((power) => 2 ** power);
    const property = fc.property(
      options,
      size,
      fc.array(step, { minLength: 20, maxLength: 120 }),
      (chosen, ringSize, steps) => {
        const pair = new Pair(chosen, ringSize, tally);
        for (const act of steps) pair.run(act);
      },
    );
    return { property, missing: tally.missing };
  },
};
