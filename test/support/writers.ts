// Every command that writes files, for tests that take the place, the time or the streams away from it.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './built.ts';

export interface CommandThatWrites {
  /** As the help has it. */
  readonly command: string;
  /** Its words with the place that it writes into. */
  readonly words: (out: string) => readonly string[];
  /** The same with other results. */
  readonly others: (out: string) => readonly string[];
  /** What lies there after it. */
  readonly files: readonly string[];
}

const CAPTURE = join(ROOT, 'test/recordings/linux-6.12-smoke-768');
const HEADER = 'app,func,end_timestamp,duration\n';

/** Two traces of a few calls, which are soon read and played: what the commands find in the folder that they run in. */
export function putInputs(folder: string): void {
  for (const [name, rows] of [
    ['one', 'a,f,10.5,1\na,g,20,1\nb,f,61,2\n'],
    ['two', 'a,f,30,2\nc,h,31,1\n'],
  ] as const) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'calls.csv'), `${HEADER}${rows}`);
  }
}

/** A command whose input is a trace. */
function ofTrace(
  command: string,
  options: readonly string[],
  files: readonly string[],
): CommandThatWrites {
  const words = (trace: string) => (out: string) => [
    ...command.split(' '),
    trace,
    ...options,
    '--out',
    out,
  ];
  return { command, words: words('one'), others: words('two'), files };
}

/** A command without an input; `first` and `other` make its two results. */
function alone(
  command: string,
  [first, other]: readonly [string, string],
  file: string | undefined,
  files: readonly string[],
): CommandThatWrites {
  const words = (options: string) => (out: string) => [
    ...options.split(' '),
    '--out',
    file === undefined ? out : join(out, file),
  ];
  return { command, words: words(first), others: words(other), files };
}

const mapOf = (moments: number): string => `map ${CAPTURE} --moments ${moments} --at 0`;

function ofMap(ending: string): CommandThatWrites {
  const file = `map.${ending}`;
  return alone('map', [`${mapOf(2)}.0`, `${mapOf(3)}.9`], file, [file]);
}

const REPLAY = ['--system', 'scpv-template', '--jobs', '1', '--format'];

export const COMMANDS_THAT_WRITE: readonly CommandThatWrites[] = [
  ofTrace(
    'replay',
    [...REPLAY, 'table,json,html,csv,parquet', '--records'],
    [
      'details.json',
      'experiment.yaml',
      'functions.csv',
      'functions.parquet',
      'records.csv',
      'records.parquet',
      'report.html',
      'results.csv',
      'results.json',
      'results.parquet',
      'series.csv',
      'series.parquet',
      'starts.csv',
      'starts.parquet',
    ],
  ),
  ofTrace('trace convert', ['--to', 'calls'], ['calls.csv']),
  ofTrace('trace convert', ['--to', 'parquet'], ['calls.parquet']),
  ofTrace('trace sample', ['--functions', '2'], ['calls.csv']),
  // files of this form are published, too: those that are there are replaced by --force alone
  alone(
    'trace synth',
    [
      'trace synth --shape bursts --functions 3 --minutes 5 --force',
      'trace synth --shape bursts --functions 4 --minutes 5 --force',
    ],
    undefined,
    ['durations.csv', 'invocations.csv', 'memory.csv'],
  ),
  ...['svg', 'png', 'json'].map(ofMap),
];
