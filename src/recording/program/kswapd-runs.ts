// kswapd's runs. While one lasts the per-cpu lists of its zones are kept short; at its end it takes away the watermark boost that
// it saw at its beginning. The trace shows when a run begins. Its end only the second trace shows: kcompactd is woken right
// after. Without it a run is over with the last event that kswapd shows.

import * as T from '../read/index.ts';
import { flowOf, highestZone, type KernelTrace } from '../read/index.ts';
import * as P from './program.ts';
import type { ProgramBuilder } from './program.ts';
import type { ZoneMap } from './zone-map.ts';

/** The zone of the block that woke kswapd because it was claimed from another type: its flow's last one. */
function claimedZone(trace: KernelTrace, zones: ZoneMap, wake: number): number {
  const flow = flowOf(trace, wake);
  for (let i = wake - 1; i >= 0; i -= 1) {
    if (flowOf(trace, i) !== flow) continue;
    const kind = trace.kind[i];
    if (kind === T.EVENT_TAKE || kind === T.EVENT_FALLBACK) return zones.zoneOf(trace.pfn[i] ?? 0);
  }
  return -1;
}

/** Events after which kswapd shows nothing before its next run. */
function silentEnds(trace: KernelTrace): Set<number> {
  const ends = new Set<number>();
  let task: number | undefined;
  let last = 0;
  for (let i = 0; i < trace.count; i += 1) {
    const isWake = trace.kind[i] === T.EVENT_KSWAPD_WAKE;
    if (isWake && task !== undefined) ends.add(last);
    if (isWake) task = trace.task[i];
    if (trace.task[i] === task) last = i;
  }
  if (task !== undefined) ends.add(last);
  return ends;
}

export class KswapdRuns {
  readonly #trace: KernelTrace;
  readonly #zones: ZoneMap;
  /** Where no probe tells: the events after which a run is over. */
  readonly #ends: ReadonlySet<number>;
  #isRunning = false;
  /** Highest zone that it is, or was last, to care for. */
  #highest = 0;
  /** The same for its next run. */
  #asked = -1;

  constructor(trace: KernelTrace, zones: ZoneMap, isProbed: boolean) {
    this.#trace = trace;
    this.#zones = zones;
    this.#ends = isProbed ? new Set() : silentEnds(trace);
  }

  /** Somebody wakes it. */
  wake(event: number): void {
    const gfp = this.#trace.gfp[event] ?? 0;
    const isForBoost = gfp === 0;
    const zone = isForBoost ? claimedZone(this.#trace, this.#zones, event) : highestZone(gfp);
    this.#asked = Math.max(this.#asked, zone);
  }

  begin(out: ProgramBuilder, event: number): void {
    this.end(out, event);
    if (this.#asked >= 0) this.#highest = this.#asked;
    this.#asked = -1;
    this.#isRunning = true;
    out.add(P.OP_RECLAIM, { zone: this.#highest }, 0, P.RECLAIM_BEGINS, event);
  }

  /** Before an event. */
  before(out: ProgramBuilder, event: number): void {
    if (!this.#ends.has(event - 1)) return;
    this.end(out, event);
    this.sleep(out, event);
  }

  end(out: ProgramBuilder, event: number): void {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    out.add(P.OP_RECLAIM, { zone: this.#highest }, 0, P.RECLAIM_ENDS, event);
  }

  /** Until it is woken. */
  sleep(out: ProgramBuilder, event: number): void {
    out.add(P.OP_RECLAIM, { zone: this.#highest }, 0, P.RECLAIM_SLEEPS, event);
  }
}
