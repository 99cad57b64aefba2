/** The virtio-mem device: wire vectors, every response, and where the three VMMs differ (D.2, F.2, F.3). */

import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../../src/check/index.ts';

import {
  MEM_PROFILES,
  MemDevice,
  VirtioDevice,
  type MemDeviceOptions,
  type MemProfileName,
} from '../../../../src/virtio/index.ts';
import { encodeRequest } from '../../../../src/virtio/mem/request.ts';
import { FlatGuestMemory, hex, RawDriver } from '../../../support/virtio.ts';

const MIB = 1024 * 1024;
const BASE = 4096 * MIB;
const REGION = 1024 * MIB;
const [PLUG, UNPLUG, UNPLUG_ALL, STATE] = [0, 1, 2, 3] as const;
const [ACK, NACK, BUSY, ERROR] = [0, 1, 2, 3] as const;
const PROFILES = ['firecracker', 'cloud-hypervisor', 'qemu'] as const;

class Rig {
  readonly mem: MemDevice;
  readonly device: VirtioDevice;
  readonly driver: RawDriver;
  readonly calls: string[] = [];
  refuses = false;

  constructor(profile: MemProfileName, options: Partial<MemDeviceOptions> = {}, wanted = ~0n) {
    const host = {
      plug: (addr: number, length: number): boolean =>
        this.calls.push(`plug ${(addr - BASE) / MIB}+${length / MIB}`) > 0 && !this.refuses,
      unplug: (addr: number, length: number): number => {
        this.calls.push(`unplug ${(addr - BASE) / MIB}+${length / MIB}`);
        return this.refuses ? -1 : length / 4096;
      },
    };
    this.mem = new MemDevice(MEM_PROFILES[profile], host, {
      addr: BASE,
      regionBytes: REGION,
      ...options,
    });
    const memory = new FlatGuestMemory(1 << 20);
    this.device = new VirtioDevice(this.mem, memory, MEM_PROFILES[profile].policy);
    this.driver = new RawDriver(this.device, memory, 24, wanted);
  }

  /** Type and state of the answer; undefined when there is none. */
  ask(type: number, offset: number, blocks: number): number[] | undefined {
    const request = this.driver.put(encodeRequest({ type, addr: BASE + offset, blocks }));
    const response = this.driver.put(Array(10).fill(0xff));
    if (this.driver.send(0, [request, response], 1) !== 10) return undefined;
    const bytes = this.driver.memory.read(response.addr, 10) ?? new Uint8Array();
    return [bytes[0] ?? -1, bytes[8] ?? -1];
  }
}

describe('config space', () => {
  it('has the bytes of the specification', () => {
    const rig = new Rig('qemu', { nodeId: 3, requestedBytes: 4 * MIB });
    rig.ask(PLUG, 0, 1);
    expect(hex(rig.mem.config())).toBe(
      [
        '00 00 20 00 00 00 00 00',
        '03 00 00 00 00 00 00 00',
        '00 00 00 00 01 00 00 00',
        '00 00 00 40 00 00 00 00',
        '00 00 40 10 00 00 00 00',
        '00 00 20 00 00 00 00 00',
        '00 00 40 00 00 00 00 00',
      ].join(' '),
    );
  });
});

