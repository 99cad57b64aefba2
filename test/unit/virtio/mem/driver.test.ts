import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { Clock } from '../../../../src/time/index.ts';
import {
  connect,
  MEM_PROFILES,
  MEM_RETRY_MAX_NS,
  MEM_RETRY_MIN_NS,
  MemDevice,
  MemDriver,
  VirtioDevice,
  type MemDeviceOptions,
  type MemDriverOptions,
  type MemHost,
  type MemProfileName,
} from '../../../../src/virtio/index.ts';
import { BLOCK, MIB, TestMemGuest } from '../../../support/virtio-mem.ts';
import { BumpMemory, FlatGuestMemory } from '../../../support/virtio.ts';

const BASE = 4096 * MIB;
const KINDS = ['plug', 'unplug', 'unplug-all', 'state'];

class TestMemHost implements MemHost {
  readonly log: string[] = [];
  refuses = false;

  plug(): boolean {
    return !this.refuses;
  }

  unplug(_addr: number, lengthBytes: number): number {
    return this.refuses ? -1 : lengthBytes / 4096;
  }

  answered(request: { type: number; addr: number; blocks: number; response: number }): void {
    const { type, addr, blocks, response } = request;
    this.log.push(`${KINDS[type]} ${(addr - BASE) / MIB} ${blocks} ${response}`);
  }
}

interface Rig {
  readonly clock: Clock;
  readonly host: TestMemHost;
  readonly guest: TestMemGuest;
  readonly mem: MemDevice;
  readonly device: VirtioDevice;
  readonly driver: MemDriver;
}

function rig(
  profile: MemProfileName = 'qemu',
  driverOptions: MemDriverOptions = {},
  deviceOptions: Partial<MemDeviceOptions> = {},
  prepare: (guest: TestMemGuest) => void = () => {},
): Rig {
  const memory = new FlatGuestMemory(1 << 20);
  const clock = new Clock();
  const host = new TestMemHost();
  const guest = new TestMemGuest();
  prepare(guest);
  const mem = new MemDevice(MEM_PROFILES[profile], host, {
    addr: BASE,
    regionBytes: 4096 * MIB,
    ...deviceOptions,
  });
  const device = new VirtioDevice(mem, memory, MEM_PROFILES[profile].policy);
  const { transport } = connect(device, new BumpMemory(memory, 4096));
  const driver = new MemDriver(transport, guest, clock, driverOptions);
  guest.driver = driver;
  expect(driver.probe()).toBeUndefined();
  return { clock, host, guest, mem, device, driver };
}

describe.each(['qemu', 'cloud-hypervisor', 'firecracker'] as const)('with %s', (profile) => {
  it('plugs and unplugs what is asked', () => {
    const { mem, driver, guest } = rig(profile);
    expect(mem.setRequested(500 * MIB)).toBe('ok');
    expect(mem.pluggedBytes).toBe(500 * MIB);
    expect(driver.pluggedBytes).toBe(500 * MIB);
    expect(guest.usable.size).toBe(250);
    mem.setRequested(100 * MIB);
    expect(mem.pluggedBytes).toBe(100 * MIB);
    mem.setRequested(0);
    expect(mem.pluggedBytes).toBe(0);
    expect(guest.online.size).toBe(0);
    expect(driver.lastOutcome).toBe('ok');
  });
});

describe('plug', () => {
  it('fills partial blocks first, run by run, then adds new ones', () => {
    const { mem, host, guest } = rig();
    mem.setRequested(132 * MIB);
    expect(host.log).toEqual(['plug 0 64 0', 'plug 128 2 0']);
    host.log.length = 0;
    mem.setRequested(260 * MIB);
    expect(host.log).toEqual(['plug 132 62 0', 'plug 256 2 0']);
    expect(guest.log).toEqual(['add 4096+128', 'add 4224+128', 'add 4352+128']);
  });

  it('stalls at 1 GiB while nothing is onlined, and goes on when half of it is', () => {
    const { mem, driver, guest } = rig('qemu', {}, {}, (g) => {
      g.policy = undefined;
    });
    mem.setRequested(2048 * MIB);
    expect(mem.pluggedBytes).toBe(1024 * MIB);
    expect(driver.lastOutcome).toBe('no-space');
    for (let i = 0; i < 3; i++) guest.goOnline(BASE + i * BLOCK, 'movable');
    expect(mem.pluggedBytes).toBe(1024 * MIB);
    guest.goOnline(BASE + 3 * BLOCK, 'movable');
    expect(mem.pluggedBytes).toBe(1536 * MIB);
  });

  it('uses only whole memory blocks of the region', () => {
    const { mem, host } = rig('qemu', {}, { addr: BASE + 2 * MIB });
    mem.setRequested(4 * MIB);
    expect(host.log).toEqual(['plug 128 2 0']);
  });

  it('gives back what it plugged when memory cannot be added', () => {
    const { mem, host, driver, guest, clock } = rig('qemu', {}, {}, (g) => {
      g.addResult = 'no-memory';
    });
    mem.setRequested(4 * MIB);
    expect(host.log).toEqual(['plug 0 2 0', 'unplug 0 2 0']);
    expect(driver.lastOutcome).toBe('no-memory');
    guest.addResult = 'ok';
    clock.advance(MEM_RETRY_MIN_NS);
    expect(mem.pluggedBytes).toBe(4 * MIB);
  });

  it('tries again after 50 s, doubling to 300 s, while the host is busy', () => {
    const { mem, host, clock, driver } = rig();
    host.refuses = true;
    mem.setRequested(2 * MIB);
    expect(driver.lastOutcome).toBe('host-busy');
    const tries = (): number => host.log.length;
    clock.advance(MEM_RETRY_MIN_NS);
    expect(tries()).toBe(2);
    clock.advance(2 * MEM_RETRY_MIN_NS);
    expect(tries()).toBe(3);
    clock.advance(4 * MEM_RETRY_MIN_NS + MEM_RETRY_MAX_NS);
    expect(tries()).toBe(5);
    host.refuses = false;
    clock.advance(MEM_RETRY_MAX_NS);
    expect(mem.pluggedBytes).toBe(2 * MIB);
    expect(clock.pending).toBe(0);
  });
});

