/** The configuration space of a virtio PCI function, byte by byte (spec 4.1.2, 4.1.4). */

import { describe, expect, it } from 'vitest';

import {
  BALLOON_PROFILES,
  BalloonDevice,
  PciTransport,
  VirtioDevice,
} from '../../../src/virtio/index.ts';
import { capabilitiesOf } from '../../support/pci.ts';
import { FlatGuestMemory, TestHost, hex, range } from '../../support/virtio.ts';

function balloon(barType: 'io' | 'memory' = 'memory'): { pci: PciTransport; device: VirtioDevice } {
  const model = new BalloonDevice(BALLOON_PROFILES.qemu, new TestHost(256), {
    memoryPages: 256,
    freePageHinting: true,
    freePageReporting: true,
  });
  const device = new VirtioDevice(model, new FlatGuestMemory(1 << 20));
  return { pci: new PciTransport(device, barType), device };
}

function dump({ config }: PciTransport): Uint8Array {
  return Uint8Array.from(range(0, 256), (offset) => config.read(offset, 1));
}

it.each([undefined, [], new Uint8Array(255), new Uint8Array(257)])('loads no %j', (bytes) => {
  const { pci } = balloon();
  const before = dump(pci);
  expect(() => pci.config.load(bytes as never)).toThrow('config');
  expect(dump(pci)).toEqual(before);
});

describe('as firmware finds it', () => {
  it('is the header of a balloon, with capabilities', () => {
    const bytes = dump(balloon().pci);
    expect(hex(bytes.subarray(0, 0x10))).toBe('f4 1a 45 10 00 00 10 00 01 00 00 ff 00 00 00 00');
    expect(hex(bytes.subarray(0x10, 0x40)).replaceAll(/(?:00 ){12}/g, '… ')).toBe(
      '… … 00 00 00 00 f4 1a 45 00 00 00 00 00 40 00 00 00 00 00 00 00 00 01 00 00',
    );
  });

  it('says where everything is, in five capabilities', () => {
    const bytes = dump(balloon().pci);
    const rows = [
      [0x40, 16, '09 50 10 01 00 00 00 00 00 00 00 00 38 00 00 00'],
      [0x50, 20, '09 64 14 02 00 00 00 00 c0 00 00 00 14 00 00 00 04 00 00 00'],
      [0x64, 16, '09 74 10 03 00 00 00 00 40 00 00 00 01 00 00 00'],
      [0x74, 16, '09 84 10 04 00 00 00 00 80 00 00 00 10 00 00 00'],
      [0x84, 20, '09 00 14 05 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00'],
    ] as const;
    for (const [at, length, text] of rows) expect(hex(bytes.subarray(at, at + length))).toBe(text);
    expect(capabilitiesOf(balloon().pci).map(({ kind }) => kind)).toEqual([1, 2, 3, 4, 5]);
  });

  it('can be in the port space', () => {
    const { config } = balloon('io').pci;
    expect(config.read(0x10, 4)).toBe(1);
    config.write(0x10, 4, 0xffff_ffff);
    expect(config.read(0x10, 4)).toBe(0xffff_ff01);
    config.write(0x10, 4, 0xc000);
    expect(config.read(0x10, 4)).toBe(0xc001);
  });
});

describe('writes', () => {
  it('change what they may: command, interrupt line, place of the registers', () => {
    const { pci } = balloon();
    const { config } = pci;
    const before = dump(pci);
    for (const offset of range(0, 0x40)) config.write(offset, 1, 0xff);
    const after = dump(pci);
    const changed = range(0, 0x40).filter((offset) => before[offset] !== after[offset]);
    expect(changed).toEqual([4, 5, 0x11, 0x12, 0x13, 0x3c]);
    expect([config.read(4, 2), config.read(0x10, 4)]).toEqual([0x407, 0xffff_ff00]);
  });

  it('leave capabilities as they are, but for the window', () => {
    const { pci } = balloon();
    const before = dump(pci);
    for (const offset of range(0x40, 192)) {
      if (offset < 0x94 || offset > 0x97) pci.config.write(offset, 1, 0xff);
    }
    const after = dump(pci);
    const changed = range(0x40, 192).filter((offset) => before[offset] !== after[offset]);
    expect(changed).toEqual([0x88, ...range(0x8c, 8)]);
  });

  it('and reads that are unaligned, wide or outside find nothing', () => {
    const { pci, device } = balloon();
    const wrong: [number, number][] = [
      [1, 2],
      [2, 4],
      [0, 3],
      [0, 8],
      [256, 1],
      [-4, 4],
    ];
    const read = wrong.map(([offset, widthBytes]) => pci.config.read(offset, widthBytes));
    expect(read).toEqual([0xffff, 0xffff_ffff, 0xff_ffff, 2 ** 64 - 1, 0xff, 0xffff_ffff]);
    const before = dump(pci);
    for (const [offset, widthBytes] of wrong) pci.config.write(offset, widthBytes, 7);
    expect(dump(pci)).toEqual(before);
    expect(device.counters.violations.get('pci-config-access')).toBe(2 * wrong.length);
  });
});

describe('the window', () => {
  const AT = 0x84;

  function point({ config }: PciTransport, start: number, lengthBytes: number, bar = 0): void {
    config.write(AT + 4, 1, bar);
    config.write(AT + 8, 4, start);
    config.write(AT + 12, 4, lengthBytes);
  }

  it('reaches every register, at its width', () => {
    const { pci, device } = balloon();
    point(pci, 0x14, 1);
    pci.config.write(AT + 16, 1, 3);
    expect([device.status, pci.config.read(AT + 16, 1)]).toEqual([3, 3]);
    point(pci, 0x12, 2);
    expect(pci.config.read(AT + 16, 2)).toBe(5);
    point(pci, 0x00, 4);
    pci.config.write(AT + 16, 4, 1);
    point(pci, 0x04, 4);
    expect(pci.config.read(AT + 16, 4)).toBe(1);
    expect(pci.counters).toEqual({ reads: 3, writes: 2 });
  });

  it('is shut while it points nowhere', () => {
    const { pci, device } = balloon();
    const targets: [number, number, number][] = [
      [0, 0, 0],
      [0, 3, 0],
      [2, 4, 0],
      [0x14, 1, 1],
    ];
    for (const [start, lengthBytes, bar] of targets) {
      point(pci, start, lengthBytes, bar);
      pci.config.write(AT + 16, 4, 0xff);
      pci.config.read(AT + 16, 4);
    }
    expect(pci.counters).toEqual({ reads: 0, writes: 0 });
    expect(device.counters.violations.get('pci-window-target')).toBe(2 * targets.length);
    point(pci, 0xffff_fffc, 4);
    expect(pci.config.read(AT + 16, 4)).toBe(0);
  });
});
