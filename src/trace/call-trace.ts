/** What the formats with one row a call share: from collected calls to a trace. */
import { observedDurations } from './distribution.ts';
import type { CallRows, DurationSummary } from './trace.ts';

/** Summary of each function's calls; undefined for a function without any. */
export function summarizeCalls(
  calls: CallRows,
  functionCount: number,
): (DurationSummary | undefined)[] {
  const sizes = new Uint32Array(functionCount + 1);
  for (const id of calls.functionIds) sizes[id + 1] = (sizes[id + 1] as number) + 1;
  for (let id = 0; id < functionCount; id++) {
    sizes[id + 1] = (sizes[id + 1] as number) + (sizes[id] as number);
  }
  const cursors = sizes.slice();
  const grouped = new Float32Array(calls.durationMs.length);
  for (let index = 0; index < grouped.length; index++) {
    const id = calls.functionIds[index] as number;
    const target = cursors[id] as number;
    cursors[id] = target + 1;
    grouped[target] = calls.durationMs[index] as number;
  }
  return Array.from({ length: functionCount }, (_, id) => {
    const own = grouped.subarray(sizes[id], sizes[id + 1]);
    return own.length === 0 ? undefined : observedDurations(own);
  });
}
