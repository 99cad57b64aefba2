import { expect, it } from 'vitest';
import { GFP_KERNEL } from '../../../src/abi/gfp.ts';
import { instanceOf } from '../../../src/core/core.ts';
import { freeSpaceOf } from '../../../src/core/free-space.ts';
import { bootGuest } from '../../support/core.ts';

it('counts what is free in all zones, and what of it lies in blocks of 2 MiB', () => {
  const core = bootGuest();
  const before = freeSpaceOf(instanceOf(core));
  expect(before.frames).toBeGreaterThan(0);
  expect(before.wholeFrames % 512).toBe(0);
  core.pages.alloc(GFP_KERNEL, 10, 0);
  const after = freeSpaceOf(instanceOf(core));
  expect(before.frames - after.frames).toBe(1024);
  expect(before.wholeFrames - after.wholeFrames).toBe(1024);
});
