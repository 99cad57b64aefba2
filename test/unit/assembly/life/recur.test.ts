// Which calls recur, and that many of them carried out at once are as many one by one.

import { describe, expect, it } from 'vitest';
import { KERNEL_ZONES } from '../../../../src/abi/layout.ts';
import {
  type Core,
  GFP_HIGHUSER_MOVABLE,
  NONE,
  OBJECT_ANON,
  OBJECT_FILE,
  STATUS_BAD_STATE,
} from '../../../../src/core/index.ts';
import { rawOf } from '../../../../src/core/raw.ts';
import { bootGuest, expectSound } from '../../../support/core.ts';

const FRAMES = 64 * 1024;
const REGION = { start: FRAMES, frames: 4096, block: 512 };
const TEMPORARY = 600;
const CALL = { filePages: 30, writePages: 20, readPages: 50, temporaryPages: 40 };

interface Rig {
  readonly core: Core;
  readonly file: number;
  readonly heap: number;
}

function begin({ core, file, heap }: Rig): number {
  return core.objects.beginCall(file, heap, TEMPORARY, CALL, 0);
}

function end({ core, heap }: Rig): number {
  return core.objects.truncate(heap, TEMPORARY, CALL.temporaryPages, 0);
}

function recurs({ core, file, heap }: Rig): boolean {
  return core.objects.callRecurs(file, heap, CALL, 0);
}

function repeat({ core, file, heap }: Rig, times: number): number {
  return core.objects.repeatCalls(times, file, heap, TEMPORARY, CALL, 0);
}

/** A container in a CZone, or in the kernel's zones, that has run some calls; the per-cpu lists are at rest. */
function called(zoned: boolean): Rig {
  const core = bootGuest({
    frames: FRAMES,
    spanFrames: REGION.start + REGION.frames,
    config: { czones: 1 },
  });
  const raw = rawOf(core);
  raw.czoneRegion(REGION.start, REGION.frames, REGION.block);
  raw.czonePlug(REGION.start, REGION.frames);
  raw.czoneCreate(1, REGION.frames, 4);
  const file = core.objects.create(OBJECT_FILE, NONE, GFP_HIGHUSER_MOVABLE);
  const heap = core.objects.create(OBJECT_ANON, zoned ? KERNEL_ZONES : NONE, GFP_HIGHUSER_MOVABLE);
  core.objects.touch(file, 0, 100, false, 0);
  core.objects.touch(heap, 0, 400, true, 0);
  const rig = { core, file, heap };
  for (let call = 0; call < 5; call += 1) {
    begin(rig);
    end(rig);
    core.pages.decay(60);
  }
  begin(rig);
  end(rig);
  return rig;
}

const HOMES = [
  ['a CZone', true],
  ["the kernel's zones", false],
] as const;

describe.each(HOMES)('a call in %s', (_, zoned) => {
  it('recurs once the lists are at rest', () => {
    expect(recurs(called(zoned))).toBe(true);
  });

  it.each([1, 2, 3, 6, 7])('carried out %i times at once is as many one by one', (times) => {
    const [one, other] = [called(zoned), called(zoned)];
    expect(repeat(one, times)).toBe(0);
    for (let call = 0; call < times; call += 1) {
      begin(other);
      end(other);
    }
    expect(one.core.hash()).toBe(other.core.hash());
    expectSound(one.core);
  });

  it.each<readonly [string, (rig: Rig) => void]>([
    ['a page of its heap is gone', ({ core, heap }) => core.objects.truncate(heap, 10, 1, 0)],
    ['the host took memory', ({ core }) => rawOf(core).releaseRange(0, FRAMES)],
    ['page reporting listens', ({ core }) => rawOf(core).reportListen(9, 1)],
    ['the lists are to be drained', ({ core, file }) => core.objects.truncate(file, 0, 100, 1)],
    ['host pages are large', ({ core }) => core.setBackingOrder(9)],
  ])('does not recur when %s', (__, change) => {
    const rig = called(zoned);
    change(rig);
    expect(recurs(rig)).toBe(false);
  });

  it('that meets something is not carried out many times', () => {
    const rig = called(zoned);
    rig.core.objects.truncate(rig.heap, 10, 1, 0);
    expect(repeat(rig, 3)).toBe(STATUS_BAD_STATE);
  });
});

describe.each(HOMES)('a call without memory of its own in %s', (_, zoned) => {
  const STILL = { ...CALL, temporaryPages: 0 };
  const asks = ({ core, file, heap }: Rig): boolean =>
    core.objects.callRecurs(file, heap, STILL, 0);

  it('recurs whatever the lists, page reporting and host pages are', () => {
    const rig = called(zoned);
    rig.core.objects.truncate(rig.file, 30, 70, 1);
    rawOf(rig.core).reportListen(9, 1);
    expect(recurs(rig)).toBe(false);
    expect(asks(rig)).toBe(true);
  });

  it('does not when something is missing', () => {
    const rig = called(zoned);
    rig.core.objects.truncate(rig.heap, 10, 1, 0);
    expect(asks(rig)).toBe(false);
  });

  it.each([1, 2, 5])('carried out %i times at once is as many one by one', (times) => {
    const [one, other] = [called(zoned), called(zoned)];
    for (const { core, file } of [one, other]) core.objects.truncate(file, 30, 70, 1);
    const { file, heap } = one;
    expect(one.core.objects.repeatCalls(times, file, heap, TEMPORARY, STILL, 0)).toBe(0);
    for (let call = 0; call < times; call += 1) {
      other.core.objects.beginCall(file, heap, TEMPORARY, STILL, 0);
    }
    expect(one.core.hash()).toBe(other.core.hash());
    expectSound(one.core);
  });
});

describe("a call in the kernel's zones", () => {
  it('does not recur when its list is shorter than its memory, or is another cpu’s', () => {
    const rig = called(false);
    const { core } = rig;
    core.pages.drainAll();
    expect(recurs(rig)).toBe(false);
    expect(core.objects.callRecurs(rig.file, rig.heap, CALL, 1)).toBe(false);
  });
});

describe('a call in a CZone', () => {
  it('does not recur when its zone has changed since it began', () => {
    const rig = called(true);
    begin(rig);
    end(rig);
    expect(recurs(rig)).toBe(true);
    rig.core.objects.touch(rig.heap, 400, 3, true, 0);
    expect(recurs(rig)).toBe(false);
  });
});
