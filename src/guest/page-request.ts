// A request for pages of any order with the slow path behind it.

import { STATUS_NEED_INSTALL, STATUS_NEED_RECLAIM } from '../core/index.ts';
import type { GuestMemory } from './memory.ts';
import { slowPath } from './slow-path.ts';

/**
 * Allocates 2^order frames for a mask. The head frame, or STATUS_NO_MEMORY when the slow path has
 * come to its end: in a real kernel the OOM killer's turn, or the caller's to do without.
 */
export function requestPages(memory: GuestMemory, gfp: number, order: number, cpu = 0): number {
  const attempt = (): number => memory.core.pages.alloc(gfp, order, cpu);
  const got = attempt();
  if (got !== STATUS_NEED_RECLAIM && got !== STATUS_NEED_INSTALL) return got;
  return slowPath(memory, { gfp, order, cpu, attempt, head: (pfn) => pfn }, got);
}
