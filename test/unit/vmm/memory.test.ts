import { RefusedArgument } from '../../../src/check/index.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { GFP_KERNEL } from '../../../src/core/index.ts';
import { VmMemory } from '../../../src/vmm/index.ts';
import { expectSound, testVm } from '../../support/vm.ts';
import { rawOf } from '../../../src/core/raw.ts';

/** A frame in the middle of a test VM's memory that nobody has touched. */
const FREE = 20_000;
const ADDR = FREE * 4096;

/** Numbers that words of so many bits do not hold. */
const NO_WORDS = ([16, 32, 64] as const).map(
  (bits) => [bits, [-1, 0.5, 2 ** bits, Number.NaN, Infinity, '5' as never]] as const,
);

describe('VmMemory', () => {
  it('reads zeros from a frame without host memory, and leaves it so', () => {
    const { vm } = testVm(128);
    const { core } = vm.guest;
    expect(rawOf(core).isBacked(FREE)).toBe(0);
    expect(vm.memory.read(ADDR, 8)).toEqual(new Uint8Array(8));
    expect(vm.memory.readU64(ADDR)).toBe(0);
    expect(rawOf(core).isBacked(FREE)).toBe(0);
  });

  it('backs a frame that is written, and only that', () => {
    const { vm } = testVm(128);
    const { core } = vm.guest;
    const before = core.backedFrames;
    expect(vm.memory.writeU32(ADDR + 4, 0xdead_beef)).toBe(true);
    expect(core.backedFrames).toBe(before + 1);
    expect(vm.memory.readU32(ADDR + 4)).toBe(0xdead_beef);
    expect(vm.memory.keptFrames).toBe(1);
  });

  it('forgets what the host took back', () => {
    const { vm } = testVm(128);
    vm.memory.write(ADDR, Uint8Array.of(1, 2, 3));
    expect(vm.memory.discard(FREE, 1)).toBe(1);
    expect(vm.memory.read(ADDR, 3)).toEqual(new Uint8Array(3));
    rawOf(vm.guest.core).touchRange(FREE, 1, 1);
    expect(vm.memory.read(ADDR, 3)).toEqual(new Uint8Array(3));
    expect(vm.memory.keptFrames).toBe(0);
    expectSound(vm);
  });

  it('cuts blocks from frames that the kernel has had since boot as long as there is room, and keeps those', () => {
    const { vm } = testVm(128);
    const { core } = vm.guest;
    const [pages] = [core.pages.alloc(GFP_KERNEL, 2, 0)];
    vm.memory.reserve(pages + 1, 3);
    const free = (): number => core.kernelZones.reduce((sum, zone) => sum + zone.free, 0);
    const before = free();
    expect(vm.memory.alloc(2 * 4096, 4096)).toBe((pages + 2) * 4096);
    vm.memory.free((pages + 2) * 4096, 2 * 4096);
    expect(core.frames.kind(pages + 2)).toBe(core.frames.kind(pages + 1));
    expect(free()).toBe(before);
    const next = vm.memory.alloc(4096, 4096) as number;
    expect(next < pages * 4096 || next >= (pages + 4) * 4096).toBe(true);
    expect(() => vm.memory.reserve(0, core.spanFrames + 1)).toThrow(RefusedArgument);
  });

  it('forgets what went page by page, many pages or few', () => {
    const { vm } = testVm(128);
    for (const pages of [1, 200]) {
      vm.memory.write(ADDR, new Uint8Array(5 * 4096).fill(7));
      expect(vm.memory.discardPages(FREE, pages)).toBe(Math.min(5, pages));
      expect(vm.memory.read(ADDR, 3)).toEqual(new Uint8Array(3));
      expect(vm.memory.keptFrames).toBe(5 - Math.min(5, pages));
    }
    expect(vm.memory.discardPages(vm.guest.core.spanFrames - 1, 2)).toBe(-1);
    expectSound(vm);
  });

  it('has no range with a hole in it', () => {
    const { memory } = testVm(128).vm;
    expect(memory.contains(4096, 158 * 4096)).toBe(true);
    expect(memory.contains(4096, 158 * 4096 + 1)).toBe(false);
    expect(memory.contains(0, 2 * 4096)).toBe(false);
    expect(memory.contains(memory.sizeBytes - 8192, 8193)).toBe(false);
  });

  it('is an array of bytes wherever there is memory, across frames too', () => {
    const { vm } = testVm(128);
    const model = new Uint8Array(3 * 4096);
    const write = fc.record({
      offset: fc.nat({ max: model.length - 1 }),
      bytes: fc.uint8Array({ maxLength: 6000 }),
    });
    fc.assert(
      fc.property(write, ({ offset, bytes }) => {
        const fitting = bytes.subarray(0, model.length - offset);
        expect(vm.memory.write(ADDR + offset, fitting)).toBe(true);
        model.set(fitting, offset);
        const whole = vm.memory.read(ADDR, model.length);
        expect(Buffer.compare(whole ?? new Uint8Array(), model)).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('writes numbers little-endian, also where two frames meet', () => {
    const { vm } = testVm(128);
    const at = ADDR + 4096 - 3;
    expect(vm.memory.writeU64(at, 0x1122_3344_5566)).toBe(true);
    expect([...(vm.memory.read(at, 8) ?? [])]).toEqual([0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0, 0]);
    expect(vm.memory.readU64(at)).toBe(0x1122_3344_5566);
    expect(vm.memory.writeU16(at, 0xabcd)).toBe(true);
    expect(vm.memory.readU16(at)).toBe(0xabcd);
  });

  it('refuses what is not memory: holes, ends, nonsense', () => {
    const { vm } = testVm(128, 128);
    const { memory } = vm;
    const hole = 0x9f000; // behind 640 KiB
    const bad = [-1, Number.NaN, 2 ** 60, hole, 128 * 2 ** 20 - 4, memory.sizeBytes - 4];
    for (const addr of bad) {
      expect(memory.read(addr, 8)).toBeUndefined();
      expect(memory.write(addr, new Uint8Array(8))).toBe(false);
      expect(memory.writeU64(addr, 1)).toBe(false);
    }
    expect(memory.discard(memory.sizeBytes / 4096, 1)).toBe(-1);
    expectSound(vm);
  });

  it('shares a template until a clone writes', () => {
    const { vmm, vm } = testVm(128);
    vm.memory.write(ADDR, Uint8Array.of(7, 8, 9));
    const frozen = vm.memory.freeze();
    const other = vmm.boot(vm.guest.config);
    if (other === undefined) throw new Error('no room');
    const clone = new VmMemory(other.guest.memory, frozen);
    expect([...(clone.read(ADDR, 3) ?? [])]).toEqual([7, 8, 9]);
    clone.write(ADDR + 1, Uint8Array.of(1));
    expect([...(clone.read(ADDR, 3) ?? [])]).toEqual([7, 1, 9]);
    expect([...(vm.memory.read(ADDR, 3) ?? [])]).toEqual([7, 8, 9]);
    clone.discard(FREE, 1);
    expect([...(clone.read(ADDR, 3) ?? [])]).toEqual([0, 0, 0]);
  });

  it('gives drivers zeroed kernel memory and takes it back', () => {
    const { vm } = testVm(128);
    const { memory } = vm;
    const small = [memory.alloc(24, 8), memory.alloc(10, 8), memory.alloc(1024, 8)];
    expect(new Set(small.map((addr) => Math.floor((addr ?? 0) / 4096))).size).toBe(1);
    const ring = memory.alloc(10_000, 4096) ?? 0;
    expect(ring % 4096).toBe(0);
    memory.write(ring, new Uint8Array(10_000).fill(0xff));
    memory.free(ring, 10_000);
    const again = memory.alloc(10_000, 4096) ?? 0;
    expect(memory.read(again, 10_000)?.every((byte) => byte === 0)).toBe(true);
    expectSound(vm);
  });
});

describe('memory for rings and messages', () => {
  it.each([
    [-1, 16],
    [0, 16],
    [64, 0],
    [64, 3],
    [Number.NaN, 16],
    [64, 0.5],
    [2 ** 40, 16],
  ])('refuses %d bytes at multiples of %d', (lengthBytes, alignBytes) => {
    const { vm } = testVm(128);
    expect(() => vm.memory.alloc(lengthBytes, alignBytes)).toThrow(RefusedArgument);
  });

  it('lies at a multiple of what was asked for', () => {
    const { vm } = testVm(128);
    for (const align of [1, 64, 4096, 65_536, 2 ** 22]) {
      expect((vm.memory.alloc(100, align) ?? 1) % align).toBe(0);
    }
  });

  it('is freed once, whole, and nothing else is', () => {
    const { vm } = testVm(128);
    const addr = vm.memory.alloc(64, 16) ?? 0;
    expect(() => vm.memory.free(addr, 32)).toThrow(RefusedArgument);
    vm.memory.free(addr, 64);
    expect(() => vm.memory.free(addr, 64)).toThrow(RefusedArgument);
    expect(() => vm.memory.free(ADDR, 64)).toThrow(RefusedArgument);
    expect(vm.memory.alloc(64, 16)).toBe(addr);
  });

  it.each([0.5, -4096, Number.NaN, Infinity, 2 ** 60])('has no byte at %d', (addr) => {
    const { vm } = testVm(128);
    expect(vm.memory.read(addr, 8)).toBeUndefined();
    expect(vm.memory.readU16(addr)).toBeUndefined();
    expect(vm.memory.write(addr, new Uint8Array(8))).toBe(false);
    expect(vm.memory.writeU64(addr, 1)).toBe(false);
  });

  it.each([-1, 0.5, 2 ** 32 + 5000, Number.NaN])('takes no frame %d back', (pfn) => {
    const { vm } = testVm(128);
    const { backedFrames } = vm.guest.core;
    expect(() => vm.memory.discard(pfn, 1)).toThrow(RefusedArgument);
    expect(() => vm.memory.discard(0, pfn)).toThrow(RefusedArgument);
    expect(vm.guest.core.backedFrames).toBe(backedFrames);
  });

  it('writes no number that does not fit, and none between two addresses', () => {
    const { vm } = testVm(128);
    const addr = vm.memory.alloc(64, 64) ?? -1;
    for (const [bits, values] of NO_WORDS) {
      for (const value of values) {
        expect(() => vm.memory[`writeU${bits}`](addr, value)).toThrow(RefusedArgument);
      }
      expect(vm.memory[`writeU${bits}`](addr + 0.5, 1)).toBe(false);
      expect(vm.memory[`readU${bits}`](addr + 0.5)).toBeUndefined();
      expect(vm.memory[`writeU${bits}`](addr, 2 ** (bits - 1))).toBe(true);
      expect(vm.memory[`readU${bits}`](addr)).toBe(2 ** (bits - 1));
    }
  });
});
