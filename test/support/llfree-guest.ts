// A guest kernel on LLFree in the verify build, by its core alone.

import { expect } from 'vitest';
import { ZONE_DMA32 } from '../../src/abi/layout.ts';
import { LLFREE_BYTES } from '../../src/abi/llfree.ts';
import {
  Core,
  GFP_HIGHUSER_MOVABLE,
  type Monitor,
  NONE,
  OBJECT_ANON,
  boot,
  faultText,
  layoutOf,
  verify,
} from '../../src/core/index.ts';
import { headerWord, wordsOf } from '../../src/core/raw.ts';
import { MIB_FRAMES } from './vm.ts';

export const HUGE = 512;

export interface LlfreeGuest {
  readonly core: Core;
  readonly monitor: Monitor;
}

/** An empty one. */
export function llfreeCore(frames: number, cpus: number): Core {
  return Core.create({ frames, cpus, build: 'verify-llfree' });
}

/** A booted guest of so many MiB. */
export function llfreeGuest(mib: number, cpus = 1): LlfreeGuest {
  const layout = layoutOf(mib * MIB_FRAMES, [{ start: 4096, count: 700 }]);
  const core = llfreeCore(layout.frames, cpus);
  boot(core, layout, true);
  const { monitor } = core;
  if (monitor === undefined) throw new Error('the build has no LLFree');
  return { core, monitor };
}

export function expectSoundCore(core: Core, where = ''): void {
  const fault = verify(core);
  expect(fault === undefined ? '' : faultText(fault), where).toBe('');
}

export function anonymous(core: Core): number {
  return core.objects.create(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE);
}

/** Where the tables of a guest on LLFree begin (assembly/kernel/llfree): Guest.czonePool. */
export function tablesOf(core: Core): number {
  return headerWord(core, 212);
}

/** A word of the header of ZONE_DMA32's allocator (assembly/llfree/pool), by its byte offset: where a table begins. */
export function tableOf(core: Core, offset: number): number {
  return wordsOf(core)[(tablesOf(core) + 64 + LLFREE_BYTES * ZONE_DMA32 + offset) >>> 2] as number;
}

/** Takes all that the monitor can get of a zone. First frames of huge frames. */
export function takeAll({ monitor }: LlfreeGuest, isHard: boolean): number[] {
  const taken: number[] = [];
  for (;;) {
    const pfn = monitor.reclaim(ZONE_DMA32, isHard);
    if (pfn < 0) return taken;
    taken.push(pfn);
  }
}
