// What each field of a function's profile is: its unit, what it says, and where its figure comes from. docs/function-fields.md is made of
// this, and of the shares' ends in life.ts.

import type { FunctionProfile } from './function-profile.ts';
import { LIFE_SHARES } from './life.ts';

export interface ProfileField {
  readonly unit: 'frames' | 'calls' | '-';
  readonly meaning: string;
  /** Of a profile that is made of a trace. */
  readonly source: string;
}

const TOUCHED =
  'callTouchShare, a 32nd: no source for how much; always the same ones, as 76 to 97 % of pages repeat (REAP)';
const SPLIT =
  'FunctionBench and SeBS publish sums; fileShare 0.3 is a parameter without a source. Below 38 MiB: RSS by anonymous and file, measured (decision 47)';

/** What the default has, and what `--functions parametric` has in its place. */
function either(measured: string, parametric: string): string {
  return `${measured}. Parametric: ${parametric}`;
}

/** A share of LIFE_SHARES with its ends. */
function share(name: keyof typeof LIFE_SHARES): string {
  const { low, typical, high, source: from } = LIFE_SHARES[name];
  return `${name}, ${low} to ${high}, ${typical} if not said. ${from}`;
}

/** Unit, meaning and source of every field of a function's profile (docs/function-fields.md). */
export const FUNCTION_FIELDS: Readonly<Record<keyof FunctionProfile, ProfileField>> = {
  id: { unit: '-', meaning: 'place of the function in its trace', source: 'trace' },
  name: { unit: '-', meaning: 'unique among the profiles of a replay', source: 'trace' },
  workload: {
    unit: '-',
    meaning: 'the function whose figures were applied',
    source: either(
      'the measured function that stands for the workload or runtime of the catalogue which is nearest by memory and duration (decisions 4, 77, 87)',
      'that workload or runtime',
    ),
  },
  peakFrames: {
    unit: 'frames',
    meaning: 'most anonymous memory of a container that follows a session’s series',
    source: 'the series',
  },
  fileFrames: {
    unit: 'frames',
    meaning: 'files that a start reads',
    source: either(
      'frames that the first container’s processes got for readahead; of a larger function the same, of a smaller one less',
      SPLIT,
    ),
  },
  anonymousFrames: {
    unit: 'frames',
    meaning: 'anonymous memory that stays when the runtime has started',
    source: either(
      'smaps when it is ready, in proportion: with files and growth it makes the trace’s memory',
      `the trace’s memory less files and growth. ${SPLIT}`,
    ),
  },
  initPeakFrames: {
    unit: 'frames',
    meaning: 'anonymous memory besides, while the runtime starts',
    source: either('VmHWM over VmRSS when it is ready', share('initPeakShare')),
  },
  growthFrames: {
    unit: 'frames',
    meaning: 'anonymous memory that calls bring and leave',
    source: either(
      'anonymous memory after 1, 10 and 100 calls over when it was ready; then nobody looked',
      `of the first thousand calls: ${share('growthShare')}`,
    ),
  },
  growthShape: {
    unit: '-',
    meaning: 'shares of the growth that are there after 1, 10, 100, … calls',
    source: either('as measured', 'absent: a Node server’s (reference 9.2)'),
  },
  startChurnFrames: {
    unit: 'frames',
    meaning: 'anonymous memory that a start gets and gives back, a piece at a time',
    source: either(
      'frames that its processes got until it was ready and that were free again then, less the peak and what fork and exec take',
      'absent, none',
    ),
  },
  callChurnFrames: {
    unit: 'frames',
    meaning: 'the same of its calls, all told, besides what each maps and unmaps',
    source: either('over a hundred calls; then nobody looked', 'absent, none'),
  },
  callChurnShape: {
    unit: '-',
    meaning: 'shares of that by 1, 10 and 100 calls',
    source: either('as measured', 'absent'),
  },
  growthFileFrames: {
    unit: 'frames',
    meaning: 'file pages that calls read for the first time, all told',
    source: either('frames that its processes got for readahead', 'absent, none'),
  },
  growthFileShape: {
    unit: '-',
    meaning: 'shares of those by 1, 10 and 100 calls',
    source: either('as measured', 'absent'),
  },
  collectionFrames: {
    unit: 'frames',
    meaning: 'what a collection gives back, and the next call takes again',
    source: either('none: it is part of callChurnFrames', share('collectionShare')),
  },
  collectionCalls: {
    unit: 'calls',
    meaning: 'from one collection to the next',
    source: either('not used', 'collectionCalls, 100: no source'),
  },
  resumesInCall: {
    unit: '-',
    meaning:
      'where it goes on it touches the pages of a call, and others only for what is more than those',
    source: either('yes', 'absent, no: what it touches then is besides its call'),
  },
  resumeFrames: {
    unit: 'frames',
    meaning: 'anonymous pages touched where it goes on from an image, a fork or a suspension',
    source: either(
      'those that the first call referenced, without those that it brought',
      share('resumeTouchShare'),
    ),
  },
  resumeWriteFrames: {
    unit: 'frames',
    meaning: 'those of them that are written',
    source: either(
      'pages of its own that a fork had after its first call, without those that the call brought; where the runtime does not fork, soft-dirty pages after the first call',
      share('resumeWriteShare'),
    ),
  },
  resumeFileFrames: {
    unit: 'frames',
    meaning: 'file pages read then',
    source: either('those that the first call referenced', 'resumeTouchShare of the files'),
  },
  limitFrames: {
    unit: 'frames',
    meaning: 'memory limit of a container',
    source:
      'the least size that a platform offers for all that it holds (powers of two and half-way sizes)',
  },
  callWriteFrames: {
    unit: 'frames',
    meaning: 'anonymous pages that a call writes',
    source: either(
      'soft-dirty pages after the hundredth call, at most those that a fork’s first call copied (a mapping that grew counts as written whole)',
      `${TOUCHED}, times callWriteShare 0.25: no source`,
    ),
  },
  callReadFrames: {
    unit: 'frames',
    meaning: 'anonymous pages that a call only reads',
    source: either('pages that the hundredth call referenced, less those that it wrote', TOUCHED),
  },
  callFileFrames: {
    unit: 'frames',
    meaning: 'file pages that a call reads',
    source: either('those that the hundredth call referenced', TOUCHED),
  },
  callTemporaryFrames: {
    unit: 'frames',
    meaning: 'memory that a call maps and unmaps',
    source: either(
      'got and gone within the hundredth call, as far as all calls gave back so much',
      'callTemporaryShare, a 256th: no source; at least 128 KiB, glibc’s threshold for mapping memory',
    ),
  },
};

/** The table of docs/function-fields.md. */
export function functionFieldsTable(): string {
  const rows = Object.entries(FUNCTION_FIELDS).map(
    ([name, { unit, meaning, source }]) => `| \`${name}\` | ${unit} | ${meaning} | ${source} |`,
  );
  return [
    '| field | unit | meaning | where its figure comes from |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
