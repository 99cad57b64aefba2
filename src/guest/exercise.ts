// A process that comes, writes memory and goes: what leaves free memory with host frames behind it.

import { GFP_HIGHUSER_MOVABLE, NONE, OBJECT_ANON, expectAnswer } from '../core/index.ts';
import type { GuestKernel } from './kernel.ts';

/** Writes so many new anonymous pages and exits. Throws GuestOutOfMemory when they do not fit. */
export function touchAndExit(guest: GuestKernel, pages: number): void {
  const { memory } = guest;
  const { objects } = memory.core;
  const object = expectAnswer(
    objects.create(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE),
    'objects.create',
  );
  try {
    memory.touch(object, 0, pages, true, 0, 0);
  } finally {
    expectAnswer(objects.destroy(object, 0), 'objects.destroy');
  }
}
