// The machine: QEMU, without KVM unless it is there to be had, with the devices that a plan asks of.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { MIB, MS_PER_MINUTE } from '../abi/unit.ts';
import { UNPRINTABLE } from '../check/index.ts';
import { RecordingFailed } from './error.ts';
import { type GuestPace, paceOf } from './pace.ts';
import type { PlanStep } from './plan.ts';
import { Qmp } from './qmp.ts';

/** Hears of a process that must be ended if this program is ended in the middle. */
export type Leaves = (left: { readonly pid: number }) => void;

export interface MachineOptions {
  readonly memoryMib: number;
  readonly cpus: number;
  readonly vmlinuz: string;
  readonly initrd: string;
  readonly programs: string;
  readonly out: string;
  /** Words for the kernel's command line. */
  readonly cmdline: readonly string[];
  readonly balloon: readonly PlanStep[];
  readonly virtioMem: readonly PlanStep[];
  /** Where sockets and logs lie. */
  readonly folder: string;
  readonly timeoutMs: number;
  readonly left?: Leaves | undefined;
  /** Hears how far the guest is with its boot, its calls and what it writes. */
  readonly onPace?: ((pace: GuestPace) => void) | undefined;
  /** Starts a clock that tells how many milliseconds have gone. */
  readonly startClock: () => () => number;
}

/** What QEMU says of its devices, for `device.log`. */
const BALLOON_TRACE: readonly string[] = [
  'virtio_balloon_handle_output',
  'virtio_balloon_to_target',
  'virtio_balloon_set_config',
];
const MEM_TRACE: readonly string[] = [
  'virtio_mem_plug_request',
  'virtio_mem_unplug_request',
  'virtio_mem_resized_usable_region',
  'virtio_mem_send_response',
];
/** virtio-mem's blocks. */
const MEM_REGION_MIB = 128;

