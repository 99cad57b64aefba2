// A function's profile from a recording of its containers: one that found no file in memory, others that did, and one
// that was forked from a process that was ready for calls. All in frames of 4 KiB.

import path from 'node:path';
import { RecordingError } from '../error.ts';
import { type Capture, type KernelTrace, readText } from '../read/index.ts';
import {
  type CourseFrames,
  type CoursePoint,
  type MeanSpread,
  courseIn,
  meanSpreadOf,
} from './course.ts';
import { type Flow, type Span, containersOf, familyOf, flowIn, spanOf } from './life.ts';
import { type Sample, parseSamples } from './samples.ts';

/** Least, median and most over the containers of a recording. */
export interface Spread {
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

/** Until the function is ready for calls. */
export interface StartProfile {
  readonly allocated: Spread;
  readonly freed: Spread;
  /** Anonymous and file pages in its page tables when it is ready. */
  readonly anonymous: Spread;
  readonly mappedFile: Spread;
  /** Resident at its peak over when it is ready. */
  readonly peak: Spread;
  readonly pageTables: Spread;
  /** Of the kernel's memory charged to it, page tables among them. */
  readonly kernel: Spread;
  /** Pages of files that it brought into memory. */
  readonly readFile: Spread;
}

/** One call, by its number. */
export interface CallProfile {
  readonly call: number;
  readonly allocated: Spread;
  readonly freed: Spread;
  /** Only while it ran. */
  readonly held: Spread;
  readonly touchedAnonymous: Spread;
  readonly touchedFile: Spread;
  /** Anonymous pages, those that it brought among them. */
  readonly written: Spread;
  /** After it. */
  readonly anonymous: Spread;
  readonly mappedFile: Spread;
}

/** A process forked from one that is ready, which does the same calls. */
export interface ForkProfile {
  readonly call: number;
  /** Anonymous pages of its own after that call; 0: when it was forked. */
  readonly copied: number;
  readonly anonymous: number;
  readonly mappedFile: number;
}

export interface MeasuredProfile {
  /** The first container: its files came from the disk. */
  readonly cold: StartProfile;
  /** The others. */
  readonly warm: StartProfile;
  readonly calls: readonly CallProfile[];
  /** Anonymous memory after calls 1, 2, 5, … 100, over all containers. */
  readonly growth: readonly { readonly call: number; readonly anonymous: Spread }[];
  /** From the start until it is ready and calls 1, 10 and 100 have ended, over all containers. */
  readonly course: readonly CoursePoint[];
  /** Empty: the runtime does not fork. */
  readonly fork: readonly ForkProfile[];
  readonly containers: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? 0;
  return {
    least: at(0),
    median: at(Math.floor((sorted.length - 1) / 2)),
    most: at(sorted.length - 1),
  };
}

/** One container's life, as the recording has it. */
interface Life {
  readonly name: string;
  readonly samples: ReadonlyMap<string, Sample>;
  /** Between two marks. Throws RecordingError where either is missing. */
  readonly flow: (begin: string, end: string) => Flow;
  /** From the first mark to each of the others. Throws RecordingError where one is missing. */
  readonly course: (marks: readonly string[]) => CourseFrames[];
}

function lifeOf(
  capture: Capture,
  [name, pid]: readonly [string, number],
  samples: readonly Sample[],
): Life {
  const { trace } = capture;
  const family = familyOf(trace, pid);
  const needSpan = (begin: string, end: string): Span => {
    const span = spanOf(trace, begin, end);
    if (span !== undefined) return span;
    throw new RecordingError(trace.file, trace.lines, `the marks '${begin}' and '${end}'`, 'none');
  };
  return {
    name,
    samples: new Map(
      samples.filter(({ container }) => container === name).map((one) => [one.label, one]),
    ),
    flow: (begin, end) => flowIn(trace, family, needSpan(begin, end)),
    course([begin = '', ...ends]) {
      const spans = ends.map((end) => needSpan(begin, end));
      return courseIn(
        trace,
        family,
        spans[0]?.first ?? 0,
        spans.map(({ end }) => end),
      );
    },
  };
}

function need(capture: Capture, life: Life, label: string): Sample {
  const found = life.samples.get(label);
  if (found !== undefined) return found;
  const file = path.join(capture.folder, 'samples');
  const end = readText(capture.folder, 'samples').split('\n').length;
  throw new RecordingError(file, end, `a line '${life.name} ${label}'`, 'none');
}

function startOf(capture: Capture, lives: readonly Life[]): StartProfile {
  const ready = lives.map((life) => need(capture, life, 'ready'));
  const flows = lives.map((life) => life.flow(`start ${life.name}`, `ready ${life.name}`));
  const spread = (value: (sample: Sample) => number): Spread => spreadOf(ready.map(value));
  return {
    allocated: spreadOf(flows.map(({ allocated }) => allocated)),
    freed: spreadOf(flows.map(({ freed }) => freed)),
    anonymous: spread((one) => one.need('anonymous')),
    mappedFile: spread((one) => one.need('file')),
    peak: spread((one) => one.need('VmHWM') - one.need('VmRSS')),
    pageTables: spread((one) => one.need('cg_pagetables')),
    kernel: spread((one) => one.need('cg_kernel')),
    readFile: spread((one) => one.need('cg_file')),
  };
}

function callOf(capture: Capture, lives: readonly Life[], call: number): CallProfile {
  const samples = lives.map((life) => need(capture, life, `call-${call}`));
  const flows = lives.map(({ name, flow }) =>
    flow(`call ${name} ${call}`, `called ${name} ${call}`),
  );
  const spread = (key: string): Spread => spreadOf(samples.map((one) => one.need(key)));
  // a mapping that grew counts as written whole: no more than was touched is taken
  const written = samples.map((one) => Math.min(one.need('dirty'), one.need('touched_anonymous')));
  return {
    call,
    allocated: spreadOf(flows.map(({ allocated }) => allocated)),
    freed: spreadOf(flows.map(({ freed }) => freed)),
    held: spreadOf(flows.map(({ held }) => held)),
    touchedAnonymous: spread('touched_anonymous'),
    touchedFile: spread('touched_file'),
    written: spreadOf(written),
    anonymous: spread('anonymous'),
    mappedFile: spread('file'),
  };
}

/** Calls after which a profile keeps the anonymous memory. */
const GROWTH_CALLS: readonly number[] = [1, 2, 5, 10, 20, 50, 100];

/** Over all containers. */
function growthOf(lives: readonly Life[]): MeasuredProfile['growth'] {
  const found = new Map<number, number[]>();
  for (const { samples } of lives) {
    for (const [label, sample] of samples) {
      const call = Number(/^(?:call|quick)-(\d+)$/.exec(label)?.[1] ?? 0);
      const frames = sample.frames('RssAnon');
      if (!GROWTH_CALLS.includes(call) || frames === undefined) continue;
      found.set(call, [...(found.get(call) ?? []), frames]);
    }
  }
  return [...found.entries()]
    .toSorted(([a], [b]) => a - b)
    .map(([call, frames]) => ({ call, anonymous: spreadOf(frames) }));
}

function courseOf(capture: Capture, lives: readonly Life[]): CoursePoint[] {
  const courses = lives.map(({ name, course }) => {
    const ends = MEASURED_CALLS.map((call) => `called ${name} ${call}`);
    return course([`start ${name}`, `ready ${name}`, ...ends]);
  });
  return [0, ...MEASURED_CALLS].map((call, at) => {
    const label = call === 0 ? 'ready' : `call-${call}`;
    const spread = (key: keyof CourseFrames): MeanSpread =>
      meanSpreadOf(courses.flatMap((course) => course[at]?.[key] ?? []));
    return {
      call,
      allocated: spread('allocated'),
      freed: spread('freed'),
      file: spread('file'),
      anonymous: meanSpreadOf(lives.map((life) => need(capture, life, label).need('anonymous'))),
    };
  });
}

function forkOf(capture: Capture, life: Life): ForkProfile[] {
  return [0, ...MEASURED_CALLS].map((call) => {
    const sample = need(capture, life, call === 0 ? 'ready' : `call-${call}`);
    return {
      call,
      copied: sample.need('own'),
      anonymous: sample.need('anonymous'),
      mappedFile: sample.need('file'),
    };
  });
}

/** Calls around which all is measured (recorder/guest/lib.sh). */
export const MEASURED_CALLS: readonly number[] = [1, 10, 100];
const FORKED = 'f';

/** Throws RecordingError where a sample was taken, as the trace says, that is not there. */
function expectSamples(file: string, { marks }: KernelTrace, samples: readonly Sample[]): void {
  const found = new Set(samples.map(({ container, label }) => `sample ${container} ${label}`));
  const missing = marks.find(({ text }) => text.startsWith('sample ') && !found.has(text));
  if (missing === undefined) return;
  const expected = `a line '${missing.text.slice('sample '.length)}'`;
  throw new RecordingError(file, samples.length + 1, expected, 'none');
}

/** Throws RecordingError where the recording is not one of a function, or lacks a part. */
export function profileOf(capture: Capture): MeasuredProfile {
  const file = path.join(capture.folder, 'samples');
  const samples = parseSamples(file, readText(capture.folder, 'samples'));
  expectSamples(file, capture.trace, samples);
  const all = [...containersOf(capture.trace)].map((one) => lifeOf(capture, one, samples));
  const whole = all.filter(
    ({ name, samples: own }) => !name.startsWith(FORKED) && own.has('ready'),
  );
  const [first, ...others] = whole;
  if (first === undefined || others.length === 0) {
    const expected = 'two containers of a function at least';
    throw new RecordingError(file, samples.length + 1, expected, `${whole.length}`);
  }
  const forked = all.find(({ name, samples: own }) => name.startsWith(FORKED) && own.has('ready'));
  return {
    cold: startOf(capture, [first]),
    warm: startOf(capture, others),
    calls: MEASURED_CALLS.map((call) => callOf(capture, whole, call)),
    growth: growthOf(whole),
    course: courseOf(capture, whole),
    fork: forked === undefined ? [] : forkOf(capture, forked),
    containers: whole.length,
  };
}
