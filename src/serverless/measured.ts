// Functions measured on a real kernel (recorder/profiles, docs/functions.md), and how one stands for a function of which a
// trace says only how much memory it has and how long it runs (docs/decisions/0077-measured-functions.md).

import { COUNT, NUMBER, RefusedArgument, TEXT, expectShape } from '../check/index.ts';
import { PRE_EXEC_PAGES } from '../vmm/index.ts';
import {
  DEFAULT_WORKLOAD,
  type FunctionFacts,
  type FunctionProfile,
  LIMIT_SLACK_FRAMES,
  type WorkloadParameters,
  limitFor,
  profileOf,
  residentOf,
} from './function-profile.ts';
import { MEASURED_SHAPE, type MeasuredFunction } from './measured-function.ts';
import { MEASURED } from './measured-functions.ts';

/**
 * Which of them is of the kind of each workload and runtime of the catalogue: a shell is a small C program, Go's pages divide as
 * Python's do (0.6 of files), FunctionBench's matrices are NumPy's, its video is of pictures, and its models are like a small network in NumPy.
 */
const LIKE: Readonly<Record<string, string>> = {
  c: 'hello.c',
  shell: 'hello.c',
  go: 'hello.py',
  python: 'hello.py',
  node: 'hello.mjs',
  pyaes: 'pyaes.py',
  image_rotate: 'image_rotate.py',
  chameleon: 'html_table.py',
  matmul: 'matmul_numpy.py',
  json_serdes: 'json_serdes.py',
  video_processing: 'image_rotate.py',
  lr_serving: 'mlp_serving.py',
  new_lr_serving: 'mlp_serving.py',
  lr_training: 'mlp_serving.py',
  rnn_serving: 'mlp_serving.py',
  cnn_serving: 'mlp_serving.py',
};

/** Anonymous memory of a container that has had a hundred calls. */
function settledOf({ anonymous, grown }: MeasuredFunction): number {
  return Math.max(anonymous, ...grown);
}

/** The function that stands for a workload of the catalogue. */
function measuredLike(workload: string): MeasuredFunction {
  return MEASURED.find(({ name }) => name === LIKE[workload]) as MeasuredFunction;
}

/** How many times what was measured a container holds. */
export interface Scale {
  /** Of its files, 0 to 1. */
  readonly file: number;
  /** Of its anonymous memory and what calls do with it. */
  readonly anonymous: number;
}

/** Files that it has read by then. */
function filesOf({ file, files }: MeasuredFunction): number {
  return Math.max(file, ...files);
}

/** What is larger than the function that stands for it has more anonymous memory; what is smaller, less of all. */
function scaleTo(frames: number, like: MeasuredFunction): Scale {
  const [file, settled] = [filesOf(like), settledOf(like)];
  const whole = file + settled;
  if (frames < whole) return { file: frames / whole, anonymous: frames / whole };
  return { file: 1, anonymous: (frames - file) / settled };
}

/** What comes with calls: all of it, and the shares that are there after 1, 10 and 100; then nothing, since nobody looked further. */
interface Coming {
  readonly frames: number;
  readonly shape: readonly number[] | undefined;
}

function comingOf(amounts: readonly number[]): Coming {
  const frames = Math.max(0, ...amounts);
  if (frames === 0) return { frames, shape: undefined };
  return { frames, shape: amounts.map((amount) => Math.max(0, amount) / frames) };
}

/** Calls between two points at which all was counted. */
const CALLS_BETWEEN: readonly number[] = [1, 9, 90];

/** Differences from one point to the next. */
function stepsOf(amounts: readonly number[]): number[] {
  return amounts.map((amount, at) => amount - (amounts[at - 1] ?? 0));
}

/** What each call maps and unmaps: as much as the hundredth, if all gave back so much. */
function temporaryOf({ held, callsFreed }: MeasuredFunction): number {
  const means = stepsOf(callsFreed).map((freed, at) => freed / (CALLS_BETWEEN[at] as number));
  return Math.max(0, Math.min(held, ...means.map(Math.floor)));
}

/** What calls give back and take anew besides that and besides what the heap loses between two points. */
function churnOf(measured: MeasuredFunction, temporary: number): Coming {
  const { anonymous, grown, callsFreed } = measured;
  const lost = stepsOf([anonymous, ...grown]).slice(1);
  let all = 0;
  const amounts = stepsOf(callsFreed).map((freed, at) => {
    const others = temporary * (CALLS_BETWEEN[at] as number) + Math.max(0, -(lost[at] as number));
    return (all += Math.max(0, freed - others));
  });
  return comingOf(amounts);
}

/** Pages of those that it has when it is ready: what a call does to others, which calls bring, moves no frame. */
interface CallTouches {
  /** By its first call. A fork's copies say it best; a runtime that does not fork was not seen to go on from another's memory. */
  readonly first: { readonly touched: number; readonly written: number };
  /** By each. */
  readonly touched: number;
  readonly written: number;
}

