// One recording, from nothing to a folder that `guestmem verify` reads.

import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { createGzip } from 'node:zlib';
import { KIB, MIB, MS_PER_MINUTE, MS_PER_S } from '../abi/unit.ts';
import {
  FLAG,
  FUNCTION,
  NUMBER,
  type Shape,
  TEXT,
  expectFunction,
  expectInteger,
  expectNumber,
  expectShape,
} from '../check/index.ts';
import { DebianArchive } from './debian.ts';
import { diskOf, emptyDisk, initrd, layFolders, linkAlternatives, readDisk } from './disks.ts';
import { type Lab, type Tell, openLab } from './lab.ts';
import { type Leaves, type MachineOptions, runMachine } from './machine.ts';
import { readMark, writeMark } from './mark.ts';
import type { GuestPace } from './pace.ts';
import type { PlanStep } from './plan.ts';
import { compilePython } from './python.ts';
import { runTool } from './tool.ts';
import { expectWhole } from './whole.ts';
import { type Workload, layWorkload } from './workload.ts';

/** What is recorded, on which machine. */
export interface RecordOptions {
  /** A folder with `run.sh`, or one file that is a function. */
  readonly workload: string;
  /** Of the guest, MiB. */
  readonly memoryMib: number;
  /** Virtual CPUs of the guest, 1 to 64. */
  readonly cpus: number;
  /** A package of Debian's: `linux-image-6.12-amd64`, or one release of it. */
  readonly kernel: string;
  /** How large the guest shall be, and when; empty: it has no balloon. */
  readonly balloon: readonly PlanStep[];
  /** How much more than at its boot it shall have, and when; empty: it has no virtio-mem. */
  readonly virtioMem: readonly PlanStep[];
  /** Transparent huge pages for all memory; without it for none. */
  readonly hasThp: boolean;
  /** Packages of Debian's that the workload needs besides its language. */
  readonly packages: readonly string[];
  /** Room for events in the guest, in KiB for each CPU. */
  readonly bufferKib: number;
  /** A guest that has not ended by then is ended. */
  readonly timeoutMs: number;
  /** Starts a clock of the wall, for plans: `startWall`. */
  readonly startClock: () => () => number;
  /** Kept between recordings: kernels, programs. It must be there. */
  readonly labFolder: string;
  /** An empty folder for the guest's disks, which whoever made it takes away. */
  readonly scratch: string;
  /** Hears of what must be cleared if this program is ended in the middle. */
  readonly left?: Leaves | undefined;
  /** Hears how far a step is: the guest's, or one on this side of it. */
  readonly onPace?: ((pace: GuestPace) => void) | undefined;
}

/** A machine of 768 MiB with one CPU and no device, as `guestmem record` has it if nothing else is said. */
export const RECORD_DEFAULTS: Omit<
  RecordOptions,
  'workload' | 'startClock' | 'labFolder' | 'scratch'
> = {
  memoryMib: 768,
  cpus: 1,
  kernel: 'linux-image-6.12-amd64',
  balloon: [],
  virtioMem: [],
  hasThp: false,
  packages: [],
  bufferKib: 128 * KIB,
  timeoutMs: 30 * MS_PER_MINUTE,
};

/** What was recorded. */
export interface Recorded {
  /** By name: a folder that `openCapture` reads. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** What ran. */
  readonly workload: Workload;
}

/** Files that are packed: text, and long. */
const PACKED: readonly string[] = ['trace.txt', 'extra.txt', 'device.log'];
const OUT_DISK_MIB = 1500;
const SETTLE_S = 5;
const EVERY_MS = 250;

/** The programs of these packages, unpacked once. */
function programsOf(folder: string, packages: readonly string[], tell: Tell): string {
  const names = [...new Set(packages)].toSorted();
  const root = path.join(folder, `programs-${names.join('+')}`);
  if (readMark(path.join(root, 'packages')) !== '') return root;
  tell(`fetching ${names.join(', ')}`);
  rmSync(root, { recursive: true, force: true });
  const files = new DebianArchive(folder, 'amd64').unpackWhole(names, path.join(root, 'root'));
  compilePython(path.join(root, 'root'), ['usr/lib/python3', 'usr/lib/python3.11']);
  writeMark(path.join(root, 'packages'), `${files.join('\n')}\n`);
  return root;
}

