// A recording through the core with a look at memory now and then: the map over the recording's own time.

import { KIND_MOVABLE, US_PER_MS, ZONE_NAMES } from '../../core/index.ts';
import { type MapInstant, type MapReel, USE_KERNEL, USE_MOVABLE, mapOf } from '../../map/index.ts';
import { following } from '../error.ts';
import * as P from '../program/index.ts';
import { type Capture, recordedFrames, recordedSpan } from '../read/index.ts';
import { recordedSource } from '../source.ts';
import type { VerifyMode, VerifyOptions } from './verify-capture.ts';

type ReelOptions = Pick<VerifyOptions, 'build' | 'onProgress'>;

/** Commands [from, to) that come before an event. */
function commandsBefore(commands: Uint32Array, from: number, event: number): number {
  const count = P.commandCount(commands);
  let at = from;
  while (at < count && P.eventOf(commands, at) < event) at += 1;
  return at;
}

function runReel(
  capture: Capture,
  mode: VerifyMode,
  moments: number,
  { build = capture.kernel.build, onProgress }: ReelOptions,
): MapInstant[] {
  const program = mode === 'guided' ? P.compileGuided(capture) : P.compileFreeRunning(capture);
  const { commands } = program;
  const port = new P.CorePort(recordedFrames(capture), build);
  const all = P.commandCount(commands);
  port.onCommands = (at) => onProgress?.(at, all);
  P.loadStart(port, capture);
  const { timeUs } = capture.trace;
  const { first, end } = recordedSpan(capture.trace);
  const startUs = timeUs[first] ?? 0;
  const spanUs = (timeUs[Math.max(first, end - 1)] ?? 0) - startUs;
  const log = P.emptyLog();
  const source = (): ReturnType<typeof recordedSource> =>
    recordedSource(port.core, (kind) => (kind === KIND_MOVABLE ? USE_MOVABLE : USE_KERNEL));
  const instants: MapInstant[] = [{ atMs: 0, map: mapOf(source()) }];
  let done = 0;
  let event = first;
  for (let moment = 1; moment < moments; moment += 1) {
    const elapsedUs = (spanUs * moment) / (moments - 1);
    while (event < end && (timeUs[event] ?? 0) < startUs + elapsedUs) event += 1;
    const isLast = moment === moments - 1;
    const to = isLast ? all : commandsBefore(commands, done, event);
    port.run(commands, done, to, log);
    done = to;
    instants.push({ atMs: elapsedUs / US_PER_MS, map: mapOf(source()) });
  }
  return instants;
}

/** So many maps evenly over the recording, 2 or more: the first before it, the last at its end. Throws RecordingError. */
export function verifyReel(
  capture: Capture,
  mode: VerifyMode,
  moments: number,
  options: ReelOptions = {},
): MapReel {
  const instants = following(capture, () => runReel(capture, mode, moments, options));
  return { name: mode, zones: ZONE_NAMES, owners: [], instants };
}
