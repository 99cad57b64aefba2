// Requests that were refused before their event: their task has reclaimed since. Such a request is not made anew, it goes on in
// the slow path, at the min mark; a zone that passes at its low mark by then does not serve it for that. The attempts that came
// to nothing count too: a zone that they find below its high mark keeps its per-cpu lists short from then on.

import * as T from '../read/index.ts';
import { type ExtraEvent, isInterrupt, type KernelTrace } from '../read/index.ts';

export interface RequestsAgain {
  /** Events of requests that had been refused. */
  readonly requests: ReadonlySet<number>;
  /** The request that was refused at an event of the second trace. */
  readonly refused: ReadonlyMap<ExtraEvent, number>;
}

/** A task that reclaims for a request which has not shown yet. */
interface Reclaimer {
  readonly refused: ExtraEvent[];
  /** Reclaims at this moment: what it requests meanwhile is for that. */
  isReclaiming: boolean;
  /** The end of its last reclaim, after which it has shown nothing. */
  ended: ExtraEvent | undefined;
}

class Reclaimers {
  readonly requests = new Set<number>();
  readonly refused = new Map<ExtraEvent, number>();
  readonly #byPid = new Map<number, Reclaimer>();

  get isIdle(): boolean {
    return this.#byPid.size === 0;
  }

  probe(event: ExtraEvent): void {
    if (event.kind === 'mm_vmscan_direct_reclaim_begin') {
      const known = this.#goesOn(event.pid) ?? {
        refused: [],
        isReclaiming: true,
        ended: undefined,
      };
      known.refused.push(event);
      known.isReclaiming = true;
      this.#byPid.set(event.pid, known);
    } else if (event.kind === 'mm_vmscan_direct_reclaim_end') {
      const known = this.#byPid.get(event.pid);
      if (known === undefined) return;
      known.ended = event;
      known.isReclaiming = false;
    } else if (event.kind === 'drainpages') this.#goesOn(event.pid);
  }

  /** A task is still about its request: the attempt after its last reclaim came to nothing. */
  #goesOn(pid: number): Reclaimer | undefined {
    const known = this.#byPid.get(pid);
    if (known?.ended !== undefined) known.refused.push(known.ended);
    if (known !== undefined) known.ended = undefined;
    return known;
  }

  event(pid: number, kind: number, at: number): void {
    const known = this.#byPid.get(pid);
    if (known === undefined || known.isReclaiming) return;
    if (kind === T.EVENT_FREE && known.ended !== undefined) this.#goesOn(pid);
    if (kind !== T.EVENT_ALLOC) return;
    this.#byPid.delete(pid);
    this.requests.add(at);
    for (const refused of known.refused) this.refused.set(refused, at);
  }
}

/** What the second trace shows of requests that had to reclaim. */
export function requestsAgain(trace: KernelTrace, extra: readonly ExtraEvent[]): RequestsAgain {
  const found = new Reclaimers();
  let next = 0;
  for (let i = 0; i < trace.count && (next < extra.length || !found.isIdle); i += 1) {
    for (; (extra[next]?.timeUs ?? Number.POSITIVE_INFINITY) <= (trace.timeUs[i] ?? 0); next += 1) {
      const probed = extra[next];
      if (probed !== undefined) found.probe(probed);
    }
    if (found.isIdle || isInterrupt(trace, i)) continue;
    found.event(trace.tasks[trace.task[i] ?? 0]?.pid ?? -1, trace.kind[i] ?? 0, i);
  }
  return found;
}
