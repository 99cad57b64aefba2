// What one function's container holds over its life and what one of its calls does to memory, in frames. Made from the
// little that traces say; the rest are parameters with documented defaults (docs/decisions/0004-functions-from-traces.md,
// 0047-life-of-a-container.md).

import { FRAMES_PER_MIB, FRAME_BYTES, KIB } from '../abi/unit.ts';
import { NUMBER, RefusedArgument, TEXT, expectInteger, expectShape } from '../check/index.ts';
import { type Runtime, resembling, smallRuntime } from './catalogue.ts';
import { LIFE_SHARES } from './life.ts';

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
  /** Anonymous memory that is there only while the runtime starts, over what stays. */
  readonly initPeakShare: number;
  /** Share of a container's anonymous memory that its first thousand calls bring. */
  readonly growthShare: number;
  /** Share of the anonymous memory that a collection gives back to the kernel; the next call has it again. */
  readonly collectionShare: number;
  /** Calls from one collection to the next. No source. */
  readonly collectionCalls: number;
  /** Share of a container's memory, anonymous and file alike, that it touches when it goes on from an image or a fork… */
  readonly resumeTouchShare: number;
  /** …and of the anonymous memory that it writes then. */
  readonly resumeWriteShare: number;
}

/** What a function's memory is made of if nothing is said; docs/function-fields.md has the sources. */
export const DEFAULT_WORKLOAD: WorkloadParameters = {
  fileShare: 0.3,
  residentShare: 1,
  callTouchShare: 1 / 32,
  callWriteShare: 0.25,
  callTemporaryShare: 1 / 256,
  callTemporaryKibMin: 128,
  initPeakShare: LIFE_SHARES.initPeakShare.typical,
  growthShare: LIFE_SHARES.growthShare.typical,
  collectionShare: LIFE_SHARES.collectionShare.typical,
  collectionCalls: 100,
  resumeTouchShare: LIFE_SHARES.resumeTouchShare.typical,
  resumeWriteShare: LIFE_SHARES.resumeWriteShare.typical,
};

/** What traces say of a function. */
export interface FunctionFacts {
  readonly id: number;
  readonly name: string;
  /** Committed memory. */
  readonly memoryMib: number;
  readonly averageMs: number;
}

/** A container's whole life, in frames of 4 KiB unless it says otherwise. Page tables follow from what it maps. */
export interface FunctionProfile {
  /** Place of the function in its trace. */
  readonly id: number;
  /** Unique among the profiles of a replay. */
  readonly name: string;
  /** The catalogue's workload or runtime whose measured figures were applied. */
  readonly workload: string;
  /** Of a container whose anonymous memory follows a series: its most. */
  readonly peakFrames?: number | undefined;
  /** Read by a start: runtime, libraries, code. */
  readonly fileFrames: number;
  /** Anonymous memory that stays when the runtime has started. */
  readonly anonymousFrames: number;
  /** Anonymous memory that is there besides only while it starts. */
  readonly initPeakFrames: number;
  /** Anonymous memory that calls bring and leave, all told: how fast is in life.ts. */
  readonly growthFrames: number;
  /** Share of that which is there after 1, 10, 100, … calls, each from 0 to 1; undefined: as life.ts has it. */
  readonly growthShape?: readonly number[] | undefined;
  /** Anonymous memory that its start gets and gives back besides, a piece at a time; undefined: none. */
  readonly startChurnFrames?: number | undefined;
  /** The same of its calls, all told… */
  readonly callChurnFrames?: number | undefined;
  /** …and the share of that by so many calls, as growthShape. */
  readonly callChurnShape?: readonly number[] | undefined;
  /** Pages of files that calls read for the first time, all told… */
  readonly growthFileFrames?: number | undefined;
  /** …and the share of those by so many calls. */
  readonly growthFileShape?: readonly number[] | undefined;
  /** A collection gives back so many frames of the heap, which the next call takes again… */
  readonly collectionFrames: number;
  /** …after every so many calls. */
  readonly collectionCalls: number;

  /** Where it goes on from an image or a fork it touches the pages of a call, and others only for what is more; undefined: all of them are others. */
  readonly resumesInCall?: boolean | undefined;
  /** Where it goes on from an image or a fork: anonymous pages that it touches… */
  readonly resumeFrames: number;
  /** …those of them that it writes… */
  readonly resumeWriteFrames: number;
  /** …and file pages that it reads. */
  readonly resumeFileFrames: number;
  /** Memory limit of a container: all of its user memory fits. */
  readonly limitFrames: number;

  /** One call: anonymous pages that it writes… */
  readonly callWriteFrames: number;
  /** …those behind them that it only reads… */
  readonly callReadFrames: number;
  /** …file pages that it reads… */
  readonly callFileFrames: number;
  /** …and memory that it maps and unmaps. */
  readonly callTemporaryFrames: number;
}

/** Memory sizes that a platform offers: powers of two and half-way sizes between. */
const LIMITS_MIB: readonly number[] = [
  64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072,
];

/** Room in a limit for what a container maps besides its resident set: the pages that fork copies before exec. */
export const LIMIT_SLACK_FRAMES = 64;

