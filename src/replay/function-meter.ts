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

/** Their names. */
export const FUNCTION_COLUMNS: readonly (keyof FunctionRows)[] = [
  'cold',
  'warm',
  'queued',
  'refused',
  'started',
  'startMs',
  'sandboxMs',
  'ran',
  'slowdown',
  'idleMs',
  'wastedFrameMs',
  'frameMs',
  'parks',
  'suspends',
  'resumes',
  'writtenFrames',
  'readFrames',
];

/** Sum of a column. */
export function total(column: Float64Array): number {
  return column.reduce((sum, value) => sum + value, 0);
}

function bump(column: Float64Array, functionId: number, by: number): void {
  column[functionId] = (column[functionId] as number) + by;
}

export class FunctionMeter {
  private readonly _rows: Omit<FunctionRows, 'ran' | 'slowdown' | 'idleMs' | 'wastedFrameMs'>;
  /** Calls that have begun, those of them that were late, and the sum of these's slowdowns. */
  private readonly _ran: Float64Array;
  private readonly _late: Float64Array;
  private readonly _slowdown: Float64Array;

  constructor(functions: number) {
    const column = (): Float64Array => new Float64Array(functions);
    this._rows = {
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
    this._ran = column();
    this._late = column();
    this._slowdown = column();
  }

  began(functionId: number, how: 'cold' | 'warm' | 'queued' | 'refused'): void {
    bump(this._rows[how], functionId, 1);
  }

  started(functionId: number, startMs: number, sandboxMs: number): void {
    bump(this._rows.started, functionId, 1);
    bump(this._rows.startMs, functionId, startMs);
    bump(this._rows.sandboxMs, functionId, sandboxMs);
  }

  ran(functionId: number): void {
    bump(this._ran, functionId, 1);
  }

  /** One of those that ran was late. */
  late(functionId: number, slowdown: number): void {
    bump(this._late, functionId, 1);
    bump(this._slowdown, functionId, slowdown);
  }

  /** A VM of the function was parked. */
  parked(functionId: number): void {
    bump(this._rows.parks, functionId, 1);
  }

  /** A VM of the function has ended, or the run has. */
  ended(functionId: number, { heldFrameNs, suspendCounts }: MicroVm): void {
    bump(this._rows.frameMs, functionId, heldFrameNs / NS_PER_MS);
    if (suspendCounts === undefined) return;
    bump(this._rows.suspends, functionId, suspendCounts.suspends);
    bump(this._rows.resumes, functionId, suspendCounts.resumes);
    bump(this._rows.writtenFrames, functionId, suspendCounts.writtenFrames);
    bump(this._rows.readFrames, functionId, suspendCounts.readFrames);
  }

  /** Calls of all functions that were not disturbed. */
  get calmCalls(): number {
    return total(this._ran) - total(this._late);
  }

  /** As they stand now. */
  rows(idleMs: Float64Array, profiles: readonly FunctionProfile[]): FunctionRows {
    const ran = this._ran.slice();
    const late = this._late;
    const own = (id: number): number => (profiles[id] as FunctionProfile).anonymousFrames;
    return {
      ...structuredClone(this._rows),
      idleMs,
      wastedFrameMs: idleMs.map((ms, id) => ms * own(id)),
      ran,
      slowdown: ran.map((calls, id) => calls - late[id]! + this._slowdown[id]!),
    };
  }
}
