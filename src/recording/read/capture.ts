// Opens a recording: a folder that a recorder wrote (docs/recordings.md).

import { createReadStream, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createGunzip } from 'node:zlib';
import {
  FRAME_BYTES,
  MEMORY_BLOCK_FRAMES,
  MIB,
  PAGEBLOCK_FRAMES,
  stateFrames,
} from '../../core/index.ts';
import { RecordingError } from '../error.ts';
import { type AllocatorState, parsePageState } from './pagestate.ts';
import { type KernelTrace, NO_FRAME } from './trace-columns.ts';
import { type FrameSpan, TraceReader } from './trace-text.ts';

/** One step of virtio-mem as the device saw it. */
export interface LoggedMemRequest {
  readonly kind: 'plug' | 'unplug';
  readonly address: number;
  /** 2 MiB blocks. */
  readonly blocks: number;
}

export interface Capture {
  readonly folder: string;
  readonly start: AllocatorState;
  readonly end: AllocatorState;
  readonly trace: KernelTrace;
  readonly cmdline: string;
  /** zoneinfo before and after, as text; empty when the recording has none. */
  readonly zoneinfo: { readonly before: string; readonly after: string };
  /** Lines of what the device and the host did; empty when there was no device. */
  readonly deviceLog: readonly string[];
  readonly hostLog: readonly string[];
}

function readText(folder: string, name: string): string {
  const file = path.join(folder, name);
  if (!existsSync(file)) throw new RecordingError(file, 0, 'a file of a recording', 'nothing');
  return readFileSync(file, 'utf8');
}

function readOptional(folder: string, name: string): string {
  const file = path.join(folder, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

async function* readBytes(file: string): AsyncGenerator<Uint8Array> {
  const raw = createReadStream(file, { highWaterMark: MIB });
  const stream = file.endsWith('.gz') ? raw.pipe(createGunzip({ chunkSize: MIB })) : raw;
  raw.on('error', (error) => stream.destroy(error));
  for await (const chunk of stream) yield chunk as Uint8Array;
}

/** trace.txt or trace.txt.gz, whichever is there. */
function traceFile(folder: string, name: string): string {
  const plain = path.join(folder, name);
  if (existsSync(plain)) return plain;
  if (existsSync(`${plain}.gz`)) return `${plain}.gz`;
  throw new RecordingError(plain, 0, `${name} or ${name}.gz`, 'neither');
}

/** Reads a trace file, packed or not. */
export async function readTrace(
  file: string,
  memory: readonly FrameSpan[],
  cpus: number,
): Promise<KernelTrace> {
  const reader = new TraceReader(file, memory, cpus);
  try {
    for await (const chunk of readBytes(file)) reader.push(chunk);
  } catch (error) {
    if (error instanceof RecordingError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new RecordingError(file, 0, 'a readable trace', reason);
  }
  return reader.finish();
}

async function readLines(folder: string, name: string): Promise<string[]> {
  const plain = path.join(folder, name);
  const file = existsSync(plain) ? plain : `${plain}.gz`;
  if (!existsSync(file)) return [];
  const chunks: Uint8Array[] = [];
  for await (const chunk of readBytes(file)) chunks.push(chunk);
  return Buffer.concat(chunks)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
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
  const { pfn, order, count } = trace;
  for (let event = 0; event < count; event += 1) {
    const frame = pfn[event] ?? NO_FRAME;
    if (frame !== NO_FRAME) frames = Math.max(frames, frame + 2 ** (order[event] ?? 0));
  }
  return Math.ceil(frames / MEMORY_BLOCK_FRAMES) * MEMORY_BLOCK_FRAMES;
}

/** Reads a whole recording; RecordingError says what is wrong with it. */
export async function openCapture(folder: string): Promise<Capture> {
  const startFile = path.join(folder, 'pagestate.start');
  const endFile = path.join(folder, 'pagestate.end');
  const start = parsePageState(readText(folder, 'pagestate.start'), startFile);
  const end = parsePageState(readText(folder, 'pagestate.end'), endFile);
  const deviceLog = await readLines(folder, 'device.log');
  const zones = [...start.zones, ...end.zones].map((zone) => ({
    start: zone.startPfn,
    end: zone.startPfn + zone.spanned,
  }));
  // Memory that came and went again is in neither state.
  const plugged = memRequests(deviceLog)
    .filter((request) => request.kind === 'plug')
    .map(({ address, blocks }) => {
      const first = address / FRAME_BYTES;
      return { start: first, end: first + blocks * PAGEBLOCK_FRAMES };
    });
  return {
    folder,
    start,
    end,
    trace: await readTrace(traceFile(folder, 'trace.txt'), [...zones, ...plugged], cpusOf(start)),
    cmdline: readOptional(folder, 'cmdline').trim(),
    zoneinfo: {
      before: readOptional(folder, 'zoneinfo.before'),
      after: readOptional(folder, 'zoneinfo.after'),
    },
    deviceLog,
    hostLog: await readLines(folder, 'host.log'),
  };
}
