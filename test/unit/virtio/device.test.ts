/** What all devices share: status, features, config space, notifications, interrupts, copies (spec 2, 3). */

import { describe, expect, it } from 'vitest';

import { POLICY_EXACT, VirtioDevice } from '../../../src/virtio/index.ts';
import { FlatGuestMemory } from '../../support/virtio.ts';
import { HoldingModel, V1 } from '../../support/virtio-model.ts';

const DESC = 0x1000;
const AVAIL = 0x1800;
const USED = 0x2000;

interface Rig {
  readonly model: HoldingModel;
  readonly memory: FlatGuestMemory;
  readonly device: VirtioDevice;
  interrupts: number;
}

function rig(features: bigint = V1, policy = undefined as typeof POLICY_EXACT | undefined): Rig {
  const model = new HoldingModel(5, features, [8, 8], 8);
  const memory = new FlatGuestMemory(0x10000);
  const device = new VirtioDevice(model, memory, policy);
  const made = { model, memory, device, interrupts: 0 };
  device.onInterrupt = (): void => void made.interrupts++;
  return made;
}

function steps(device: VirtioDevice, ...statuses: number[]): number {
  for (const status of statuses) device.writeStatus(status);
  return device.status;
}

/** One queue, placed by hand, and the device active. */
function active(made: Rig = rig(), features = made.device.model.features): Rig {
  const { device } = made;
  steps(device, 1, 3);
  device.writeFeatures(features);
  steps(device, 0xb);
  const queue = device.queueRegisters(0);
  if (queue === undefined) throw new Error('no queue');
  Object.assign(queue, { descAddr: DESC, availAddr: AVAIL, usedAddr: USED, isReady: true });
  steps(device, 0xf);
  return made;
}

/** How often the model heard of its first queue. */
function notifications({ model }: Rig): number {
  return model.log.filter((line) => line === 'notify 0').length;
}

/** Makes a 4-byte buffer available. */
function offer({ memory }: Rig, index: number): void {
  memory.writeU64(DESC, 0x3000);
  memory.writeU32(DESC + 8, 4);
  memory.writeU16(AVAIL + 4 + 2 * ((index - 1) % 8), 0);
  memory.writeU16(AVAIL + 2, index);
}

describe('status', () => {
  it('is not active before DRIVER_OK, nor after NEEDS_RESET', () => {
    const { device } = active();
    expect(device.isActive).toBe(true);
    device.needsReset('a test');
    expect([device.isActive, device.status]).toEqual([false, 0x4f]);
  });

  it('does not go to DRIVER_OK without FEATURES_OK, or after FAILED', () => {
    const early = rig().device;
    expect(steps(early, 3, 7)).toBe(3);
    const failed = rig().device;
    steps(failed, 3);
    failed.writeFeatures(V1);
    expect(steps(failed, 0xb, 0x8b, 0x8f)).toBe(0x8b);
    expect(failed.counters.violations.get('driver-ok-out-of-order')).toBe(1);
  });

  it('is never made NEEDS_RESET by the driver', () => {
    expect(steps(rig().device, 3, 0x43)).toBe(3);
  });
});

describe('features', () => {
  it('are final once FEATURES_OK is set', () => {
    const { device } = active(rig(V1 | 2n), V1);
    device.writeFeatures(V1 | 2n);
    expect(device.features).toBe(V1);
    expect(device.counters.violations.get('features-out-of-order')).toBe(1);
  });

  it('are gone with a reset, as are queues and the reasons of interrupts', () => {
    const { device, model } = active();
    device.configChanged();
    device.writeStatus(0);
    expect([device.features, device.interruptStatus, device.queue(0)]).toEqual([0n, 0, undefined]);
    expect(device.queueRegisters(0)?.isReady).toBe(false);
    expect(model.log.at(-1)).toBe('reset');
  });
});

describe('queues', () => {
  it('may be set up between FEATURES_OK and DRIVER_OK', () => {
    const { device } = rig();
    steps(device, 1, 3);
    expect(device.mayConfigureQueues()).toBe(false);
    device.writeFeatures(V1);
    steps(device, 0xb);
    expect(device.mayConfigureQueues()).toBe(true);
    steps(device, 0xf);
    expect(device.mayConfigureQueues()).toBe(false);
    expect(device.counters.violations.get('queue-set-up-out-of-order')).toBe(2);
  });

  it('have registers only where the model has queues', () => {
    const { device } = rig();
    expect([device.queueRegisters(1)?.size, device.queueRegisters(2)]).toEqual([8, undefined]);
  });
});

describe('notifications', () => {
  it('reach the model when it works, and are counted when there is no such queue', () => {
    const made = active();
    offer(made, 1);
    made.device.notify(0);
    expect(made.model.held).toHaveLength(1);
    made.device.notify(1);
    expect(made.device.counters.violations.get('notify-unknown-queue')).toBe(1);
  });

  it('are looked at when the host’s pace says so, if the queue is still there', () => {
    const made = active();
    const before = notifications(made);
    const later: (() => void)[] = [];
    made.device.pace = (queue, serve) => {
      expect(queue).toBe(0);
      later.push(serve);
    };
    made.device.notify(0);
    expect(notifications(made)).toBe(before);
    later.pop()?.();
    expect(notifications(made)).toBe(before + 1);
    made.device.notify(0);
    made.device.reset();
    later.pop()?.();
    expect(notifications(made)).toBe(before + 1);
  });

  it('that came before DRIVER_OK are made up for by looking at every queue', () => {
    const made = rig();
    offer(made, 1);
    made.device.notify(0);
    expect(made.model.log).toEqual([]);
    active(made);
    expect(made.model.log).toEqual(['activate', 'notify 0']);
    expect(made.model.held).toHaveLength(1);
  });

  it('of a broken ring end in NEEDS_RESET; the exact policy kills the VM for an index jump', () => {
    for (const policy of [undefined, POLICY_EXACT]) {
      const made = active(rig(V1, policy));
      offer(made, 9);
      made.device.notify(0);
      expect(made.device.status & 0x40).toBe(0x40);
      const reason = policy === undefined ? undefined : 'avail-index-jump';
      expect(made.device.killReason).toBe(reason);
    }
  });

  it('do nothing when the model refused to start', () => {
    const made = rig();
    made.model.refusal = 'no-reason';
    active(made);
    expect([made.device.status, made.model.log]).toEqual([0x4f, ['activate']]);
    expect(made.device.counters.violations.get('no-reason')).toBe(1);
  });
});

