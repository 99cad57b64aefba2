// A real recording with faults in its text: read and judged to its end, or refused in one line that names the place.

import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect } from 'vitest';
import { kernelOf } from '../../src/core/index.ts';
import type { Capture } from '../../src/recording/index.ts';
import { RecordingError, verifyCapture } from '../../src/recording/index.ts';
import { cpusOf } from '../../src/recording/read/capture.ts';
import { parseExtraTrace } from '../../src/recording/read/extra-trace.ts';
import type { LogText } from '../../src/recording/read/files.ts';
import { type AllocatorState, parsePageState } from '../../src/recording/read/index.ts';
import { checkDeviceLog } from '../../src/recording/read/log-check.ts';
import { TraceReader } from '../../src/recording/read/trace-text.ts';
import { type Fuzzer, Tally } from './fuzzer.ts';
import { projectFile } from './root.ts';
import { UNPRINTABLE, textFault, withFault } from './text.ts';

const FOLDER = 'test/recordings';
/** Events of a short recording: read and judged in a tenth of the time of a whole one. */
const SHORT_LINES = 300;
const LOG_LINES = 100;
/** One in so many is whole. */
const WHOLE_ONE_IN = 20;

type Part = 'start' | 'end' | 'trace' | 'extra' | 'device';
type Texts = Readonly<Record<Part, string>>;

const FILES: Readonly<Record<Part, string>> = {
  start: 'pagestate.start',
  end: 'pagestate.end',
  trace: 'trace.txt',
  extra: 'extra.txt',
  device: 'device.log',
};

/** A good recording; its states are read once, as no case changes them. */
interface Base {
  readonly texts: Texts;
  readonly states: Readonly<Record<'start' | 'end', AllocatorState>>;
}

function textOf(folder: string, name: string): string {
  const plain = projectFile(FOLDER, folder, name);
  if (existsSync(plain)) return readFileSync(plain, 'utf8');
  const packed = `${plain}.gz`;
  return existsSync(packed) ? gunzipSync(readFileSync(packed)).toString('utf8') : '';
}

function baseOf(texts: Texts): Base {
  const stateOf = (part: 'start' | 'end'): AllocatorState =>
    parsePageState(texts[part], FILES[part]);
  return { texts, states: { start: stateOf('start'), end: stateOf('end') } };
}

function wholeOf(folder: string): Texts {
  const entries = Object.entries(FILES).map(([part, name]) => [part, textOf(folder, name)]);
  return Object.fromEntries(entries) as Texts;
}

/** The first lines of a log, less the one that counts them all. */
function beginOf(text: string): string {
  const lines = text.split(/(?<=\n)/).filter((line) => !line.includes('entries-written'));
  return lines.slice(0, LOG_LINES).join('');
}

/** The begin of a recording and its last line. What the end says of memory does not fit then, which is judged as any other wrong frame. */
function shortOf(folder: string): Base {
  const whole = wholeOf(folder);
  const rows = whole.trace.trimEnd().split('\n');
  const mark = rows.findLast((row) => row.includes('pagestate end'));
  return baseOf({
    ...whole,
    trace: [...rows.slice(0, SHORT_LINES), mark, ''].join('\n'),
    extra: beginOf(whole.extra),
    device: beginOf(whole.device),
  });
}

/** One CPU and no second trace; two CPUs with one; a balloon's device. */
const SHORT = ['linux-6.12-smoke-768', 'linux-6.12-smp2-256', 'linux-6.12-report-oom-256'];

const linesOf = (part: Part, text: string): LogText => ({
  file: FILES[part],
  lines: text.split('\n').slice(0, -1),
});

function openTexts({ texts, states }: Base, part: Part, damaged: string): Capture {
  const stateOf = (label: 'start' | 'end'): AllocatorState =>
    part === label ? parsePageState(damaged, FILES[label]) : states[label];
  const of = (name: Part): string => (part === name ? damaged : texts[name]);
  const start = stateOf('start');
  const end = stateOf('end');
  const deviceLog = linesOf('device', of('device'));
  checkDeviceLog(deviceLog);
  const memory = [...start.zones, ...end.zones].map((zone) => ({
    start: zone.startPfn,
    end: zone.startPfn + zone.spanned,
  }));
  const reader = new TraceReader(FILES.trace, memory, cpusOf(start));
  reader.push(new TextEncoder().encode(of('trace')));
  const trace = reader.finish();
  const second = linesOf('extra', of('extra'));
  const populated = start.zones.filter((zone) => zone.present > 0).map((zone) => zone.index);
  return {
    folder: FOLDER,
    cmdline: '',
    kernel: kernelOf(''),
    zoneinfo: { before: '', after: '' },
    extra: parseExtraTrace(second.file, second.lines, { populated, memory, cpus: cpusOf(start) }),
    start,
    end,
    trace,
    deviceLog: deviceLog.lines,
    hostLog: [],
  };
}

/** What becomes of a recording with one file damaged. */
function judge(base: Base, { part, mode }: Damage, damaged: string): Outcome {
  try {
    const { isExact } = verifyCapture(openTexts(base, part, damaged), mode);
    return isExact ? 'exact' : 'divergent';
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    expect(error.message).toMatch(PLACE);
    expect(error.message).not.toMatch(UNPRINTABLE);
    return 'refused';
  }
}

type Outcome = 'exact' | 'divergent' | 'refused';

const PLACE = /^(?:pagestate\.(?:start|end)|trace\.txt|extra\.txt|device\.log):\d+: expected /;

const damage = fc.record({
  base: fc.constantFrom(...SHORT),
  isWhole: fc.nat(WHOLE_ONE_IN - 1).map((one) => one === 0),
  part: fc.constantFrom<Part[]>('trace', 'trace', 'trace', 'start', 'end', 'extra', 'device'),
  faults: fc.array(textFault, { maxLength: 2 }),
  mode: fc.constantFrom('guided' as const, 'free-running' as const),
});
type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

export const recording: Fuzzer = {
  name: 'recording',
  sentence: 'A damaged recording is judged to its end or refused with file and line.',
  cases: 200,
  night: 100_000,
  create: () => {
    const whole = baseOf(wholeOf(SHORT[0] as string));
    const short = new Map(SHORT.map((folder) => [folder, shortOf(folder)]));
    const tally = new Tally(['exact', 'divergent', 'refused']);
    const property = fc.property(damage, (drawn) => {
      const base = drawn.isWhole ? whole : (short.get(drawn.base) as Base);
      const damaged = drawn.faults.reduce(withFault, base.texts[drawn.part]);
      tally.add(judge(base, drawn, damaged));
    });
    return { property, missing: tally.missing };
  },
};