/** What clears a terminal and sets its modes. */
const TERMINAL = /\p{Cc}(?:c|\[[\d;?]*[A-Za-z])/gu;

/** Where a guest is slow, a kernel that checks its timer by counting ticks takes it for broken. */
const CMDLINE: readonly string[] = [
  'console=ttyS0',
  'quiet',
  'panic=-1',
  'edd=off',
  'nokaslr',
  'no_timer_check',
];

function memory({ memoryMib, virtioMem }: MachineOptions): string[] {
  if (virtioMem.length === 0) return ['-m', `${memoryMib}`];
  const region = Math.max(...virtioMem.map(({ mib }) => mib), MEM_REGION_MIB);
  return [
    '-m',
    `size=${memoryMib}M,maxmem=${memoryMib + region * 2}M,slots=4`,
    '-object',
    `memory-backend-ram,id=plugged,size=${region}M`,
    '-device',
    'virtio-mem-pci,id=mem0,memdev=plugged,requested-size=0',
  ];
}

const disk = (file: string, more = ''): string[] => [
  '-drive',
  `file=${file},format=raw,if=virtio${more}`,
];

function argumentsOf(options: MachineOptions): string[] {
  const { balloon, virtioMem, folder, programs, out } = options;
  const traced = [
    ...(balloon.length === 0 ? [] : BALLOON_TRACE),
    ...(virtioMem.length === 0 ? [] : MEM_TRACE),
  ];
  const words = [...CMDLINE, ...options.cmdline];
  return [
    ['-accel', 'tcg', '-cpu', 'max', '-smp', `${options.cpus}`],
    memory(options),
    ['-nographic', '-no-reboot', '-nodefaults', '-serial', 'stdio'],
    ['-kernel', options.vmlinuz, '-initrd', options.initrd],
    disk(programs, ',readonly=on'),
    disk(out),
    ['-device', 'virtio-balloon-pci'],
    ['-qmp', `unix:${path.join(folder, 'qmp')},server=on,wait=off`],
    traced.flatMap((event) => ['-trace', event]),
    ['-D', path.join(folder, 'device.log')],
    ['-append', words.join(' ')],
  ].flat();
}

/** A wish as a line of `host.log`: seconds since the first, what was asked, what came back. */
function wishLine(seconds: number, kind: 'balloon' | 'virtio-mem', bytes: number): string {
  const asked =
    kind === 'balloon'
      ? `{'execute': 'balloon', 'arguments': {'value': ${bytes}}}`
      : `{'execute': 'qom-set', 'arguments': {'path': 'mem0', 'property': 'requested-size', 'value': ${bytes}}}`;
  return `${seconds.toFixed(3)} ${asked} {'return': {}}`;
}

async function drive(options: MachineOptions, log: string[]): Promise<void> {
  const { balloon, virtioMem, folder } = options;
  if (balloon.length + virtioMem.length === 0) return;
  const steps = [
    ...balloon.map((step) => ({ ...step, kind: 'balloon' as const })),
    ...virtioMem.map((step) => ({ ...step, kind: 'virtio-mem' as const })),
  ].toSorted((a, b) => a.atMs - b.atMs);
  const qmp = await Qmp.open(path.join(folder, 'qmp'));
  const elapsedMs = options.startClock();
  for (const { atMs, mib, kind } of steps) {
    await sleep(Math.max(0, atMs - elapsedMs()));
    const bytes = mib * MIB;
    if (kind === 'balloon') await qmp.ask('balloon', { value: bytes });
    else {
      const property = 'requested-size';
      await qmp.ask('qom-set', { path: 'mem0', property, value: bytes });
    }
    log.push(wishLine(elapsedMs() / 1000, kind, bytes));
  }
  qmp.close();
}

/** A guest that does not end would go on for ever when this program is killed: Debian 12's QEMU has no option for that. */
const WITH_PARENT: readonly string[] = ['--pdeathsig', 'KILL'];

/** How it came to no end. */
function endOf({ timeoutMs }: MachineOptions, isLate: boolean): string {
  if (!isLate) return 'the guest did not come to its end';
  const minutes = Math.round(timeoutMs / MS_PER_MINUTE);
  return `the guest did not come to its end in ${minutes} minutes (--timeout); the last that it said`;
}

/** Runs the guest until it powers off; what the host asked, as lines of `host.log`. Throws RecordingFailed with what the guest said last. */
export async function runMachine(
  options: MachineOptions,
  say: (line: string) => void,
): Promise<string[]> {
  const words = [...WITH_PARENT, 'qemu-system-x86_64', ...argumentsOf(options)];
  const qemu: ChildProcess = spawn('setpriv', words, {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (qemu.pid !== undefined) options.left?.({ pid: qemu.pid });
  let isLate = false;
  const stop = (): void => void qemu.kill('SIGKILL');
  process.once('exit', stop);
  const timer = setTimeout(() => {
    isLate = true;
    stop();
  }, options.timeoutMs);
  const wishes: string[] = [];
  let last = '';
  let isDone = false;
  let driven: Promise<void> = Promise.resolve();
  const lines: string[] = [];
  const hear = (text: string): void => {
    const line = text.replaceAll(TERMINAL, '').replaceAll(UNPRINTABLE, '');
    const pace = paceOf(line);
    if (pace !== undefined) return options.onPace?.(pace);
    lines.push(`${line}\n`);
    // the kernel has words of its own after the recorder's last
    if (line.trim() !== '' && !last.includes('RECORDER FAILED')) last = line.trim();
    if (line.includes('RECORDER READY')) driven = drive(options, wishes);
    isDone ||= line.includes('RECORDER DONE');
    say(line);
  };
  for (const stream of [qemu.stdout, qemu.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on('line', hear);
  }
  try {
    await once(qemu, 'close');
  } finally {
    clearTimeout(timer);
    process.off('exit', stop);
  }
  writeFileSync(path.join(options.folder, 'console.log'), lines.join(''));
  if (!isDone) throw new RecordingFailed(`${endOf(options, isLate)}: ${last}`);
  await driven;
  return wishes;
}