/** Seconds that the guest waits after the workload for what the host still asks. */
function settleOf({ balloon, virtioMem }: RecordOptions): number {
  const last = Math.max(0, ...[...balloon, ...virtioMem].map(({ atMs }) => atMs)) / MS_PER_S;
  return last === 0 ? 0 : Math.ceil(last) + SETTLE_S;
}

function wordsOf(options: RecordOptions): string[] {
  const { hasThp, bufferKib, virtioMem } = options;
  return [
    `transparent_hugepage=${hasThp ? 'always' : 'never'}`,
    `guestmem.buffer=${bufferKib}`,
    `guestmem.settle=${settleOf(options)}`,
    ...(virtioMem.length === 0 ? [] : ['memhp_default_state=online_movable']),
  ];
}

/** What the guest and the host left, by name. */
function collect(folder: string, out: string, wishes: readonly string[]): Map<string, Uint8Array> {
  const left = path.join(folder, 'left');
  mkdirSync(left);
  readDisk(out, left);
  for (const name of ['device.log', 'console.log']) {
    const file = path.join(folder, name);
    if (existsSync(file)) cpSync(file, path.join(left, name));
  }
  writeFileSync(path.join(left, 'host.log'), wishes.map((line) => `${line}\n`).join(''));
  const files = new Map<string, Uint8Array>();
  for (const name of readdirSync(left).toSorted()) {
    if (name === 'lost+found') continue;
    const bytes = readFileSync(path.join(left, name));
    if (bytes.length > 0) files.set(name, bytes);
  }
  return files;
}

async function gzipped(bytes: Uint8Array, onBytes: (done: number) => void): Promise<Uint8Array> {
  const gzip = createGzip({ level: 9 });
  const parts: Uint8Array[] = [];
  gzip.on('data', (part: Uint8Array) => void parts.push(part));
  for (let at = 0; at < bytes.length; at += MIB) {
    if (!gzip.write(bytes.subarray(at, at + MIB))) await once(gzip, 'drain');
    onBytes(at);
  }
  gzip.end();
  await once(gzip, 'end');
  return Buffer.concat(parts);
}

async function packed(
  files: ReadonlyMap<string, Uint8Array>,
  onPace: RecordOptions['onPace'],
): Promise<Map<string, Uint8Array>> {
  const long = [...files].filter(([name]) => PACKED.includes(name));
  const total = long.reduce((sum, [, bytes]) => sum + bytes.length, 0);
  const found = new Map<string, Uint8Array>();
  let before = 0;
  for (const [name, bytes] of files) {
    if (!PACKED.includes(name)) {
      found.set(name, bytes);
      continue;
    }
    const onBytes = (done: number): void => onPace?.({ done: before + done, total, what: 'bytes' });
    found.set(`${name}.gz`, await gzipped(bytes, onBytes));
    before += bytes.length;
  }
  return found;
}

/** The guest waits for so long after the workload, and says nothing meanwhile. Ends the count. */
function settling({ startClock, onPace, ...asked }: RecordOptions): () => void {
  const elapsedMs = startClock();
  const total = settleOf({ startClock, ...asked });
  const timer = setInterval(() => {
    const done = elapsedMs() / MS_PER_S;
    if (done < total) onPace?.({ done, total, what: 'seconds' });
  }, EVERY_MS);
  return () => clearInterval(timer);
}

