/** The driver's way to a device, on a device that the test scripts (spec 3.1, docs/linux-memory.md E.4). */

import { describe, expect, it } from 'vitest';

import { DriverTransport, type RegisterBus } from '../../../src/virtio/index.ts';
import { BumpMemory, FlatGuestMemory } from '../../support/virtio.ts';
import { around, HoldingModel, V1, type ModelRig } from '../../support/virtio-model.ts';

const EVENT_IDX = 1n << 29n;
const INDIRECT = 1n << 28n;

function rig(
  sizes: readonly number[] = [8],
  features: bigint = V1,
): ModelRig & { model: HoldingModel } {
  const model = new HoldingModel(24, features, sizes, 64);
  return { ...around(model), model };
}

function negotiated(sizes: readonly number[] = [8], features: bigint = V1): ReturnType<typeof rig> {
  const made = rig(sizes, features);
  expect(made.transport.probe(24)).toBeUndefined();
  expect(made.transport.negotiate(~0n, (f) => f)).toBeUndefined();
  return made;
}

describe('probe', () => {
  it('resets the device and says that there is a driver', () => {
    const { transport, device, model } = rig();
    device.writeStatus(1);
    expect(transport.probe(24)).toBeUndefined();
    expect([device.status, model.log]).toEqual([3, ['reset']]);
  });

  it('leaves a device of another kind alone', () => {
    const { transport, device, model } = rig();
    expect(transport.probe(5)).toBe('no-device');
    expect([device.status, model.log]).toEqual([0, []]);
  });

  it.each([
    ['no magic', 0],
    ['the legacy version', 4],
  ])('finds no device in registers with %s', (_, wrong) => {
    const bus: RegisterBus = {
      read: (offset) => (offset === wrong ? 1 : [0x74726976, 2, 24][offset / 4]) ?? 0,
      write: () => {},
    };
    const source = new BumpMemory(new FlatGuestMemory(0x1000), 0);
    expect(new DriverTransport(bus, source).probe(24)).toBe('no-device');
  });
});

describe('negotiation', () => {
  it('takes what is offered and wanted, and VERSION_1 always', () => {
    const { transport, device } = rig([8], V1 | 0b1110n);
    transport.probe(24);
    expect(transport.negotiate(0b0111n, (features) => features)).toBeUndefined();
    expect([transport.features, device.features]).toEqual([V1 | 0b0110n, V1 | 0b0110n]);
    expect([transport.has(0b0110n), transport.has(0b1000n)]).toEqual([true, false]);
    expect(device.status).toBe(0xb);
  });

  it('lets the driver give features up before they are final', () => {
    const { transport, device } = rig([8], V1 | 0b1110n);
    transport.probe(24);
    transport.negotiate(~0n, (features) => features & ~2n);
    expect(device.features).toBe(V1 | 0b1100n);
  });

  it('fails with a device that is older than VERSION_1, or that refuses', () => {
    const old = rig([8], 2n);
    old.transport.probe(24);
    expect(old.transport.negotiate(~0n, (features) => features)).toBe('features-refused');
    const refusing = rig([8], V1);
    refusing.transport.probe(24);
    // The device never offered what the driver insists on.
    expect(refusing.transport.negotiate(0n, () => V1 | 4n)).toBe('features-refused');
    expect(refusing.device.status).toBe(3);
  });
});

