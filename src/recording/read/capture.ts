// Opens a recording: a folder that a recorder wrote (docs/recordings.md).

import path from 'node:path';
import {
  ARRAY,
  COUNT,
  FLAG,
  NUMBER,
  RefusedArgument,
  type Shape,
  TEXT,
  expectShape,
  expectText,
} from '../../check/index.ts';
import {
  FRAME_BYTES,
  kernelOf,
  type KernelRules,
  MEMORY_BLOCK_FRAMES,
  PAGEBLOCK_FRAMES,
  stateFrames,
} from '../../core/index.ts';
import { quote, RecordingError } from '../error.ts';
import { checkSizes } from './device-sizes.ts';
import { type ExtraTrace, parseExtraTrace } from './extra-trace.ts';
import {
  afterLines,
  type Reading,
  readBytes,
  readLog,
  readOptional,
  readText,
  traceFile,
} from './files.ts';
import { readImport } from './import-file.ts';
import { checkDeviceLog, checkHostLog } from './log-check.ts';
import { type AllocatorState, parsePageState } from './pagestate.ts';
import {
  addZoneinfo,
  checkLists,
  checkStats,
  checkUnread,
  readCmdline,
  readUname,
} from './proc-files.ts';
import { checkTrace } from './trace-check.ts';
import { type KernelTrace, NO_FRAME, namesFrame } from './trace-columns.ts';
import type { FrameSpan } from './memory-ranges.ts';
import { TraceReader } from './trace-text.ts';

/** One step of virtio-mem as the device saw it. */
export interface LoggedMemRequest {
  readonly kind: 'plug' | 'unplug';
  readonly address: number;
  /** 2 MiB blocks. */
  readonly blocks: number;
}

/** A recording of a real kernel's allocator, read: its state before and after, and what happened between (docs/recordings.md). */
export interface Capture {
  /** Where it was read from. */
  readonly folder: string;
  /** Free lists before the first event. */
  readonly start: AllocatorState;
  /** Free lists after the last event. */
  readonly end: AllocatorState;
  /** Every event of the allocator, in order. */
  readonly trace: KernelTrace;
  /** What probes inside the allocator saw; nothing when the recording has no second trace. */
  readonly extra: ExtraTrace;
  /** The kernel's command line. */
  readonly cmdline: string;
  /** The rules of the kernel that `uname` names. */
  readonly kernel: KernelRules;
  /** zoneinfo before and after, as text; empty when the recording has none. */
  readonly zoneinfo: { readonly before: string; readonly after: string };
  /** Lines of what the device and the host did; empty when there was no device. */
  readonly deviceLog: readonly string[];
  /** Lines of what the host did; empty when the recording has none. */
  readonly hostLog: readonly string[];
  /** The tool whose page events were imported: the states are made of them; undefined: the kernel's own were recorded. */
  readonly importedFrom?: string | undefined;
}

const COLUMNS = [
  'kind',
  'timeUs',
  'task',
  'cpu',
  'context',
  'pfn',
  'order',
  'type',
  'gfp',
  'extra',
  'line',
] as const;

const EXTRA: Shape = {
  kind: TEXT,
  line: NUMBER,
  timeUs: NUMBER,
  cpu: NUMBER,
  pid: NUMBER,
  a: NUMBER,
  b: NUMBER,
};

const COUNTS = ['startPfn', 'spanned', 'present', 'managed'] as const;
const PCP_NUMBERS = ['count', 'high', 'highMin', 'highMax', 'batch', 'flags'] as const;

function each(names: readonly string[], shape: Shape): Record<string, Shape> {
  return Object.fromEntries(names.map((name) => [name, shape]));
}

const STATE: Shape = {
  label: TEXT,
  zones: [
    {
      name: TEXT,
      index: COUNT,
      ...each(COUNTS, COUNT),
      ...each(['min', 'low', 'high', 'boost', 'highatomic', 'flags'], NUMBER),
      reserve: [NUMBER],
      blocks: ARRAY,
      free: [ARRAY],
      pcps: [{ ...each(PCP_NUMBERS, NUMBER), lists: [ARRAY] }],
    },
  ],
};

const CAPTURE: Shape = {
  folder: TEXT,
  start: STATE,
  end: STATE,
  trace: {
    file: TEXT,
    count: COUNT,
    entriesLine: COUNT,
    lines: COUNT,
    ...each(COLUMNS, ARRAY),
    tasks: [{ comm: TEXT, pid: NUMBER }],
    marks: [{ event: COUNT, timeUs: NUMBER, text: TEXT }],
  },
  extra: { file: TEXT, events: [EXTRA], isThere: FLAG },
  cmdline: TEXT,
  kernel: { name: TEXT, build: TEXT },
  zoneinfo: { before: TEXT, after: TEXT },
  deviceLog: [TEXT],
  hostLog: [TEXT],
  'importedFrom?': TEXT,
};

/** What openCapture() gave, as far as a look at its members tells. */
export function expectCapture(capture: Capture): Capture {
  const { trace } = expectShape('capture', capture, CAPTURE);
  for (const name of COLUMNS) {
    const { length } = trace[name];
    if (length === trace.count) continue;
    throw new RefusedArgument(`capture.trace.${name}`, `${trace.count} events`, length);
  }
  return capture;
}

