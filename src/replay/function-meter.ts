// What is kept of each function in the measured time: how its calls began, how long its starts took, what held its calls up.

import { NS_PER_MS } from '../abi/unit.ts';
import type { FunctionProfile, MicroVm } from '../serverless/index.ts';

/** Columns by function id. */
export interface FunctionRows {
  readonly cold: Float64Array;
  readonly warm: Float64Array;
  readonly queued: Float64Array;
  readonly refused: Float64Array;
  /** Containers that were started, and the sums of their starts, by the run's clock. */
  readonly started: Float64Array;
  readonly startMs: Float64Array;
  readonly sandboxMs: Float64Array;
  /** Calls that ran, and the sum of their slowdowns. */
  readonly ran: Float64Array;
  readonly slowdown: Float64Array;
  /** How long its containers were idle, and the same times their own anonymous frames. */
  readonly idleMs: Float64Array;
  readonly wastedFrameMs: Float64Array;
  /** What hosts held for its VMs alone, times how long. */
  readonly frameMs: Float64Array;
  /** How often its VMs were parked, suspended and resumed, and frames written and read for that. */
  readonly parks: Float64Array;
  readonly suspends: Float64Array;
  readonly resumes: Float64Array;
  readonly writtenFrames: Float64Array;
  readonly readFrames: Float64Array;
}

/** Sum of a column. */
export function total(column: Float64Array): number {
  return column.reduce((sum, value) => sum + value, 0);
}

function bump(column: Float64Array, functionId: number, by: number): void {
  column[functionId] = (column[functionId] as number) + by;
}

export class FunctionMeter {
  readonly #rows: Omit<FunctionRows, 'ran' | 'slowdown' | 'idleMs' | 'wastedFrameMs'>;
  /** Calls that have begun, those of them that were late, and the sum of these's slowdowns. */
  readonly #ran: Float64Array;
  readonly #late: Float64Array;
  readonly #slowdown: Float64Array;

  constructor(functions: number) {
    const column = (): Float64Array => new Float64Array(functions);
    this.#rows = {
      cold: column(),
      warm: column(),
      queued: column(),
      refused: column(),
      started: column(),
      startMs: column(),
      sandboxMs: column(),
      frameMs: column(),
      parks: column(),
      suspends: column(),
      resumes: column(),
      writtenFrames: column(),
      readFrames: column(),
    };
    this.#ran = column();
    this.#late = column();
    this.#slowdown = column();
  }

  began(functionId: number, how: 'cold' | 'warm' | 'queued' | 'refused'): void {
    bump(this.#rows[how], functionId, 1);
  }

  started(functionId: number, startMs: number, sandboxMs: number): void {
    bump(this.#rows.started, functionId, 1);
    bump(this.#rows.startMs, functionId, startMs);
    bump(this.#rows.sandboxMs, functionId, sandboxMs);
  }

  ran(functionId: number): void {
    bump(this.#ran, functionId, 1);
  }

  /** One of those that ran was late. */
  late(functionId: number, slowdown: number): void {
    bump(this.#late, functionId, 1);
    bump(this.#slowdown, functionId, slowdown);
  }

  /** A VM of the function was parked. */
  parked(functionId: number): void {
    bump(this.#rows.parks, functionId, 1);
  }

  /** A VM of the function has ended, or the run has. */
  ended(functionId: number, { heldFrameNs, suspendCounts }: MicroVm): void {
    bump(this.#rows.frameMs, functionId, heldFrameNs / NS_PER_MS);
    if (suspendCounts === undefined) return;
    bump(this.#rows.suspends, functionId, suspendCounts.suspends);
    bump(this.#rows.resumes, functionId, suspendCounts.resumes);
    bump(this.#rows.writtenFrames, functionId, suspendCounts.writtenFrames);
    bump(this.#rows.readFrames, functionId, suspendCounts.readFrames);
  }

  /** Calls of all functions that were not disturbed. */
  get calmCalls(): number {
    return total(this.#ran) - total(this.#late);
  }

  /** As they stand now. */
  rows(idleMs: Float64Array, profiles: readonly FunctionProfile[]): FunctionRows {
    const ran = this.#ran.slice();
    const late = this.#late;
    const own = (id: number): number => (profiles[id] as FunctionProfile).anonymousFrames;
    return {
      ...structuredClone(this.#rows),
      idleMs,
      wastedFrameMs: idleMs.map((ms, id) => ms * own(id)),
      ran,
      slowdown: ran.map((calls, id) => calls - late[id]! + this.#slowdown[id]!),
    };
  }
}
