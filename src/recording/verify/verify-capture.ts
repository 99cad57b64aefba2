// One recording through the Wasm core, from an opened capture to a verdict.

import path from 'node:path';
import { FUNCTION, TEXT, expectShape } from '../../check/index.ts';
import { type CoreBuild, MS_PER_S } from '../../core/index.ts';
import { RecordingError, following, followingFile } from '../error.ts';
import {
  compileFreeRunning,
  compileGuided,
  CorePort,
  loadStart,
  runProgram,
} from '../program/index.ts';
import { type Capture, expectCapture, recordedFrames } from '../read/index.ts';
import { type DecidedByRule, decidedByRule } from './by-rule.ts';
import { type DeviceResult, verifyDevice } from './device.ts';
import { explainDivergence } from './explain.ts';
import { verifyFreeRunning, verifyGuided, type VerifyResult } from './verify.ts';

/** guided: the trace says when lists refill and drain. free-running: the core decides that too. */
export type VerifyMode = 'guided' | 'free-running';

/** A verdict with what is needed to print it. */
export interface VerifyRun {
  /** What the trace decided, and what the core. */
  readonly mode: VerifyMode;
  /** Predictions counted by kind, and the first that was wrong. */
  readonly result: VerifyResult;
  /** Our drivers against what Linux's wrote to the device; undefined when the recording has none. */
  readonly device: DeviceResult | undefined;
  /** What no event showed, and rules decided. */
  readonly byRule: DecidedByRule;
  /** Trace events per second spent in the core; reading of text and compiling not counted. 0: not metered. */
  readonly eventsPerSecond: number;
  /** Everything predicted is the kernel's and every final list is identical. */
  readonly isExact: boolean;
  /** The first divergence in words, if there is one. */
  readonly explanation: string | undefined;
}

function isExact(result: VerifyResult, device: DeviceResult | undefined): boolean {
  const scores = [result.alloc, result.refill, result.drain, result.places];
  if (device !== undefined) scores.push(device.pages, device.requests);
  const full = scores.every((score) => score.exact === score.total);
  const { identical, total } = result.finalLists;
  return full && identical === total && result.divergences.length === 0;
}

/** A replay in the core this short says more about the compiler's warm-up than about the core. */
const METERED_MS_LEAST = 100;
const METERED_REPLAYS_MOST = 12;

/** Events per second in the core: a short recording is replayed until the core is warm, and the quickest replay counts. */
function meterEvents(
  capture: Capture,
  commands: Uint32Array,
  makePort: () => CorePort,
  firstMs: number,
): number {
  let best = firstMs;
  let total = firstMs;
  for (let i = 1; total < METERED_MS_LEAST && i < METERED_REPLAYS_MOST; i += 1) {
    const port = makePort();
    loadStart(port, capture);
    runProgram(port, commands);
    best = Math.min(best, port.coreMs);
    total += port.coreMs;
  }
  return Math.round((MS_PER_S * capture.trace.count) / best);
}

export interface VerifyOptions {
  readonly build?: CoreBuild;
  /** Milliseconds; without one, events per second are not metered. */
  readonly clock?: () => number;
  /** Hears now and then how many commands of how many the core has done. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Compiles a recording and runs it; the drivers' checks go on from the same guided run. */
function runMode(
  capture: Capture,
  mode: VerifyMode,
  port: CorePort,
): Pick<VerifyRun, 'result' | 'device' | 'byRule'> & { readonly commands: Uint32Array } {
  if (mode === 'free-running') {
    const program = compileFreeRunning(capture);
    const result = verifyFreeRunning(capture, program, port);
    const device = followingFile(capture, 'device.log', () => verifyDevice(capture));
    const byRule = decidedByRule(capture, program);
    return { result, device, byRule, commands: program.commands };
  }
  const program = compileGuided(capture);
  const result = verifyGuided(capture, program, port);
  const guidedRun = { program, divergences: result.divergences };
  const device = followingFile(capture, 'device.log', () => verifyDevice(capture, guidedRun));
  const byRule = decidedByRule(capture, program);
  return { result, device, byRule, commands: program.commands };
}

/** Replays a recording through the core and says how often it was right. Throws RecordingError. */
export function verifyCapture(
  capture: Capture,
  mode: VerifyMode,
  options: VerifyOptions = {},
): VerifyRun {
  if (expectCapture(capture).importedFrom !== undefined) {
    const file = path.join(capture.folder, 'import.json');
    const found = `page events of ${capture.importedFrom}: guestmem pages and profile read them`;
    throw new RecordingError(file, 0, "a recording with its allocator's state", found);
  }
  expectShape('options', options, { 'build?': TEXT, 'clock?': FUNCTION, 'onProgress?': FUNCTION });
  return following(capture, () => runVerify(capture, mode, options));
}

function runVerify(
  capture: Capture,
  mode: VerifyMode,
  { build = capture.kernel.build, clock, onProgress }: VerifyOptions,
): VerifyRun {
  const frames = recordedFrames(capture);
  const makePort = (): CorePort => new CorePort(frames, build, clock);
  const port = makePort();
  port.onCommands = onProgress;
  const { result, device, byRule, commands } = runMode(capture, mode, port);
  const [first] = result.divergences;
  return {
    mode,
    result,
    device,
    byRule,
    eventsPerSecond: port.coreMs > 0 ? meterEvents(capture, commands, makePort, port.coreMs) : 0,
    isExact: isExact(result, device),
    explanation:
      first === undefined
        ? undefined
        : explainDivergence(capture, commands, first, new CorePort(frames, build)),
  };
}
