// A call's begin in one crossing: what it does is what its four touches do, and what it leaves to them it leaves alone.

import { describe, expect, it } from 'vitest';
import {
  type Core,
  GFP_HIGHUSER_MOVABLE,
  NONE,
  OBJECT_ANON,
  OBJECT_FILE,
  STATUS_BAD_ARGUMENT,
  STATUS_NOT_RESIDENT,
} from '../../../../src/core/index.ts';
import { rawOf } from '../../../../src/core/raw.ts';
import { bootGuest, expectSound } from '../../../support/core.ts';

const FRAMES = 16 * 1024;
const HEAP = 400;
const TEMPORARY = 600;
const CALL = { filePages: 30, writePages: 20, readPages: 50, temporaryPages: 48 };

interface Rig {
  readonly core: Core;
  readonly file: number;
  readonly heap: number;
}

/** A container that has run its start. */
function started(): Rig {
  const core = bootGuest({ frames: FRAMES });
  const file = core.objects.create(OBJECT_FILE, NONE, GFP_HIGHUSER_MOVABLE);
  const heap = core.objects.create(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE);
  core.objects.touch(file, 0, 100, false, 0);
  core.objects.touch(heap, 0, HEAP, true, 0);
  return { core, file, heap };
}

function begin({ core, file, heap }: Rig): number {
  return core.objects.beginCall(file, heap, TEMPORARY, CALL, 0);
}

function touchEach({ core, file, heap }: Rig): number {
  const { objects } = core;
  const { filePages, writePages, readPages, temporaryPages } = CALL;
  objects.touch(file, 0, filePages, false, 0);
  objects.touch(heap, 0, writePages, true, 0);
  objects.touch(heap, writePages, readPages, false, 0);
  return objects.touch(heap, TEMPORARY, temporaryPages, true, 0);
}

describe("a call's begin", () => {
  it('leaves what its touches one by one leave', () => {
    const [one, other] = [started(), started()];
    for (let call = 0; call < 3; call += 1) {
      expect(begin(one)).toBe(CALL.temporaryPages);
      expect(touchEach(other)).toBe(CALL.temporaryPages);
      expect(one.core.hash()).toBe(other.core.hash());
      for (const { core, heap } of [one, other]) {
        core.objects.truncate(heap, TEMPORARY, CALL.temporaryPages, 0);
      }
    }
    expectSound(one.core);
  });

  it.each([
    ['the file', (rig: Rig) => rig.core.objects.truncate(rig.file, 29, 1, 0)],
    ['what is written', (rig: Rig) => rig.core.objects.truncate(rig.heap, 19, 1, 0)],
    ['what is read', (rig: Rig) => rig.core.objects.truncate(rig.heap, 69, 1, 0)],
    ['all, by a release', (rig: Rig) => rawOf(rig.core).releaseRange(0, FRAMES)],
    ['the right to write', (rig: Rig) => rig.core.objects.fork(rig.heap, NONE, 0)],
  ])('does nothing when a page of %s is gone', (_, take) => {
    const rig = started();
    take(rig);
    const { core } = rig;
    const before = core.hash();
    expect(begin(rig)).toBe(STATUS_NOT_RESIDENT);
    expect(core.hash()).toBe(before);
    touchEach(rig);
    core.objects.truncate(rig.heap, TEMPORARY, CALL.temporaryPages, 0);
    expect(begin(rig)).toBe(CALL.temporaryPages);
  });

  it('refuses what is no object', () => {
    const rig = started();
    expect(begin({ ...rig, file: 9999 })).toBe(STATUS_BAD_ARGUMENT);
    expect(begin({ ...rig, heap: 9999 })).toBe(STATUS_BAD_ARGUMENT);
  });
});