describe('unplug', () => {
  it('takes whole blocks from the top, then single sub-blocks from the top', () => {
    const { mem, host } = rig();
    mem.setRequested(256 * MIB);
    host.log.length = 0;
    mem.setRequested(124 * MIB);
    expect(host.log).toEqual(['unplug 128 64 0', 'unplug 126 1 0', 'unplug 124 1 0']);
  });

  it('takes offline blocks in runs and removes the empty ones', () => {
    const { mem, host, guest } = rig('qemu', {}, {}, (g) => {
      g.policy = undefined;
    });
    mem.setRequested(132 * MIB);
    host.log.length = 0;
    mem.setRequested(100 * MIB);
    expect(host.log).toEqual(['unplug 128 2 0', 'unplug 100 14 0']);
    expect(guest.log.at(-1)).toBe('remove 4224+128');
  });

  it('stops short at memory that cannot move, says where, and tries again later', () => {
    const { mem, driver, guest, clock } = rig();
    mem.setRequested(128 * MIB);
    guest.pinned.add(BASE + 64 * MIB);
    mem.setRequested(0);
    expect(mem.pluggedBytes).toBe(2 * MIB);
    expect(driver.lastOutcome).toBe('busy');
    expect(driver.busyRanges).toEqual([{ addr: BASE + 64 * MIB, lengthBytes: 2 * MIB }]);
    // Five tries for the whole block and for the sub-block in ZONE_MOVABLE, one for each other.
    expect(driver.counters.fakeOfflineTries).toBe(5 + 63 + 5);
    guest.pinned.clear();
    clock.advance(MEM_RETRY_MIN_NS);
    expect(mem.pluggedBytes).toBe(0);
  });

  it('tries once in kernel zones', () => {
    const { mem, driver, guest } = rig('qemu', {}, {}, (g) => {
      g.policy = 'kernel';
    });
    mem.setRequested(128 * MIB);
    guest.pinned.add(BASE);
    mem.setRequested(0);
    expect(driver.counters.fakeOfflineTries).toBe(1 + 63 + 1);
  });

  it('leaves online memory alone when told to', () => {
    const { mem, driver } = rig('qemu', { unplugsOnline: false });
    mem.setRequested(128 * MIB);
    mem.setRequested(0);
    expect(mem.pluggedBytes).toBe(128 * MIB);
    expect(driver.lastOutcome).toBe('busy');
  });

  it('gives up a run when the config changes under it and follows the new target', () => {
    const { mem, guest, driver } = rig();
    mem.setRequested(128 * MIB);
    let isFirst = true;
    guest.onFakeOffline = () => {
      if (isFirst) {
        isFirst = false;
        mem.setRequested(126 * MIB);
      }
    };
    mem.setRequested(0);
    expect(mem.pluggedBytes).toBe(126 * MIB);
    expect(driver.lastOutcome).toBe('ok');
  });

  it('remembers a block that could not be removed', () => {
    const { mem, guest, driver, clock } = rig();
    mem.setRequested(128 * MIB);
    guest.removeResult = 'busy';
    mem.setRequested(0);
    expect(mem.pluggedBytes).toBe(0);
    expect(driver.lastOutcome).toBe('busy');
    guest.removeResult = 'ok';
    clock.advance(MEM_RETRY_MIN_NS);
    expect(driver.lastOutcome).toBe('ok');
    expect(guest.online.size).toBe(0);
  });
});