/** What made the recording. */
function aboutOf(
  { memoryMib, cpus, hasThp, balloon, virtioMem }: RecordOptions,
  made: { readonly lab: Lab; readonly workload: Workload; readonly programs: string },
): Uint8Array {
  const { lab, workload, programs } = made;
  const about = {
    format: 'guestmem-recording-1',
    workload: workload.name,
    isFunction: workload.isFunction,
    kernel: lab.release,
    machine: { memoryMib, cpus, thp: hasThp ? 'always' : 'never' },
    emulator: runTool('qemu-system-x86_64', ['--version']).toString().split('\n')[0],
    balloon,
    virtioMem,
    programs: readFileSync(path.join(programs, 'packages'), 'utf8').trim().split('\n'),
  };
  return Buffer.from(`${JSON.stringify(about, null, 2)}\n`);
}

async function recordIn(
  options: RecordOptions,
  { lab, tell }: { readonly lab: Lab; readonly tell: Tell },
): Promise<Recorded> {
  const { scratch: folder } = options;
  const workload = layWorkload(options.workload, path.join(folder, 'workload'));
  const programs = programsOf(options.labFolder, [...workload.packages, ...options.packages], tell);
  const file = (name: string): string => path.join(folder, name);
  tell('the disks are laid');
  layFolders(file('staging'), { '.': path.join(programs, 'root'), workload: file('workload') });
  linkAlternatives(file('staging'));
  compilePython(file('staging'), ['workload']);
  diskOf(file('programs.img'), file('staging'));
  emptyDisk(file('out.img'), OUT_DISK_MIB);
  writeFileSync(file('initrd'), initrd(lab));
  tell(`Linux ${lab.release} boots`);
  const machine: MachineOptions = {
    ...options,
    folder,
    vmlinuz: lab.vmlinuz,
    initrd: file('initrd'),
    programs: file('programs.img'),
    out: file('out.img'),
    cmdline: wordsOf(options),
  };
  let settled: (() => void) | undefined;
  const wishes = await runMachine(machine, (line) => {
    const word = /RECORDER (READY|WORKED)/.exec(line)?.[1];
    if (word === 'READY') tell('the workload runs');
    if (word !== 'WORKED') return;
    tell('the guest writes its recording');
    settled = settling(options);
  }).finally(() => settled?.());
  tell('what it has left is packed');
  const files = collect(folder, file('out.img'), wishes);
  expectWhole(files);
  files.set('recording.json', aboutOf(options, { lab, workload, programs }));
  return { files: await packed(files, options.onPace), workload };
}

const STEPS = [{ atMs: NUMBER, mib: NUMBER }] as const;
const SHAPE: Shape = {
  workload: TEXT,
  kernel: TEXT,
  balloon: STEPS,
  virtioMem: STEPS,
  hasThp: FLAG,
  packages: [TEXT],
  startClock: FUNCTION,
  labFolder: TEXT,
  scratch: TEXT,
  'left?': FUNCTION,
  'onPace?': FUNCTION,
};
const CPUS_MOST = 64;

function checked(options: RecordOptions): RecordOptions {
  expectShape('options', options, SHAPE);
  expectInteger('options.memoryMib', options.memoryMib, 1);
  expectInteger('options.cpus', options.cpus, 1, CPUS_MOST);
  expectInteger('options.bufferKib', options.bufferKib, 1);
  expectNumber('options.timeoutMs', options.timeoutMs, 1);
  return options;
}

/**
 * Boots a Debian kernel under QEMU, runs the workload, and collects what was recorded (`guestmem record`). Writes nothing but the lab's
 * folder and `scratch`; `tell` hears of each step as it begins. It takes minutes, and needs QEMU and what docs/recording.md names. Throws
 * RecorderMissing, RecordingFailed, RefusedArgument.
 *
 * @example
 * const scratch = mkdtempSync('/tmp/record-');
 * const options = { ...RECORD_DEFAULTS, workload: 'hello.py', labFolder: 'lab', scratch, startClock: startWall };
 * const { files } = await record(options, console.error);
 */
export async function record(said: RecordOptions, tell: Tell): Promise<Recorded> {
  const options = checked(said);
  expectFunction('tell', tell);
  const lab = openLab(options.labFolder, options.kernel, tell);
  return recordIn(options, { lab, tell });
}