function callTouchesOf(measured: MeasuredFunction): CallTouches {
  const { anonymous, grown, first, fork } = measured;
  const within = (frames: number): number => Math.min(Math.max(0, frames), anonymous);
  const brought = Math.max(0, grown[0] - anonymous);
  const copied = fork === undefined ? undefined : within(fork.written - fork.brought);
  // where a heap has grown the kernel takes all of it for written: a fork has copies of what was
  const written = within(Math.min(measured.written, copied ?? Infinity));
  return {
    first: {
      touched: within(first.touched - brought),
      written: copied ?? within(first.written - brought),
    },
    touched: Math.max(within(measured.touched), written),
    written,
  };
}

/**
 * A container of a measured function, `scale` times as large.
 * @param facts its id, from 0, and the name that tells it from the others of a replay
 */
export function measuredProfile(
  facts: Pick<FunctionFacts, 'id' | 'name'>,
  measured: MeasuredFunction,
  scale: Scale = { file: 1, anonymous: 1 },
): FunctionProfile {
  const { id, name } = expectShape('facts', facts, { id: COUNT, name: TEXT });
  expectShape('measured', measured, MEASURED_SHAPE);
  expectShape('scale', scale, { file: NUMBER, anonymous: NUMBER });
  const times = (frames: number): number => Math.round(frames * scale.anonymous);
  const ofFile = (frames: number): number => Math.round(frames * scale.file);
  const { anonymous, file, peak, grown, files, startFreed } = measured;
  const [fileFrames, anonymousFrames, initPeakFrames] = [
    ofFile(file),
    times(anonymous),
    times(peak),
  ];
  const growth = comingOf(grown.map((frames) => frames - anonymous));
  const read = comingOf(files.map((frames) => frames - file));
  const temporary = temporaryOf(measured);
  const churn = churnOf(measured, temporary);
  const [growthFrames, growthFileFrames] = [times(growth.frames), ofFile(read.frames)];
  const callTemporaryFrames = times(temporary);
  const { first, touched, written } = callTouchesOf(measured);
  const callWriteFrames = times(written);
  const over = Math.max(growthFrames + callTemporaryFrames, initPeakFrames) + growthFileFrames;
  return {
    id,
    name: `${id}:${name}`,
    workload: measured.name,
    fileFrames,
    anonymousFrames,
    initPeakFrames,
    startChurnFrames: times(Math.max(0, startFreed - peak - PRE_EXEC_PAGES)),
    growthFrames,
    growthShape: growth.shape,
    callChurnFrames: times(churn.frames),
    callChurnShape: churn.shape,
    growthFileFrames,
    growthFileShape: read.shape,
    // what collections gave back is part of callChurnFrames
    collectionFrames: 0,
    collectionCalls: DEFAULT_WORKLOAD.collectionCalls,
    resumesInCall: true,
    resumeFrames: times(Math.max(first.touched, first.written)),
    resumeWriteFrames: times(first.written),
    resumeFileFrames: ofFile(Math.min(measured.first.file, file)),
    limitFrames: limitFor(fileFrames + anonymousFrames + over + LIMIT_SLACK_FRAMES),
    callWriteFrames,
    callReadFrames: times(touched) - callWriteFrames,
    callFileFrames: ofFile(Math.min(measured.touchedFile, file)),
    callTemporaryFrames,
  };
}

/** How a function of a trace gets its profile: like what was measured, which is the default, or by shares that can be swept. */
export const FUNCTION_MODELS = ['measured', 'parametric'] as const;

/** One of them. */
export type FunctionModel = (typeof FUNCTION_MODELS)[number];

export const DEFAULT_FUNCTIONS: FunctionModel = 'measured';

/** The one parameter of both models: how large a function is. */
const SIZE = 'residentShare';

/** Throws RefusedArgument for shares that would change nothing: a measured function has its own. `group`: what they stand in. */
export function expectShares(
  parameters: WorkloadParameters,
  model: FunctionModel = DEFAULT_FUNCTIONS,
  group: string = 'workload',
): void {
  if (model === 'parametric') return;
  const names = Object.keys(DEFAULT_WORKLOAD) as (keyof WorkloadParameters)[];
  for (const name of names) {
    const [usual, found] = [DEFAULT_WORKLOAD[name], parameters[name]];
    if (name === SIZE || found === usual) continue;
    const expected = `${usual}, since measured functions have shares of their own, or the parametric model`;
    throw new RefusedArgument(`${group}.${name}`, expected, found);
  }
}

/** Both models make a function equally large; what of that are files, and what calls do, differs. */
export function modelledProfile(
  facts: FunctionFacts,
  parameters: WorkloadParameters = DEFAULT_WORKLOAD,
  model: FunctionModel = DEFAULT_FUNCTIONS,
): FunctionProfile {
  if (model === 'parametric') return profileOf(facts, parameters);
  const { workload, frames } = residentOf(facts, parameters);
  const like = measuredLike(workload);
  return measuredProfile(facts, like, scaleTo(frames, like));
}
