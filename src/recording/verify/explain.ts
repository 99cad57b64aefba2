// The first wrong prediction with its surroundings: what the allocator's lists looked like when it was made.

import {
  type AllocatorState,
  MIGRATE_TYPES,
  MIGRATETYPE_NAMES,
  US_PER_S,
} from '../../core/index.ts';
import * as P from '../program/index.ts';
import type { AllocatorPort } from '../program/index.ts';
import { type Capture, pcpListOrder, ZONE_NAMES } from '../read/index.ts';
import type { Divergence } from './verify.ts';

/** Frames shown on each side. */
const AROUND = 4;

/** Where a frame was found: a list and its neighbours there. */
export interface Whereabouts {
  /** "free ORDER TYPE" or "pcp INDEX" of a zone; "in use" when no list has it. */
  readonly list: string;
  readonly position: number;
  readonly around: readonly number[];
}

function onList(
  frames: Uint32Array,
  pfn: number,
  list: string,
  size: number,
): Whereabouts | undefined {
  const position = frames.findIndex((head) => pfn >= head && pfn < head + size);
  if (position < 0) return undefined;
  const from = Math.max(0, position - AROUND);
  return { list, position, around: Array.from(frames.slice(from, position + AROUND + 1)) };
}

/** Finds a frame on the lists of a state. */
export function whereabouts(state: AllocatorState, pfn: number): Whereabouts {
  for (const zone of state.zones) {
    for (const [at, frames] of zone.free.entries()) {
      const order = Math.floor(at / MIGRATE_TYPES);
      const type = MIGRATETYPE_NAMES[at % MIGRATE_TYPES] ?? '';
      const found = onList(frames, pfn, `${zone.name} free order ${order} ${type}`, 2 ** order);
      if (found !== undefined) return found;
    }
    for (const [cpu, pcp] of zone.pcps.entries()) {
      for (const [index, frames] of pcp.lists.entries()) {
        const size = 2 ** pcpListOrder(index);
        const found = onList(frames, pfn, `${zone.name} cpu ${cpu} list ${index}`, size);
        if (found !== undefined) return found;
      }
    }
  }
  return { list: 'in use', position: -1, around: [] };
}

/** The state just before a command: the program is run again up to it. */
function stateBefore(
  port: AllocatorPort,
  capture: Capture,
  commands: Uint32Array,
  command: number,
): AllocatorState {
  P.loadStart(port, capture);
  port.run(commands, 0, command, P.emptyLog());
  return port.save('before');
}

/** What happened after a wrong prediction, by RESYNC_*. */
export function resyncText(resync: number): string {
  switch (resync) {
    case P.RESYNC_BUDDY:
      return "the kernel's block left its free list";
    case P.RESYNC_SPLIT:
      return "the kernel's block was cut out of a larger free block";
    case P.RESYNC_PCP:
      return "the kernel's block left its per-cpu list";
    default:
      return "the kernel's block was not free here: nothing moved";
  }
}

function hex(pfn: number): string {
  return pfn === P.NO_PREDICTION ? 'none' : `0x${pfn.toString(16)}`;
}

function placeText(name: string, pfn: number, state: AllocatorState): string {
  if (pfn === P.NO_PREDICTION) return `  ${name}: no block\n`;
  const { list, position, around } = whereabouts(state, pfn);
  if (position < 0) return `  ${name} ${hex(pfn)}: in use\n`;
  return `  ${name} ${hex(pfn)}: ${list}, place ${position}: ${around.map(hex).join(' ')}\n`;
}

/** The first divergence in words: event, time, task, frames, the lists around both, what was done. */
export function explainDivergence(
  capture: Capture,
  commands: Uint32Array,
  divergence: Divergence,
  port: AllocatorPort,
): string {
  const state = stateBefore(port, capture, commands, divergence.command);
  const { event, line, kind, timeUs, task, zone, order, type, expected, predicted } = divergence;
  return (
    `first divergence: event ${event} (line ${line}) ${kind} at ${(timeUs / US_PER_S).toFixed(6)} by ${task}\n` +
    `  zone ${ZONE_NAMES[zone] ?? zone}, order ${order}, ${MIGRATETYPE_NAMES[type] ?? type}: ` +
    `expected ${hex(expected)}, predicted ${hex(predicted)}\n` +
    placeText('expected', expected, state) +
    placeText('predicted', predicted, state) +
    `  resynchronised: ${resyncText(divergence.resync)}\n`
  );
}
