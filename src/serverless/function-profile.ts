// What one function's container holds and what one of its calls does to memory, in frames. Made from the little that
// traces say; the rest are parameters with documented defaults (docs/decisions/0004-functions-from-traces.md).

import { FRAMES_PER_MIB, FRAME_BYTES, KIB } from '../abi/unit.ts';
import { resembling } from './catalogue.ts';

/** The unpublished: each can be swept. */
export interface WorkloadParameters {
  /** Share of a container's memory that is file-backed (runtime, libraries, code). */
  readonly fileShare: number;
  /** Resident over committed memory, before the measured bounds of the resembled workload apply. */
  readonly residentShare: number;
  /** Share of a container's memory, anonymous and file alike, that a warm call touches. */
  readonly callTouchShare: number;
  /** Share of the anonymous pages touched by a call that it writes. */
  readonly callWriteShare: number;
  /** Memory that a call maps and unmaps again (large buffers; the warm heap is reused), as a share of the container's. */
  readonly callTemporaryShare: number;
  /** At least so much: the allocator's threshold for mapping memory. */
  readonly callTemporaryKibMin: number;
}

export const DEFAULT_WORKLOAD: WorkloadParameters = {
  fileShare: 0.3,
  residentShare: 1,
  callTouchShare: 1 / 32,
  callWriteShare: 0.25,
  callTemporaryShare: 1 / 256,
  callTemporaryKibMin: 128,
};

/** What traces say of a function. */
export interface FunctionFacts {
  readonly id: number;
  readonly name: string;
  /** Committed memory. */
  readonly memoryMib: number;
  readonly averageMs: number;
}

export interface FunctionProfile {
  readonly id: number;
  /** Unique among the profiles of a replay. */
  readonly name: string;
  /** The catalogue's workload whose measured bounds were applied. */
  readonly workload: string;
  readonly anonymousFrames: number;
  /** Of a container whose anonymous memory follows a series: its most. */
  readonly peakFrames?: number | undefined;
  readonly fileFrames: number;
  /** Memory limit of a container: all of its user memory fits. */
  readonly limitFrames: number;
  // one call: anonymous pages written, those only read behind them, file pages read, memory mapped and unmapped
  readonly callWriteFrames: number;
  readonly callReadFrames: number;
  readonly callFileFrames: number;
  readonly callTemporaryFrames: number;
}

/** Memory sizes that a platform offers: powers of two and half-way sizes between. */
const LIMITS_MIB: readonly number[] = [
  64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072,
];

/** Room in a limit for what a container maps besides its resident set: the pages that fork copies before exec. */
export const LIMIT_SLACK_FRAMES = 64;

function limitFor(frames: number): number {
  const limit = LIMITS_MIB.find((mib) => mib * FRAMES_PER_MIB >= frames);
  if (limit === undefined) {
    throw new RangeError(
      `a container of ${Math.ceil(frames / FRAMES_PER_MIB)} MiB is above all sizes`,
    );
  }
  return limit * FRAMES_PER_MIB;
}

/** Residents are bounded by what containers of the resembled workload measured. */
function residentFrames(facts: FunctionFacts, parameters: WorkloadParameters): [number, string] {
  const { name, memoryMib } = resembling(facts.memoryMib, facts.averageMs);
  const wanted = facts.memoryMib * parameters.residentShare;
  const mib = Math.min(Math.max(wanted, memoryMib.min), memoryMib.max);
  return [Math.round(mib * FRAMES_PER_MIB), name];
}

/** Whether a function's memory is raised (1) or lowered (-1) to what the resembled workload measured; 0: it is taken as it is. */
export function memoryBound(
  { memoryMib, averageMs }: Pick<FunctionFacts, 'memoryMib' | 'averageMs'>,
  { residentShare }: WorkloadParameters = DEFAULT_WORKLOAD,
): -1 | 0 | 1 {
  const measured = resembling(memoryMib, averageMs).memoryMib;
  const wanted = memoryMib * residentShare;
  if (wanted > measured.max) return -1;
  return wanted < measured.min ? 1 : 0;
}

/** Frames that a call of a container of so many maps and unmaps. */
export function callTemporaryFrames(
  resident: number,
  { callTemporaryShare, callTemporaryKibMin }: WorkloadParameters = DEFAULT_WORKLOAD,
): number {
  const least = (callTemporaryKibMin * KIB) / FRAME_BYTES;
  return Math.max(Math.round(resident * callTemporaryShare), Math.round(least));
}

export function profileOf(
  facts: FunctionFacts,
  parameters: WorkloadParameters = DEFAULT_WORKLOAD,
): FunctionProfile {
  const [resident, workload] = residentFrames(facts, parameters);
  const fileFrames = Math.round(resident * parameters.fileShare);
  const anonymousFrames = resident - fileFrames;
  const callTouchFrames = Math.round(anonymousFrames * parameters.callTouchShare);
  const callWriteFrames = Math.round(callTouchFrames * parameters.callWriteShare);
  const temporary = callTemporaryFrames(resident, parameters);
  return {
    id: facts.id,
    name: `${facts.id}:${facts.name}`,
    workload,
    anonymousFrames,
    fileFrames,
    limitFrames: limitFor(resident + temporary + LIMIT_SLACK_FRAMES),
    callWriteFrames,
    callReadFrames: callTouchFrames - callWriteFrames,
    callFileFrames: Math.round(fileFrames * parameters.callTouchShare),
    callTemporaryFrames: temporary,
  };
}