/** Reads a trace file, packed or not. */
export async function readTrace(
  file: string,
  memory: readonly FrameSpan[],
  cpus: number,
  onRead?: Reading,
): Promise<KernelTrace> {
  const reader = new TraceReader(file, memory, cpus);
  try {
    for await (const chunk of readBytes(file, onRead)) reader.push(chunk);
  } catch (error) {
    throw afterLines(error, reader.lines);
  }
  return reader.finish();
}

/** The plug and unplug requests of a device log that were answered with success, in order. */
export function memRequests(deviceLog: readonly string[]): LoggedMemRequest[] {
  const found: LoggedMemRequest[] = [];
  deviceLog.forEach((line, i) => {
    const match = /^virtio_mem_(plug|unplug)_request addr=0x([0-9a-f]+) nb_blocks=(\d+)/.exec(line);
    if (match === null) return;
    const answer = deviceLog
      .slice(i + 1)
      .find((next) => next.startsWith('virtio_mem_send_response'));
    if (answer === undefined || !answer.endsWith('type=0')) return;
    found.push({
      kind: match[1] === 'plug' ? 'plug' : 'unplug',
      address: Number.parseInt(match[2] ?? '0', 16),
      blocks: Number(match[3]),
    });
  });
  return found;
}

/** CPUs that the kernel had: it keeps lists for each. */
export function cpusOf(state: AllocatorState): number {
  return Math.max(1, ...state.zones.map((zone) => zone.pcps.length));
}

/**
 * One past the last frame that a recording names, in whole memory blocks: what a core must span to
 * follow it to its end, memory that came and went again included.
 */
export function recordedFrames({ start, end, trace }: Capture): number {
  let frames = Math.max(stateFrames(start), stateFrames(end));
  const { kind, pfn, order, count } = trace;
  for (let event = 0; event < count; event += 1) {
    const frame = namesFrame(kind[event] ?? 0) ? (pfn[event] ?? NO_FRAME) : NO_FRAME;
    if (frame !== NO_FRAME) frames = Math.max(frames, frame + 2 ** (order[event] ?? 0));
  }
  return Math.ceil(frames / MEMORY_BLOCK_FRAMES) * MEMORY_BLOCK_FRAMES;
}

/** One of the two states, under the label that its mark in the trace has. */
function readState(
  folder: string,
  label: 'start' | 'end',
  kernel: KernelRules | undefined,
): AllocatorState {
  const name = `pagestate.${label}`;
  const file = path.join(folder, name);
  const text = readText(folder, name);
  const state = parsePageState(text, file);
  if (kernel !== undefined) checkLists(file, text, kernel);
  if (state.label === label) return state;
  throw new RecordingError(file, 1, `the state '${label}'`, quote(state.label));
}

/** Memory that came and went again is in neither state. */
function pluggedSpans(deviceLog: readonly string[]): FrameSpan[] {
  const plugged = memRequests(deviceLog).filter((request) => request.kind === 'plug');
  return plugged.map(({ address, blocks }) => {
    const first = address / FRAME_BYTES;
    return { start: first, end: first + blocks * PAGEBLOCK_FRAMES };
  });
}

/** The second trace; empty when there is none. */
async function readExtra(
  folder: string,
  start: AllocatorState,
  memory: readonly FrameSpan[],
): Promise<ExtraTrace> {
  const { file, lines } = await readLog(folder, 'extra.txt');
  const populated = start.zones.filter((zone) => zone.present > 0).map((zone) => zone.index);
  return parseExtraTrace(file, lines, { populated, memory, cpus: cpusOf(start) });
}

/** Reads a whole recording; RecordingError says what is wrong with it. */
export async function openCapture(folder: string, onRead?: Reading): Promise<Capture> {
  expectText('folder', folder);
  const uname = readUname(folder);
  const kernel = kernelOf(uname ?? '');
  const named = uname === undefined ? undefined : kernel;
  const start = readState(folder, 'start', named);
  const end = readState(folder, 'end', named);
  const deviceLog = await readLog(folder, 'device.log');
  checkDeviceLog(deviceLog);
  const hostLog = await readLog(folder, 'host.log');
  checkHostLog(hostLog);
  checkSizes(deviceLog, hostLog);
  for (const name of ['tracestats', 'extrastats']) {
    checkStats(folder, name);
  }
  checkUnread(folder);
  addZoneinfo(folder, start);
  const zones = [...start.zones, ...end.zones].map((zone) => ({
    start: zone.startPfn,
    end: zone.startPfn + zone.spanned,
  }));
  const memory = [...zones, ...pluggedSpans(deviceLog.lines)];
  const file = traceFile(folder, 'trace.txt');
  const trace = await readTrace(file, memory, cpusOf(start), onRead);
  checkTrace(trace, start);
  const zoneinfo = {
    before: readOptional(folder, 'zoneinfo.before') ?? '',
    after: readOptional(folder, 'zoneinfo.after') ?? '',
  };
  return {
    folder,
    start,
    end,
    trace,
    extra: await readExtra(folder, start, memory),
    cmdline: readCmdline(folder),
    kernel,
    zoneinfo,
    deviceLog: deviceLog.lines,
    hostLog: hostLog.lines,
    importedFrom: readImport(folder)?.source,
  };
}
