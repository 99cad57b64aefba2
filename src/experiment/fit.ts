// Memory of this process: what it has had at most, and whether a replay can fit into what there is.

import { totalmem } from 'node:os';
import { KIB } from '../abi/unit.ts';
import { type ReplayPlan, leastMemoryOf } from '../replay/index.ts';
import { formatBytes, formatCount } from '../report/index.ts';
import type { Trace } from '../trace/index.ts';

/** A replay that cannot fit: nothing was played. */
export class MemoryShort extends Error {
  override readonly name: string = 'MemoryShort';
}

/** Most memory that this process has had, all its threads together. */
export function peakResidentBytes(): number {
  return process.resourceUsage().maxRSS * KIB;
}

/** Of the machine, or what the process may have of it. */
function memoryThereIs(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** Of a guest that is packed: its tables, and the objects around it (measured: 14 KiB and 60 KiB). */
const PACKED_BYTES: number = 64 * KIB;

/**
 * Throws MemoryShort if so many systems at once cannot fit. What fits by this may still be too large: it is the least. `guestBytes`:
 * what each system has for guests that are not packed.
 */
export function expectFits(
  trace: Trace,
  plan: ReplayPlan,
  systems: number,
  guestBytes: number = Infinity,
  available: number = memoryThereIs(),
): void {
  const { containers, bytes } = leastMemoryOf(trace, plan);
  const needed = Math.min(bytes, guestBytes + containers * PACKED_BYTES) * systems;
  if (needed <= available) return;
  const each = systems === 1 ? '' : `, ${systems} systems at once`;
  throw new MemoryShort(
    `${trace.name}: the replay takes ${formatBytes(needed)} of memory or more, and there are ${formatBytes(available)}: ` +
      `${formatCount(containers)} containers run at the same time in the busiest minute${each}, ` +
      'and guests take 13 bytes for each of their pages (--guest-memory, --minutes, --jobs, or a sample of the trace)',
  );
}
