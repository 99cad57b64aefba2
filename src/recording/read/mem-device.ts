// What a recording says of its virtio-mem device, and of memory that comes online.

import {
  GFP_KERNEL,
  GFP_NOWARN,
  GFP_RETRY_MAYFAIL,
  GIB,
  MEMORY_BLOCK_BYTES,
  MIB,
  PAGEBLOCK_ORDER,
  US_PER_S,
} from '../../core/index.ts';
import { AUTO_MOVABLE_PERCENT } from '../../guest/index.ts';
import type { Capture } from './capture.ts';
import { memLines, type SizeWish, sizeWishes, usableBytes } from './device-log.ts';
import { blockBytes } from './device-sizes.ts';
import { EVENT_ALLOC, type KernelTrace } from './trace-columns.ts';

/** How struct pages of a memory block are asked for: 64 bytes a frame are 2 MiB. */
export const GFP_MEMMAP: number = GFP_KERNEL | GFP_NOWARN | GFP_RETRY_MAYFAIL;
export const MEMMAP_ORDER: number = PAGEBLOCK_ORDER;

/** Kernel command line: which zone new memory goes to. */
export interface OnlineRule {
  readonly state: 'offline' | 'online' | 'online_kernel' | 'online_movable';
  readonly isAutoMovable: boolean;
  readonly percent: number;
}

export function onlineRule(cmdline: string): OnlineRule {
  const value = (name: string): string | undefined =>
    new RegExp(`(?:^|\\s)${name}=(\\S+)`).exec(cmdline)?.[1];
  const state = value('memhp_default_state');
  const known = state === 'online' || state === 'online_kernel' || state === 'online_movable';
  return {
    state: known ? state : 'offline',
    isAutoMovable: value('memory_hotplug.online_policy') === 'auto-movable',
    percent: Number(value('memory_hotplug.auto_movable_ratio') ?? AUTO_MOVABLE_PERCENT),
  };
}

/**
 * Trace time less host time: the first wish is answered at once, by the memmap of the first
 * block.
 */
export function memOffsetSeconds(trace: KernelTrace, wishes: readonly SizeWish[]): number {
  for (let event = 0; event < trace.count; event += 1) {
    if (trace.kind[event] !== EVENT_ALLOC || trace.order[event] !== MEMMAP_ORDER) continue;
    if (trace.gfp[event] !== GFP_MEMMAP) continue;
    return (trace.timeUs[event] ?? 0) / US_PER_S - (wishes[0]?.atSeconds ?? 0);
  }
  return 0;
}

export interface MemRegion {
  readonly addr: number;
  readonly regionBytes: number;
  readonly blockBytes: number;
}

/** The machine's part: where the region lies shows only in the requests, its size in what was usable. */
export function memRegion({
  deviceLog,
  hostLog,
}: Pick<Capture, 'deviceLog' | 'hostLog'>): MemRegion {
  const lines = memLines(deviceLog);
  const wishes = sizeWishes(hostLog);
  const lowest = Math.min(...lines.filter(({ blocks }) => blocks > 0).map(({ addr }) => addr));
  const addr = Number.isFinite(lowest) ? lowest - (lowest % MEMORY_BLOCK_BYTES) : 4 * GIB;
  const least = Math.max(usableBytes(deviceLog), MEMORY_BLOCK_BYTES);
  const wanted = Math.max(0, ...wishes.map(({ bytes }) => bytes));
  const isBounded = least < wanted + 256 * MIB;
  const regionBytes = isBounded ? least : 2 ** Math.ceil(Math.log2(least));
  return { addr, regionBytes, blockBytes: blockBytes(lines, wishes) };
}
