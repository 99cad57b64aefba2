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
  'parameter callTouchShare, a 32nd: no source for how much; always the same ones, as 76 to 97 % of pages repeat (REAP)';
const SPLIT =
  'FunctionBench and SeBS publish sums; fileShare 0.3 is a parameter without a source. Below 38 MiB: RSS by anonymous and file, measured (decision 47)';

const OWN = 'Of a measured function, its own (docs/functions.md)';

/** A share of LIFE_SHARES with its ends. */
function share(name: keyof typeof LIFE_SHARES): string {
  const { low, typical, high, source } = LIFE_SHARES[name];
  return `parameter ${name}, ${low} to ${high}, ${typical} if not said. ${source}`;
}

/** Unit, meaning and source of every field of a function's profile (docs/function-fields.md). */
export const FUNCTION_FIELDS: Readonly<Record<keyof FunctionProfile, ProfileField>> = {
  id: { unit: '-', meaning: 'place of the function in its trace', source: 'trace' },
  name: { unit: '-', meaning: 'unique among the profiles of a replay', source: 'trace' },
  workload: {
    unit: '-',
    meaning: 'workload or runtime of the catalogue whose measured bounds were applied',
    source: 'nearest by memory and duration (decision 4)',
  },
  peakFrames: {
    unit: 'frames',
    meaning: 'most anonymous memory of a container that follows a session’s series',
    source: 'the series',
  },
  fileFrames: { unit: 'frames', meaning: 'files that a start reads', source: SPLIT },
  anonymousFrames: {
    unit: 'frames',
    meaning: 'anonymous memory that stays when the runtime has started',
    source: `the trace’s memory less files and growth. ${SPLIT}`,
  },
  initPeakFrames: {
    unit: 'frames',
    meaning: 'anonymous memory besides, while the runtime starts',
    source: share('initPeakShare'),
  },
  growthFrames: {
    unit: 'frames',
    meaning: 'anonymous memory that the first thousand calls bring and leave',
    source: share('growthShare'),
  },
  growthShape: {
    unit: '-',
    meaning: 'shares of the growth that are there after 1, 10, 100, … calls',
    source: 'absent: a Node server’s (reference 9.2). Of a measured function, its own',
  },
  startChurnFrames: {
    unit: 'frames',
    meaning: 'anonymous memory that a start gets and gives back, a piece at a time',
    source: `absent: none. ${OWN}: frames that its processes got until it was ready and that were free again then, less the peak and what fork and exec take`,
  },
  callChurnFrames: {
    unit: 'frames',
    meaning: 'the same of its calls, all told, besides what each maps and unmaps',
    source: `absent: none. ${OWN}: over a hundred calls; then nobody looked`,
  },
  callChurnShape: {
    unit: '-',
    meaning: 'shares of that by 1, 10 and 100 calls',
    source: OWN,
  },
  growthFileFrames: {
    unit: 'frames',
    meaning: 'file pages that calls read for the first time, all told',
    source: `absent: none. ${OWN}: frames that its processes got for readahead`,
  },
  growthFileShape: {
    unit: '-',
    meaning: 'shares of those by 1, 10 and 100 calls',
    source: OWN,
  },
  collectionFrames: {
    unit: 'frames',
    meaning: 'what a collection gives back, and the next call takes again',
    source: share('collectionShare'),
  },
  collectionCalls: {
    unit: 'calls',
    meaning: 'from one collection to the next',
    source: 'parameter collectionCalls, 100: no source',
  },
  resumeFrames: {
    unit: 'frames',
    meaning: 'anonymous pages touched where it goes on from an image, a fork or a suspension',
    source: share('resumeTouchShare'),
  },
  resumeWriteFrames: {
    unit: 'frames',
    meaning: 'those of them that are written',
    source: share('resumeWriteShare'),
  },
  resumeFileFrames: {
    unit: 'frames',
    meaning: 'file pages read then',
    source: 'resumeTouchShare of the files',
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
    source: `${TOUCHED}, times callWriteShare 0.25: no source`,
  },
  callReadFrames: {
    unit: 'frames',
    meaning: 'anonymous pages that a call only reads',
    source: TOUCHED,
  },
  callFileFrames: { unit: 'frames', meaning: 'file pages that a call reads', source: TOUCHED },
  callTemporaryFrames: {
    unit: 'frames',
    meaning: 'memory that a call maps and unmaps',
    source:
      'parameter callTemporaryShare, a 256th: no source; at least 128 KiB, glibc’s threshold for mapping memory',
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