describe('a queue', () => {
  it('is as large as the device takes, and where its registers say', () => {
    const { transport, device } = negotiated([8, 64]);
    const queue = transport.setUpQueue(1);
    if (typeof queue === 'string') throw new Error(queue);
    expect(device.queueRegisters(1)).toEqual({
      size: 64,
      isReady: true,
      descAddr: queue.layout.descAddr,
      availAddr: queue.layout.availAddr,
      usedAddr: queue.layout.usedAddr,
    });
    // The used ring begins a page, as on Linux.
    expect(queue.layout.usedAddr % 4096).toBe(0);
  });

  it('is halved until memory for it is found', () => {
    const model = new HoldingModel(24, V1, [1024]);
    const { transport } = around(model, undefined, 0x1000 + 8192 + 2048);
    transport.probe(24);
    transport.negotiate(0n, (features) => features);
    const queue = transport.setUpQueue(0);
    expect(typeof queue === 'string' ? queue : queue.layout.size).toBe(128);
  });

  it('is not to be had where there is none, one is set up, or no memory is left', () => {
    const { transport } = negotiated([8]);
    expect(transport.setUpQueue(1)).toBe('no-queue');
    expect(typeof transport.setUpQueue(0)).toBe('object');
    expect(transport.setUpQueue(0)).toBe('no-queue');
    expect(negotiated([12]).transport.setUpQueue(0)).toBe('no-queue');
    const model = new HoldingModel(24, V1, [8]);
    const poor = around(model, undefined, 0x1000);
    poor.transport.probe(24);
    poor.transport.negotiate(0n, (features) => features);
    expect(poor.transport.setUpQueue(0)).toBe('no-memory');
  });

  it('uses of the ring what was negotiated', () => {
    const queue = negotiated([8], V1 | EVENT_IDX).transport.setUpQueue(0);
    expect(typeof queue === 'string' ? queue : queue.options).toEqual({
      eventIdx: true,
      indirect: false,
    });
    const both = negotiated([8], V1 | EVENT_IDX | INDIRECT).transport.setUpQueue(0);
    expect(typeof both === 'string' ? both : both.options.indirect).toBe(true);
  });

  it('lies above 4 GiB too: both halves of its addresses are written', () => {
    const written = new Map<number, number>();
    const bus: RegisterBus = {
      read: (offset) => (offset === 0x34 ? 8 : 0),
      write: (offset, _, value) => void written.set(offset, value),
    };
    const source = {
      memory: new FlatGuestMemory(16),
      alloc: () => 0x12_3456_7000,
      free: () => {},
    };
    new DriverTransport(bus, source).setUpQueue(0);
    expect([written.get(0x80), written.get(0x84)]).toEqual([0x3456_7000, 0x12]);
    expect([written.get(0xa0), written.get(0xa4)]).toEqual([0x3456_8000, 0x12]);
  });
});

describe('an interrupt', () => {
  it('tells the driver of its reasons, config first, and lets it work last', () => {
    const { transport, model, device } = negotiated([8]);
    const queue = transport.setUpQueue<null>(0);
    if (typeof queue === 'string') throw new Error(queue);
    const heard: string[] = [];
    transport.start({
      configChanged: () => heard.push('config'),
      queueUsed: () => heard.push('used'),
      work: () => heard.push('work'),
    });
    queue.add([{ addr: 0x800, lengthBytes: 4 }], 1, null);
    transport.kick(0, queue);
    device.onInterrupt = (): void => {};
    model.answer(0);
    model.setConfig32(0, 1);
    transport.interrupt();
    expect(heard).toEqual(['config', 'used', 'work']);
    transport.interrupt();
    expect(heard).toHaveLength(3);
  });
});

it('kicks only a device that wants to know', () => {
  const { transport, model } = negotiated();
  transport.start({ configChanged: () => {}, queueUsed: () => {}, work: () => {} });
  transport.setUpQueue(0);
  const before = model.log.length;
  transport.kick(0, { takeKick: () => false });
  expect(model.log).toHaveLength(before);
});

it('fail() leaves its mark on the device', () => {
  const { transport, device } = negotiated();
  transport.fail();
  expect(device.status & 0x80).toBe(0x80);
});

describe('the config space', () => {
  it('is read and written at its natural widths, little-endian', () => {
    const { transport, model } = negotiated();
    model.bytes.set([1, 2, 3, 4, 5, 6, 0, 0]);
    expect(transport.readConfig16(0)).toBe(0x0201);
    expect(transport.readConfig32(0)).toBe(0x0403_0201);
    expect(transport.readConfig64(0)).toBe(0x0605_0403_0201);
    transport.writeConfig32(8, 0x8000_0001);
    expect(model.log.at(-1)).toBe('config 8 1 0 0 128');
  });

  it('is read again when it changed between the halves of a field', () => {
    // Half an old value and half a new one would be 2^32 + 0xffff_ffff.
    const values = [0xffff_ffff, 1, 0, 1];
    const generations = [7, 8, 8, 8];
    const bus: RegisterBus = {
      read: (offset) => (offset === 0xfc ? generations : values).shift() ?? 0,
      write: () => {},
    };
    const source = new BumpMemory(new FlatGuestMemory(16), 0);
    expect(new DriverTransport(bus, source).readConfig64(0)).toBe(2 ** 32);
  });

  it('does not hang on a device that changes it with every read', () => {
    let generation = 0;
    const bus: RegisterBus = {
      read: (offset) => (offset === 0xfc ? generation++ : 5),
      write: () => {},
    };
    const source = new BumpMemory(new FlatGuestMemory(16), 0);
    expect(new DriverTransport(bus, source).readConfig64(0)).toBe(5 * 2 ** 32 + 5);
    expect(generation).toBeLessThan(100);
  });
});