/** The least size that holds so many frames, of what is called `argument` if there is none. */
export function limitFor(frames: number, argument: string = 'container'): number {
  const limit = LIMITS_MIB.find((mib) => mib * FRAMES_PER_MIB >= frames);
  if (limit === undefined) {
    const largest = LIMITS_MIB.at(-1);
    const mib = Math.ceil(frames / FRAMES_PER_MIB);
    throw new RefusedArgument(argument, `at most ${largest} MiB`, mib);
  }
  return limit * FRAMES_PER_MIB;
}

export interface Resident {
  /** The catalogue's workload or runtime that the function resembles. */
  readonly workload: string;
  readonly frames: number;
  readonly fileShare: number;
}

/** What a runtime measured is its own split; anything larger is split by the parameter. */
export function residentOf(facts: FunctionFacts, parameters: WorkloadParameters): Resident {
  const wanted = facts.memoryMib * parameters.residentShare;
  const small = smallRuntime(wanted);
  const { name, memoryMib } = small ?? resembling(facts.memoryMib, facts.averageMs);
  const mib = Math.min(Math.max(wanted, memoryMib.min), memoryMib.max);
  const fileShare = small?.fileShare ?? parameters.fileShare;
  return { workload: name, frames: Math.round(mib * FRAMES_PER_MIB), fileShare };
}

/** Whether a function's memory is raised (1) or lowered (-1) to what the resembled workload measured; 0: it is taken as it is. */
export function memoryBound(
  { memoryMib, averageMs }: Pick<FunctionFacts, 'memoryMib' | 'averageMs'>,
  { residentShare }: WorkloadParameters = DEFAULT_WORKLOAD,
): -1 | 0 | 1 {
  const wanted = memoryMib * residentShare;
  const measured = (smallRuntime(wanted) ?? resembling(memoryMib, averageMs)).memoryMib;
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

interface Split {
  readonly anonymous: number;
  readonly file: number;
  readonly temporary: number;
}

/** What one call touches. */
function callOf(
  { anonymous, file, temporary }: Split,
  { callTouchShare, callWriteShare }: WorkloadParameters,
): Pick<
  FunctionProfile,
  'callWriteFrames' | 'callReadFrames' | 'callFileFrames' | 'callTemporaryFrames'
> {
  const touched = Math.round(anonymous * callTouchShare);
  const callWriteFrames = Math.round(touched * callWriteShare);
  return {
    callWriteFrames,
    callReadFrames: touched - callWriteFrames,
    callFileFrames: Math.round(file * callTouchShare),
    callTemporaryFrames: temporary,
  };
}

/** What going on from an image touches. */
export function resumeOf(
  anonymous: number,
  file: number,
  { resumeTouchShare, resumeWriteShare }: WorkloadParameters = DEFAULT_WORKLOAD,
): Pick<FunctionProfile, 'resumeFrames' | 'resumeWriteFrames' | 'resumeFileFrames'> {
  const resumeWriteFrames = Math.round(anonymous * resumeWriteShare);
  return {
    resumeFrames: Math.max(Math.round(anonymous * resumeTouchShare), resumeWriteFrames),
    resumeWriteFrames,
    resumeFileFrames: Math.round(file * resumeTouchShare),
  };
}

/** From what a container comes to in the end: it begins with less. */
export function profileOf(
  facts: FunctionFacts,
  parameters: WorkloadParameters = DEFAULT_WORKLOAD,
): FunctionProfile {
  const { workload, frames, fileShare } = residentOf(facts, parameters);
  const { initPeakShare, growthShare, collectionShare, collectionCalls } = parameters;
  const fileFrames = Math.round(frames * fileShare);
  const growthFrames = Math.round((frames - fileFrames) * growthShare);
  const anonymousFrames = frames - fileFrames - growthFrames;
  const initPeakFrames = Math.round(anonymousFrames * initPeakShare);
  const temporary = callTemporaryFrames(frames, parameters);
  const over = Math.max(growthFrames + temporary, initPeakFrames);
  return {
    id: facts.id,
    name: `${facts.id}:${facts.name}`,
    workload,
    anonymousFrames,
    fileFrames,
    initPeakFrames,
    growthFrames,
    collectionFrames: Math.round(anonymousFrames * collectionShare),
    collectionCalls,
    limitFrames: limitFor(fileFrames + anonymousFrames + over + LIMIT_SLACK_FRAMES),
    ...resumeOf(anonymousFrames, fileFrames, parameters),
    ...callOf({ anonymous: anonymousFrames, file: fileFrames, temporary }, parameters),
  };
}

/** An idle server of a runtime that does next to nothing: hello in C, Go, Python or Node. */
export function helloProfile(id: number, runtime: Runtime): FunctionProfile {
  const { name, memoryMib, fileShare, growthShare } = expectShape('runtime', runtime, {
    name: TEXT,
    memoryMib: { median: NUMBER },
    fileShare: NUMBER,
    growthShare: NUMBER,
  });
  expectInteger('id', id, 0);
  const facts = { id, name: `hello-${name}`, memoryMib: memoryMib.median, averageMs: 1 };
  return { ...profileOf(facts, { ...DEFAULT_WORKLOAD, fileShare, growthShare }), workload: name };
}