describe('interrupts', () => {
  it('reach the guest after the device’s work, once, with all reasons', () => {
    const made = active();
    const { model, device } = made;
    model.answersAtOnce = true;
    const notify = model.notify.bind(model);
    let during = -1;
    model.notify = (index): void => {
      notify(index);
      device.configChanged();
      during = made.interrupts;
    };
    const before = made.interrupts;
    offer(made, 1);
    device.notify(0);
    expect([during - before, made.interrupts - before, device.interruptStatus]).toEqual([0, 1, 3]);
  });

  it('go away as they are acknowledged', () => {
    const made = active();
    made.device.configChanged();
    made.device.acknowledgeInterrupt(1);
    expect(made.device.interruptStatus).toBe(2);
    made.device.acknowledgeInterrupt(2);
    expect(made.device.interruptStatus).toBe(0);
  });

  it('are not raised for used buffers when the driver asked for none', () => {
    const made = active();
    made.model.answersAtOnce = true;
    made.memory.writeU16(AVAIL, 1);
    offer(made, 1);
    made.device.notify(0);
    expect([made.interrupts, made.device.counters.usedInterrupts]).toEqual([0, 0]);
  });

  it('do not tell of a changed config before there is a driver, but the generation moves', () => {
    const made = rig();
    made.device.configChanged();
    expect([made.interrupts, made.device.configGeneration]).toEqual([0, 1]);
    active(made);
    made.device.configChanged();
    expect([made.interrupts, made.device.configGeneration]).toEqual([1, 2]);
  });
});

describe('the config space', () => {
  it('reads as zeros past its end, which is counted', () => {
    const { device, model } = rig();
    model.bytes.set([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(device.readConfig(6, 4)).toBe(0x0807);
    expect(device.readConfig(100, 2)).toBe(0);
    expect(device.counters.violations.get('config-read-out-of-range')).toBe(2);
  });

  it('is written only inside it, and only by a driver that is there and has not failed', () => {
    const { device, model } = rig();
    const word = Uint8Array.of(1, 2, 3, 4);
    device.writeConfig(0, word);
    steps(device, 3);
    device.writeConfig(6, word);
    device.writeConfig(4, word);
    steps(device, 0x83);
    device.writeConfig(0, word);
    expect(model.log).toEqual(['config 4 1 2 3 4']);
    expect(device.counters.violations).toEqual(
      new Map([
        ['config-write-out-of-order', 2],
        ['config-write-out-of-range', 1],
      ]),
    );
  });
});

describe('a copy', () => {
  it('goes on where the original was, with the rings of its own memory', () => {
    const original = active();
    original.model.answersAtOnce = true;
    offer(original, 1);
    original.device.notify(0);
    original.device.configChanged();
    const copy = rig();
    copy.model.answersAtOnce = true;
    copy.memory.write(0, original.memory.bytes);
    copy.device.load(original.device.save());
    expect(copy.device.save()).toEqual(original.device.save());
    offer(copy, 2);
    copy.device.notify(0);
    expect(copy.memory.readU16(USED + 2)).toBe(2);
    expect(original.memory.readU16(USED + 2)).toBe(1);
  });

  it('of a device that is not active has its registers and no queue', () => {
    const made = rig();
    steps(made.device, 3);
    made.device.writeFeatures(V1);
    steps(made.device, 0xb);
    Object.assign(made.device.queueRegisters(0) ?? {}, { size: 4, descAddr: DESC });
    const copy = rig();
    copy.device.load(made.device.save());
    expect(copy.device.queueRegisters(0)).toMatchObject({ size: 4, descAddr: DESC });
    expect([copy.device.status, copy.device.queue(0)]).toEqual([0xb, undefined]);
  });
});

describe('what is no access of a driver', () => {
  const WILD = [5n, Symbol('x'), Object.create(null), undefined] as never[];

  it('is refused by name, and nothing is done', () => {
    const { device, model } = rig();
    for (const wild of WILD) {
      expect(() => device.queue(wild)).toThrow('virtio: queue');
      expect(() => device.queueSizeMax(wild)).toThrow('virtio: queue');
      expect(() => device.notify(wild)).toThrow('virtio: queue');
      expect(() => device.serve(wild)).toThrow('virtio: queue');
      expect(() => device.writeStatus(wild)).toThrow('virtio: status');
      expect(() => device.readConfig(wild, 4)).toThrow('offset: expected');
      expect(() => device.writeConfig(0, wild)).toThrow('bytes: expected');
      expect(() => device.watch(wild)).toThrow('heard: expected');
      expect(() => device.load(wild)).toThrow(/^state/);
    }
    expect(() => device.writeFeatures(5 as never)).toThrow('features: expected a BigInt');
    expect(() => device.readConfig(0, 2 ** 32)).toThrow('lengthBytes: expected');
    expect(device.status).toBe(0);
    expect(model.deviceId).toBe(5);
  });
});
