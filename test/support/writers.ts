// Every command that writes files, for tests that take the place, the time or the streams away from it.

import { chmodSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, guestmemIn } from './built.ts';
import { HAS_BROWSER } from './chromium.ts';

export interface CommandThatWrites {
  /** As the help has it. */
  readonly command: string;
  /** Its words with the place that it writes into. */
  readonly words: (out: string) => readonly string[];
  /** The same with other results. */
  readonly others: (out: string) => readonly string[];
  /** What lies there after it. */
  readonly files: readonly string[];
  /** What must lie there before it, beside results of others. */
  readonly lay?: (folder: string, out: string) => void;
  /** Of a file that is written again and again in one run, each time as a whole: words on that input that end well if it is. */
  readonly goingOn?: (out: string, input: 'one' | 'two') => readonly string[];
}

const CAPTURE = join(ROOT, 'test/recordings/linux-6.12-smoke-768');
const HEADER = 'app,func,end_timestamp,duration\n';

const SWEEP =
  'experiment: { trace: { path: PATH }, systems: [scpv-template] }\ngrid: { policies.keepAlive: [5s] }\nseeds: [1, 2]\n';
/** As perf script writes it, of a program by its name. */
const eventOf = (name: string): string =>
  `${name} 5 [000] 1.000001: kmem:mm_page_alloc: page=0x1 pfn=0x1000 order=0 migratetype=0 gfp_flags=GFP_KERNEL\n`;
const RELEASE = '6.12.0';
const LAB_FILES = [
  `linux-${RELEASE}/complete`,
  `linux-${RELEASE}/boot/vmlinuz-${RELEASE}`,
  `linux-${RELEASE}/bin/busybox`,
  `linux-${RELEASE}/measure`,
  `linux-${RELEASE}/lib/modules/${RELEASE}/kernel/none`,
  `linux-${RELEASE}/pagestate/pagestate.ko`,
  'programs-python3/packages',
  'programs-python3/root/none',
];
/** What is in every package of the stand-ins. */
const PACKED_FILES = [
  `boot/vmlinuz-${RELEASE}`,
  'bin/busybox',
  `lib/modules/${RELEASE}/kernel/none`,
  'usr/lib/none',
  `usr/src/linux-headers-${RELEASE}/Makefile`,
];
/** Stand-ins for what a recorder calls: a guest that is done at once, and a disk that has a recording on it. */
export const RECORDER_TOOLS: Readonly<Record<string, string>> = {
  'qemu-system-x86_64': 'echo RECORDER READY; echo RECORDER DONE',
  // a kernel that the recorder starts has its word among its own
  debugfs: `set -- $2; cp ${CAPTURE}/* $3; gzip -d $3/trace.txt.gz; echo guestmem.buffer=8 > $3/cmdline`,
  mke2fs: ':',
  'apt-cache': `echo "Depends: linux-image-${RELEASE}"; echo "Depends: linux-headers-${RELEASE}-common"; echo "Depends: linux-kbuild-6.12"`,
  'apt-get': `case "$*" in
*--simulate*) echo 'Inst python3 (3.11 Debian)';;
*--download-only*) for word in "$@"; do case $word in Dir::Cache=*) : > "\${word#Dir::Cache=}/archives/python3_3.11_all.deb";; esac; done;;
*download*) : > linux.deb;;
esac`,
  'dpkg-deb': `for file in ${PACKED_FILES.join(' ')}; do mkdir -p $(dirname $3/$file); echo x > $3/$file; done`,
  gcc: `while [ $1 != -o ]; do shift; done; echo x > $2`,
  make: `for word in "$@"; do case $word in M=*) echo x > "\${word#M=}/pagestate.ko";; esac; done`,
};

function putFile(path: string, text: string): void {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
}

/** A recorder's lab and tools; the folder of the tools. */
function putRecorder(folder: string): string {
  for (const name of LAB_FILES) putFile(join(folder, 'lab', name), 'x\n');
  putFile(join(folder, `lab/linux-image-6.12-amd64.release`), RELEASE);
  for (const name of ['one', 'two']) putFile(join(folder, `work-${name}/run.sh`), 'true\n');
  for (const [name, script] of Object.entries(RECORDER_TOOLS)) {
    const path = join(folder, 'tools', name);
    putFile(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
  }
  return join(folder, 'tools');
}

/** Two traces of a few calls, which are soon read and played, and what else the commands find in the folder that they run in. */
export function putInputs(folder: string): void {
  process.env['PATH'] = `${putRecorder(folder)}:${process.env['PATH']}`;
  for (const [name, rows] of [
    ['one', 'a,f,10.5,1\na,g,20,1\nb,f,61,2\n'],
    ['two', 'a,f,30,2\nc,h,31,1\n'],
  ] as const) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'calls.csv'), `${HEADER}${rows}`);
    writeFileSync(join(folder, `${name}.yaml`), SWEEP.replace('PATH', name));
    writeFileSync(join(folder, `${name}.events`), eventOf(name));
    guestmemIn(folder, 'replay', name, ...REPLAY, 'json,html', '--out', `run-${name}`);
  }
}

