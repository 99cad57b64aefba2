// NR_FREE_PAGES as watermarks see it (docs/kernels.md): each CPU gathers its changes of a zone's count and hands them over when
// they exceed a threshold, or at its vmstat worker's turn.

import type { Zone } from './zone.ts';
import * as L from './types.ts';

const PAGES_128_MIB = 128 * 256;
const MOST = 125;

const bitsOf = (value: number): number => (value < 1 ? 0 : Math.floor(Math.log2(value)) + 1);

/** What a CPU may keep to itself, by the zone's size. */
export function lagMost(zone: Zone, cpus: number): number {
  const steps = 1 + bitsOf(Math.floor(zone.managed / PAGES_128_MIB));
  return Math.min(MOST, 2 * bitsOf(cpus) * steps);
}

export class Lag {
  most: number;
  /** The CPU that changes counts now. */
  cpu = 0;
  private readonly gathered = new Map<number, number>();

  constructor(most: number) {
    this.most = most;
  }

  change(pages: number): void {
    const gathered = (this.gathered.get(this.cpu) ?? 0) + pages;
    this.gathered.set(this.cpu, Math.abs(gathered) > this.most ? 0 : gathered);
  }

  handOver(cpu: number): void {
    this.gathered.delete(cpu);
  }

  /** Changes that nobody has handed over. */
  get pages(): number {
    let sum = 0;
    for (const pages of this.gathered.values()) sum += pages;
    return sum;
  }
}

/** What of the model is otherwise in another kernel, or in a recording. */
export interface ModelRules {
  readonly pcpTunes: boolean;
  readonly pcpKeepsBlocks: boolean;
  readonly countsLag: boolean;
  readonly kswapdLags: boolean;
}

/** Linux 6.12 as live guests have it. */
export const LIVE_RULES: ModelRules = {
  pcpTunes: true,
  pcpKeepsBlocks: false,
  countsLag: false,
  kswapdLags: true,
};

/** A zone's rules, and its lag as a state or its size has it. */
export function applyRules(zone: Zone, rules: ModelRules, cpus: number, most = 0): void {
  zone.rules = rules;
  if (rules.countsLag) zone.lag = new Lag(most === 0 ? lagMost(zone, cpus) : most);
}

/** Free pages as a watermark sees them. */
export function seenFree(zone: Zone): number {
  return zone.lag === undefined ? zone.freePages : Math.max(0, zone.freePages - zone.lag.pages);
}

/** The count at which lists of a fixed high drain, and how many pages: twice as many each time until a request comes. */
export function fixedDrain(zone: Zone, order: number, pcp: Zone['pcps'][number]): number {
  if (pcp.freeCount > 0 && order > 0 && order <= 3) return pcp.count;
  const isReclaimed = (zone.flags & L.RECLAIM_ACTIVE) !== 0;
  const threshold = isReclaimed ? Math.min(4 * pcp.batch, pcp.high) : pcp.high;
  if (pcp.count < threshold) return 0;
  if (threshold < pcp.batch) return 1;
  const wanted = pcp.batch * 2 ** pcp.freeCount;
  const most = threshold - pcp.batch;
  if (wanted < most) pcp.freeCount += 1;
  return Math.min(Math.max(wanted, pcp.batch), most);
}

/** kswapd is awake: CPUs together keep no more to themselves than lies between two marks. Zones of one CPU are left alone. */
export function boundLag({ lag, rules, marks }: Zone, cpus: number): void {
  if (lag === undefined || !rules.kswapdLags || cpus < 2) return;
  lag.most = Math.max(1, Math.min(MOST, Math.floor((marks.low - marks.min) / cpus)));
}

/** kswapd sleeps until it is woken. */
export function unboundLag(zone: Zone, cpus: number): void {
  if (zone.lag !== undefined && zone.rules.kswapdLags && cpus > 1)
    zone.lag.most = lagMost(zone, cpus);
}
