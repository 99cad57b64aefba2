// Commands of a compiled recording carried out one by one on an exact state, with what they logged.

import { Core, PROGRAM_COMMAND_WORDS, PROGRAM_POP } from '../../src/core/index.ts';
import { loadState, saveState, stateFrames } from '../../src/core/state.ts';
import type { AllocatorState, PcpState, ZoneState } from '../../src/core/index.ts';
import { emptyLists } from '../../src/recording/read/pagestate.ts';
import { M, U, makeState, printLists, withPcp } from '../model/fixture.ts';
import { stateAt } from './core.ts';

/** One command; what is not said is 0, the zone DMA32. */
export interface Op {
  readonly op: number;
  readonly frame?: number;
  readonly operand?: number;
  readonly order?: number;
  readonly type?: number;
  readonly zone?: number;
  readonly cpu?: number;
}

/** A record of the log: LOG_*, number of the command, frame, RESYNC_*. */
export type LogRecord = readonly [kind: number, command: number, frame: number, resync: number];

const DMA32 = 1;
/** Log enough for one run. */
const BUFFER_SLOTS = 0x8000;

export class Replayed {
  readonly core: Core;

  constructor(state: AllocatorState, frames = 0, bufferSlots: number = BUFFER_SLOTS) {
    this.core = Core.create({
      frames: Math.max(frames, stateFrames(state)),
      cpus: Math.max(1, ...state.zones.map((zone) => zone.pcps.length)),
      objects: 1,
      nodes: 1,
      bufferSlots,
      build: 'verify',
    });
    loadState(this.core, state);
  }

  /** Carries out commands numbered from `first`; how many were done, or a status. */
  run(ops: readonly Op[], first = 0): number {
    const words = ops.flatMap((op) => [
      op.op |
        ((op.order ?? 0) << 8) |
        ((op.type ?? 0) << 12) |
        ((op.zone ?? DMA32) << 16) |
        ((op.cpu ?? 0) << 24),
      op.frame ?? 0,
      op.operand ?? 0,
      0,
    ]);
    if (words.length !== ops.length * PROGRAM_COMMAND_WORDS)
      throw new Error('four words a command');
    return this.core.program.run(
      Uint32Array.from(words, (word) => word >>> 0),
      first,
    );
  }

  /** What the last run logged. */
  log(): LogRecord[] {
    const words = [...this.core.program.log()];
    return Array.from({ length: words.length / 3 }, (_, at) => {
      const [head = 0, frame = 0, resync = 0] = words.slice(3 * at, 3 * at + 3);
      return [head & 3, head >>> 2, frame, resync];
    });
  }

  /** Carries out commands; what they logged. */
  logOf(...ops: Op[]): LogRecord[] {
    if (this.run(ops) !== ops.length) throw new Error('not all commands were done');
    return this.log();
  }

  zone(index: number = DMA32): ZoneState {
    const found = saveState(this.core, 'now').zones.find((zone) => zone.index === index);
    if (found === undefined) throw new Error(`no zone ${index}`);
    return found;
  }

  /** Free lists that are not empty, as "order type: frames". */
  lists(): string[] {
    return printLists(saveState(this.core, 'now'));
  }

  pcp(cpu = 0): PcpState {
    return this.zone().pcps[cpu] as PcpState;
  }

  /** Frames of a per-cpu list, its head first. */
  parked(list: number, cpu = 0): number[] {
    return [...(this.pcp(cpu).lists[list] ?? [])];
  }

  /** KIND_* and order of a frame. */
  state(pfn: number): number {
    return stateAt(this.core, pfn);
  }
}

/** Pages on the lists of order 0, the first at the head; the zone has a free block of order 3. */
export function parked(movable: readonly number[], unmovable: readonly number[] = []): Replayed {
  const lists = emptyLists(14);
  lists[U] = Uint32Array.from(unmovable);
  lists[M] = Uint32Array.from(movable);
  const count = movable.length + unmovable.length;
  const sizes = { count, high: 60, highMin: 60, highMax: 60, batch: 7, lists };
  return new Replayed(withPcp(makeState([M, U], [[3, M, [64]]]), sizes));
}

/** A page of a type, off its per-cpu list. */
export const pop = (frame: number, type: number = M): Op => ({ op: PROGRAM_POP, type, frame });