describe('answers', () => {
  it('an ERROR breaks the driver for good', () => {
    const { mem, driver } = rig();
    const honest = mem.load.bind(mem);
    mem.setRequested(2 * MIB);
    honest({ ...mem.save(), plugged: new Uint8Array(2048).fill(1) });
    mem.setRequested(4 * MIB);
    expect(driver.isBroken).toBe(true);
    mem.setRequested(0);
    expect(driver.counters.requests).toBe(2);
  });

  it('plugged memory at probe is unplugged first', () => {
    const first = rig();
    first.mem.setRequested(64 * MIB);
    first.device.reset();
    const guest = new TestMemGuest();
    const memory = first.device.memory;
    const { transport } = connect(first.device, new BumpMemory(memory, 4096));
    const driver = new MemDriver(transport, guest, first.clock);
    guest.driver = driver;
    first.host.log.length = 0;
    expect(driver.probe()).toBeUndefined();
    expect(first.host.log[0]?.startsWith('unplug-all')).toBe(true);
    expect(driver.pluggedBytes).toBe(64 * MIB);
  });

  it('refuses to suspend with plugged memory', () => {
    const { mem, driver } = rig();
    expect(driver.maySuspend()).toBe(true);
    mem.setRequested(2 * MIB);
    expect(driver.maySuspend()).toBe(false);
  });
});

it('a copy goes on where the original was, each for itself', () => {
  const original = rig();
  original.mem.setRequested(132 * MIB);
  const state = original.driver.save();
  const memory = new FlatGuestMemory(1 << 20);
  memory.write(0, original.device.memory.read(0, 1 << 20) ?? new Uint8Array());
  const host = new TestMemHost();
  const guest = new TestMemGuest();
  guest.online.set(BASE, 'movable').set(BASE + BLOCK, 'movable');
  const mem = new MemDevice(MEM_PROFILES.qemu, host, { addr: BASE, regionBytes: 4096 * MIB });
  const device = new VirtioDevice(mem, memory);
  const { transport } = connect(device, new BumpMemory(memory, 1 << 19));
  const driver = new MemDriver(transport, guest, new Clock());
  guest.driver = driver;
  device.load(original.device.save());
  mem.load(original.mem.save());
  if (state === undefined) throw new Error('the original is busy');
  driver.load(state);
  mem.setRequested(134 * MIB);
  mem.setRequested(2 * MIB);
  expect(host.log.slice(0, 2)).toEqual(['plug 132 1 0', 'unplug 132 1 0']);
  expect([mem.pluggedBytes, original.mem.pluggedBytes]).toEqual([2 * MIB, 132 * MIB]);
});

describe('big blocks', () => {
  it('plugs and unplugs whole memory blocks only', () => {
    const { mem, driver, host } = rig('qemu', { forceBigBlocks: true });
    expect(driver.mode.kind).toBe('big-block');
    mem.setRequested(300 * MIB);
    expect(mem.pluggedBytes).toBe(256 * MIB);
    host.log.length = 0;
    mem.setRequested(0);
    expect(host.log).toEqual(['unplug 128 64 0', 'unplug 0 64 0']);
  });

  it('are chosen when the device block is a memory block, and roll back as a whole', () => {
    const { mem, driver, guest } = rig('qemu', { bigBlockBytes: 2 * BLOCK }, { blockBytes: BLOCK });
    expect(driver.mode.kind).toBe('big-block');
    mem.setRequested(4 * BLOCK);
    expect(guest.usable.size).toBe(256);
    guest.pinned.add(BASE + 3 * BLOCK);
    mem.setRequested(0);
    expect(mem.pluggedBytes).toBe(2 * BLOCK);
    expect(guest.usable.size).toBe(128);
    expect(driver.lastOutcome).toBe('busy');
  });
});

const LOG = new URL(
  '../../../../../shared/captures/linux-6.12-plug-384/device.log.gz',
  import.meta.url,
);

it.skipIf(!existsSync(LOG))(
  'reproduces every request of the recorded Linux driver (skipped without ../shared)',
  () => {
    const lines = gunzipSync(readFileSync(LOG)).toString().trim().split('\n');
    const recorded = lines.flatMap((line) => {
      const match = /virtio_mem_(\w+)_request addr=0x([0-9a-f]+) nb_blocks=(\d+)/.exec(line);
      if (match !== null)
        return [`${match[1]} ${(parseInt(match[2] ?? '', 16) - BASE) / MIB} ${match[3]}`];
      const type = /send_response type=(\d)/.exec(line)?.[1];
      return type === undefined ? [] : [type];
    });
    const { mem, host } = rig('qemu', {}, { regionBytes: 1024 * MIB });
    mem.setRequested(384 * MIB);
    expect(mem.usableBytes).toBe(0x2800_0000);
    mem.setRequested(64 * MIB);
    const ours = host.log.flatMap((entry) => [entry.slice(0, -2), entry.slice(-1)]);
    expect(ours).toEqual(recorded);
    expect(recorded).toHaveLength(74);
  },
);
