// A real recording with faults in its text: read and judged to its end, or refused in one line that names the place.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect } from 'vitest';
import { kernelOf } from '../../src/core/index.ts';
import type { Capture } from '../../src/recording/index.ts';
import { RecordingError, verifyCapture } from '../../src/recording/index.ts';
import { parsePageState } from '../../src/recording/read/index.ts';
import { cpusOf } from '../../src/recording/read/capture.ts';
import { TraceReader } from '../../src/recording/read/trace-text.ts';
import { type Fuzzer, Tally } from './fuzzer.ts';
import { projectFile } from './root.ts';
import { type TextFault, UNPRINTABLE, textFault, withFault } from './text.ts';

const FOLDER = 'test/recordings/linux-6.12-smoke-768';

interface Texts {
  readonly start: string;
  readonly end: string;
  readonly trace: string;
}

const file = (name: string): string => projectFile(FOLDER, name);

function readTexts(): Texts {
  return {
    start: readFileSync(file('pagestate.start'), 'utf8'),
    end: readFileSync(file('pagestate.end'), 'utf8'),
    trace: gunzipSync(readFileSync(file('trace.txt.gz'))).toString('utf8'),
  };
}

/** Events of a short recording: read and judged in a tenth of the time of a whole one. */
const SHORT_LINES = 300;

/** The begin of a recording and its last line. What the end says of memory does not fit then, which is judged as any other wrong frame. */
function shortOf(texts: Texts): Texts {
  const rows = texts.trace.trimEnd().split('\n');
  const trace = [...rows.slice(0, SHORT_LINES), rows.at(-1), ''].join('\n');
  return { ...texts, trace };
}

function openTexts(texts: Texts): Capture {
  const start = parsePageState(texts.start, 'pagestate.start');
  const end = parsePageState(texts.end, 'pagestate.end');
  const memory = [...start.zones, ...end.zones].map((zone) => ({
    start: zone.startPfn,
    end: zone.startPfn + zone.spanned,
  }));
  const reader = new TraceReader('trace.txt', memory, cpusOf(start));
  reader.push(new TextEncoder().encode(texts.trace));
  const extra = { file: 'extra.txt', events: [], isThere: false };
  const kernel = kernelOf('');
  const none = {
    folder: FOLDER,
    cmdline: '',
    kernel,
    zoneinfo: { before: '', after: '' },
    extra,
  };
  return { ...none, start, end, trace: reader.finish(), deviceLog: [], hostLog: [] };
}

/** What becomes of a recording. */
function judge(texts: Texts, mode: 'guided' | 'free-running'): 'exact' | 'divergent' | 'refused' {
  try {
    const { isExact } = verifyCapture(openTexts(texts), mode);
    return isExact ? 'exact' : 'divergent';
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    expect(error.message).toMatch(/^(?:pagestate\.(?:start|end)|trace\.txt):\d+: expected /);
    expect(error.message).not.toMatch(UNPRINTABLE);
    return 'refused';
  }
}

const damage = fc.record({
  part: fc.constantFrom<keyof Texts>('trace', 'trace', 'trace', 'start', 'end'),
  /** One in ten is whole. */
  isWhole: fc.nat(9).map((one) => one === 0),
  faults: fc.array(textFault, { maxLength: 2 }),
  mode: fc.constantFrom('guided' as const, 'free-running' as const),
});

export const recording: Fuzzer = {
  name: 'recording',
  sentence: 'A damaged recording is judged to its end or refused with file and line.',
  cases: 200,
  night: 100_000,
  create: () => {
    const whole = readTexts();
    const short = shortOf(whole);
    const tally = new Tally(['exact', 'divergent', 'refused']);
    const property = fc.property(damage, ({ part, isWhole, faults, mode }) => {
      const texts = isWhole ? whole : short;
      const text = faults.reduce<string>(
        (before, fault: TextFault) => withFault(before, fault),
        texts[part],
      );
      tally.add(judge({ ...texts, [part]: text }, mode));
    });
    return { property, missing: tally.missing };
  },
};
