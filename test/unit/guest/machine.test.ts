import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { expectMachine, fixedMachine, isFixed, memmapRange } from '../../../src/guest/machine.ts';
import { memmapFrames } from '../../../src/guest/footprint.ts';
import { guestConfig } from '../../../src/scenario/index.ts';
import type { GuestConfig } from '../../../src/vmm/index.ts';
import { hotplugStart } from '../../../src/vmm/index.ts';
import { MIB_FRAMES, testVmm } from '../../support/vm.ts';

const MEMORY = 128 * MIB_FRAMES;
const REGION = { start: hotplugStart(MEMORY), frames: 4096, blockFrames: 512 };
const MACHINE: GuestConfig = { ...guestConfig({ memoryFrames: MEMORY }), region: REGION };

describe('machines', () => {
  it('one that is one passes', () => {
    expect(() => expectMachine(MACHINE)).not.toThrow();
  });

  it.each(['memoryFrames', 'cpus', 'processes', 'files', 'hotplugEndFrame'] as const)(
    '%s must be a whole number that a machine can have',
    (name) => {
      for (const value of [-1, 0.5, Number.NaN, Infinity, 2 ** 40]) {
        const machine = { ...MACHINE, [name]: value };
        expect(() => expectMachine(machine)).toThrow(new RegExp(`^${name}: expected `));
      }
    },
  );

  it.each([
    ['over the memory', { start: 4096 }, /behind the guest's memory/],
    ['at no multiple of its blocks', { start: REGION.start + 1 }, /multiple of 512/],
    ['of half a block', { frames: 256 }, /region\.frames/],
    ['of no blocks', { frames: 0 }, /region\.frames/],
    ['of blocks that are no power of two', { blockFrames: 1536 }, /power of two/],
    ['of blocks smaller than a pageblock', { blockFrames: 256 }, /region\.blockFrames/],
    ['of blocks larger than a memory block', { start: 0, blockFrames: 2 ** 16 }, /1 to 32768/],
    ['at no frame', { start: Number.NaN }, /region\.start/],
    ['beyond any address', { start: 2 ** 36 }, /region\.start/],
  ])('refuses a region %s', (_, change, text) => {
    const machine = { ...MACHINE, region: { ...REGION, ...change } };
    expect(() => expectMachine(machine)).toThrow(text);
  });

  it('refuses a kernel whose figures are none', () => {
    const kernel = { ...MACHINE.kernel, agentFrames: Number.NaN };
    expect(() => expectMachine({ ...MACHINE, kernel })).toThrow('kernel.agentFrames');
  });

  it('a guest too small for its kernel is refused with what it needs, by estimate or by booting it', () => {
    const vmm = testVmm();
    for (const mib of [0.5, 1, 16, 20, 24, 28, 32, 36]) {
      const memoryFrames = mib * MIB_FRAMES;
      try {
        vmm.boot({ ...MACHINE, region: undefined, memoryFrames });
      } catch (error) {
        expect(error, `${mib} MiB`).toBeInstanceOf(RefusedArgument);
        expect((error as Error).message).toMatch(/^memoryFrames: expected /);
      }
    }
    expect(() => vmm.boot({ ...MACHINE, memoryFrames: 4096 })).toThrow(/or more for this kernel/);
  });
});

describe('the boot memmap', () => {
  it('lies at the end of memory, of each machine of its own, also where the machine is asked for again', () => {
    for (const memoryFrames of [MEMORY, 2 * MEMORY, 2 ** 20]) {
      const machine = { ...MACHINE, region: undefined, memoryFrames };
      const { start, count } = memmapRange(machine);
      expect(count).toBe(memmapFrames(memoryFrames));
      // a hole of a gigabyte lies below what reaches beyond three
      const hole = memoryFrames > 3 * 2 ** 18 ? 2 ** 18 : 0;
      expect(start + count).toBe(memoryFrames + hole);
      expect(memmapRange(machine)).toEqual({ start, count });
    }
  });
});

describe('a machine that is altered', () => {
  it('is looked at anew, and another one has its memmap elsewhere', () => {
    const config: { -readonly [K in keyof GuestConfig]: GuestConfig[K] } = {
      ...guestConfig({ memoryFrames: MEMORY }),
    };
    expectMachine(config);
    const before = memmapRange(config);
    config.memoryFrames *= 2;
    expectMachine(config);
    expect(memmapRange(config).start).toBeGreaterThan(before.start);
    config.memoryFrames = -5;
    expect(() => expectMachine(config)).toThrow(RefusedArgument);
  });

  it('is none where nobody can alter it', () => {
    const fixed = fixedMachine(MACHINE);
    expect([isFixed(MACHINE), isFixed(fixed)]).toEqual([false, true]);
    expect(fixed).toEqual(MACHINE);
    expect(() => Object.assign(fixed, { cpus: 2 })).toThrow(TypeError);
    expect(memmapRange(fixed)).toBe(memmapRange(fixed));
  });
});