/** Whether recordings can be made here: the archive's keys are the machine's own. */
export const HAS_KEYS: boolean = existsSync('/usr/share/keyrings/debian-archive-keyring.gpg');

/** The record of a run, without its page. */
function layRun(folder: string, out: string): void {
  mkdirSync(out, { recursive: true });
  for (const name of ['results.json', 'details.json', 'experiment.yaml']) {
    copyFileSync(join(folder, 'run-one', name), join(out, name));
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

/** For commands of which there are two inputs by name. */
function ofTwo(
  command: string,
  words: (name: string, out: string) => string,
  files: readonly string[],
): CommandThatWrites {
  const of = (name: string) => (out: string) => words(name, out).split(' ');
  return { command, words: of('one'), others: of('two'), files };
}

/** A checkpoint in a folder that is there; `options` say what else is written, and where. */
function ofCheckpoint(
  options: (out: string) => string,
  files: readonly string[],
): CommandThatWrites {
  const words = (input: string, out: string, state: string): string[] =>
    `replay ${input} --system scpv-template --jobs 1 ${options(out)} ${state}`.split(' ');
  const writing = (input: string) => (out: string) =>
    words(input, out, `--checkpoint ${out}/run.state --every 1m`);
  return {
    command: 'replay',
    words: writing('one'),
    others: writing('two'),
    files,
    lay: (_folder, out) => void mkdirSync(out, { recursive: true }),
    goingOn: (out, input) => words(input, out, `--resume ${out}/run.state`),
  };
}

const TORNADO = ['cpuMs', 'sandboxMs', 'slowdown', 'startupMs'].map(
  (name) => `tornado-${name}-scpv-template.svg`,
);

const FIGURES = [
  'causes.svg',
  'cdf-sandboxMs.svg',
  'cdf-startupMs.svg',
  'containers.svg',
  'map-scpv-template.svg',
  'memory-0.svg',
  'memory.svg',
  'range-cpuMs.svg',
  'range-sandboxMs.svg',
  'range-startupMs.svg',
  'range-startupP99Ms.svg',
  'slowdown.svg',
  'steps.svg',
  ...TORNADO,
  'unusable.svg',
  'vms.svg',
  'waste-functions.svg',
  'waste.svg',
  'whole.svg',
];

const RECORDED = [
  'buddyinfo.after',
  'cmdline',
  'console.log',
  'pagestate.end',
  'pagestate.start',
  'pagetypeinfo.after',
  'recording.json',
  'trace.txt.gz',
  'uname',
  'vmstat.after',
  'zoneinfo.after',
  'zoneinfo.before',
];

const SWEPT = [
  'effects.parquet',
  'jobs',
  'pareto.parquet',
  'report.html',
  'sweep.json',
  'sweep.parquet',
];

const REPLAY = ['--system', 'scpv-template', '--jobs', '1', '--format'];

export const COMMANDS_THAT_WRITE: readonly CommandThatWrites[] = [
  ofTrace(
    'replay',
    [...REPLAY, 'table,json,html,csv,parquet', '--records'],
    [
      'csv-metadata.json',
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
  {
    command: 'verify',
    words: (out) => ['verify', CAPTURE, '--steps', join(out, 'steps.json')],
    others: (out) => ['verify', CAPTURE, '--free-running', '--steps', join(out, 'steps.json')],
    files: ['steps.json'],
  },
  ofTwo('figures', (name, out) => `figures run-${name} --out ${out}`, FIGURES),
  ...(HAS_BROWSER
    ? [
        ofTwo('figures', (name, out) => `figures run-${name} --png --out ${out}`, [
          ...FIGURES,
          ...FIGURES.map((name) => name.replace('.svg', '.png')),
        ]),
      ]
    : []),
  {
    command: 'report',
    words: (out) => ['report', out],
    others: (out) => ['replay', 'two', ...REPLAY, 'json,html', '--out', out],
    files: ['details.json', 'experiment.yaml', 'report.html', 'results.json'],
    lay: layRun,
  },
  ofTwo('sweep', (name, out) => `sweep ${name}.yaml --out ${out} --jobs 1`, SWEPT),
  ofTwo('sweep', (name, out) => `sweep ${name}.yaml --out ${out} --emit slurm`, [
    'jobs',
    'jobs.txt',
    'sweep.sbatch',
  ]),
  ofTwo('import', (name, out) => `import ${name}.events --out ${out}`, [
    'import.json',
    'pagestate.end',
    'pagestate.start',
    'trace.txt.gz',
  ]),
  ofCheckpoint(() => '--format table', ['run.state']),
  // rows of calls lie beside it, and are a part of it
  ofCheckpoint(
    (out) => `--format csv --records --out ${out}.results`,
    ['run.state', 'run.state.records'],
  ),
  ...(HAS_KEYS
    ? [
        ofTwo(
          'record',
          (name, out) => `record --workload work-${name} --lab lab --out ${out}`,
          RECORDED,
        ),
        // its lab is made on the way
        ofTwo(
          'record',
          (name, out) => `record --workload work-${name} --lab ${out}.lab --out ${out}`,
          RECORDED,
        ),
      ]
    : []),
];