describe.each(PROFILES)('%s', (profile) => {
  const tooMuch = profile === 'firecracker' ? ERROR : NACK;

  function rig(requestedBytes = 8 * MIB): Rig {
    const made = new Rig(profile);
    if (requestedBytes > 0) made.mem.setRequested(requestedBytes);
    return made;
  }

  it('plugs, says so, and unplugs', () => {
    const r = rig();
    expect(r.ask(PLUG, 0, 2)).toEqual([ACK, 0]);
    expect(r.mem.pluggedBytes).toBe(4 * MIB);
    expect(r.ask(STATE, 0, 2)).toEqual([ACK, 0]);
    expect(r.ask(STATE, 4 * MIB, 2)).toEqual([ACK, 1]);
    expect(r.ask(STATE, 2 * MIB, 2)).toEqual([ACK, 2]);
    expect(r.ask(UNPLUG, 0, 1)).toEqual([ACK, 0]);
    expect(r.calls).toEqual(['plug 0+4', 'unplug 0+2']);
    expect(r.mem.counters).toMatchObject({ pluggedBlocks: 2, unpluggedBlocks: 1 });
  });

  it('answers ERROR to what is unaligned, empty or outside', () => {
    const r = rig();
    for (const type of [PLUG, UNPLUG, STATE]) {
      for (const [offset, blocks] of [
        [MIB, 1],
        [0, 0],
        [-2 * MIB, 1],
        [REGION - 2 * MIB, 2],
        [2 ** 52, 1],
      ] as const) {
        const answer = r.ask(type, offset, blocks);
        expect(answer?.[0], `${type} ${offset} ${blocks}`).toBe(ERROR);
      }
    }
    expect(r.calls).toEqual([]);
  });

  it('answers ERROR to blocks already in the wanted state', () => {
    const r = rig();
    expect(r.ask(UNPLUG, 0, 1)).toEqual([ERROR, 0]);
    r.ask(PLUG, 2 * MIB, 1);
    expect(r.ask(PLUG, 0, 2)).toEqual([ERROR, 0]);
    expect(r.ask(UNPLUG, 0, 2)).toEqual([ERROR, 0]);
  });

  it(`answers ${tooMuch === NACK ? 'NACK' : 'ERROR'} to more than was requested`, () => {
    const r = rig();
    expect(r.ask(PLUG, 0, 5)).toEqual([tooMuch, 0]);
    expect(r.ask(PLUG, 0, 4)).toEqual([ACK, 0]);
    expect(r.ask(PLUG, 8 * MIB, 1)).toEqual([tooMuch, 0]);
  });

  it('looks at the size or at the range first', () => {
    const answer = rig().ask(PLUG, MIB, 500);
    expect(answer).toEqual([profile === 'cloud-hypervisor' ? NACK : ERROR, 0]);
  });

  it('answers BUSY while the host cannot, and changes nothing', () => {
    const r = rig();
    r.ask(PLUG, 0, 1);
    r.refuses = true;
    expect(r.ask(PLUG, 2 * MIB, 1)).toEqual([BUSY, 0]);
    expect(r.ask(UNPLUG, 0, 1)).toEqual([BUSY, 0]);
    expect(r.ask(UNPLUG_ALL, 0, 0)).toEqual([BUSY, 0]);
    expect(r.mem.pluggedBytes).toBe(2 * MIB);
  });

  it('UNPLUG_ALL takes everything and may shrink the usable region', () => {
    const r = rig(512 * MIB);
    r.ask(PLUG, 0, 1);
    r.ask(PLUG, 100 * MIB, 3);
    r.mem.setRequested(8 * MIB);
    const before = r.mem.usableBytes;
    expect(r.ask(UNPLUG_ALL, 0, 0)).toEqual([ACK, 0]);
    expect(r.mem.pluggedBytes).toBe(0);
    expect(r.calls.slice(2)).toEqual(['unplug 0+2', 'unplug 100+6']);
    const after = { firecracker: 0, 'cloud-hypervisor': REGION, qemu: 264 * MIB }[profile];
    expect([before > 264 * MIB, r.mem.usableBytes]).toEqual([true, after]);
  });

  it('a device reset keeps the blocks, a system reset unplugs them', () => {
    const r = rig();
    r.ask(PLUG, 0, 2);
    r.device.reset();
    expect(r.mem.pluggedBytes).toBe(4 * MIB);
    expect(r.mem.systemReset()).toBe(true);
    expect(r.mem.pluggedBytes).toBe(0);
  });

  it('does not let the driver write the config space', () => {
    const r = rig();
    r.device.writeConfig(48, new Uint8Array(8));
    expect(r.mem.requestedBytes).toBe(8 * MIB);
    expect(r.device.counters.violations.get('config-write-refused')).toBe(1);
  });

  it('gives no answer to an unknown type or a chain that is no request', () => {
    const needsReset = profile !== 'firecracker';
    const unknown = rig();
    expect(unknown.ask(4, 0, 1)).toBeUndefined();
    expect(unknown.device.isActive).toBe(!needsReset);
    for (const [request, response, readable] of [
      [23, 10, 1],
      [24, 9, 1],
      [24, 10, 0],
      [24, 10, 2],
    ] as const) {
      const r = rig();
      const buffers = [r.driver.put(Array(request).fill(0)), r.driver.put(Array(response).fill(0))];
      expect(r.driver.send(0, buffers, readable)).toBeUndefined();
      expect(r.device.isActive).toBe(!needsReset);
    }
    const short = rig();
    expect(short.driver.send(0, [short.driver.put(Array(24).fill(0))])).toBeUndefined();
  });
});

describe('usable region', () => {
  it.each([
    ['qemu', 0, 0],
    ['qemu', 384 * MIB, 640 * MIB],
    ['qemu', 1000 * MIB, REGION],
    ['firecracker', 0, 0],
    ['firecracker', 2 * MIB, 128 * MIB],
    ['firecracker', 130 * MIB, 256 * MIB],
    ['cloud-hypervisor', 0, REGION],
    ['cloud-hypervisor', 2 * MIB, REGION],
  ] as const)('%s with %i requested is %i', (profile, requested, usable) => {
    const rig = new Rig(profile);
    expect(rig.mem.setRequested(requested)).toBe('ok');
    expect(rig.mem.usableBytes).toBe(usable);
  });

  it('does not shrink with the request', () => {
    const rig = new Rig('qemu');
    rig.mem.setRequested(384 * MIB);
    rig.mem.setRequested(0);
    expect(rig.mem.usableBytes).toBe(640 * MIB);
    expect(rig.driver.configInterrupts).toBe(2);
  });
});

describe('set-up', () => {
  it('Firecracker demands UNPLUGGED_INACCESSIBLE and resizes only while active', () => {
    const refused = new Rig('firecracker', {}, ~2n);
    expect(refused.device.isActive).toBe(false);
    expect(refused.mem.setRequested(2 * MIB)).toBe('inactive');
    expect(new Rig('qemu', {}, ~2n).device.isActive).toBe(true);
  });

  it('a size that is no size of the region is refused', () => {
    const rig = new Rig('qemu');
    expect(rig.mem.setRequested(MIB)).toBe('invalid');
    expect(rig.mem.setRequested(REGION + 2 * MIB)).toBe('invalid');
    expect(rig.mem.setRequested(-2 * MIB)).toBe('invalid');
  });

  it.each([
    ['firecracker', { blockBytes: MIB }],
    ['qemu', { blockBytes: 3 * MIB }],
    ['qemu', { addr: BASE + MIB }],
    ['cloud-hypervisor', { regionBytes: 130 * MIB }],
    ['qemu', { regionBytes: 0 }],
    ['qemu', { requestedBytes: MIB }],
  ] as const)('%s with %o is refused', (profile, options) => {
    expect(() => new Rig(profile, options)).toThrow(RefusedArgument);
  });
});
