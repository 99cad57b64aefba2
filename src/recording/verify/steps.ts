// A recording step by step: what the kernel did with which frame, and which one the core would have taken there.

import { MIGRATETYPE_NAMES, US_PER_MS } from '../../core/index.ts';
import { FUNCTION, TEXT, expectInteger, expectName, expectShape } from '../../check/index.ts';
import { following } from '../error.ts';
import * as P from '../program/index.ts';
import {
  type Capture,
  ZONE_NAMES,
  expectCapture,
  recordedFrames,
  recordedSpan,
} from '../read/index.ts';
import type { VerifyMode, VerifyOptions } from './verify-capture.ts';

/** Steps in columns, for the playground's page. */
export interface RecordedSteps {
  /** Version of this form. */
  readonly schema: 1;
  /** The recording, and how its commands were made. */
  readonly name: string;
  /** Steps of the whole recording; the columns may have the first of them only. */
  readonly total: number;
  /** Names that the column `task` counts. */
  readonly tasks: readonly string[];
  /** Names that the column `kind` counts. */
  readonly kinds: readonly string[];
  /** Names that the column `type` counts: of migration. */
  readonly types: readonly string[];
  /** Names that the column `zone` counts. */
  readonly zones: readonly string[];
  /** Milliseconds since the first event. */
  readonly atMs: readonly number[];
  /** Whose it was. */
  readonly task: readonly number[];
  /** What was done. */
  readonly kind: readonly number[];
  /** Of the block. */
  readonly zone: readonly number[];
  /** Of the block. */
  readonly order: readonly number[];
  /** Of the block. */
  readonly type: readonly number[];
  /** The kernel's first frame; -1: none. */
  readonly frame: readonly number[];
  /** The core's; -1: none. */
  readonly predicted: readonly number[];
}

/** What the commands that move blocks are called. */
const KINDS: ReadonlyMap<number, string> = new Map([
  [P.OP_POP, 'allocation'],
  [P.OP_REQUEST, 'allocation'],
  [P.OP_REFILL, 'refill of a per-CPU list'],
  [P.OP_TAKE, 'taken from the buddy lists'],
  [P.OP_CAPTURE, 'captured by compaction'],
  [P.OP_DRAIN, 'drain of a per-CPU list'],
  [P.OP_FREE, 'free'],
  [P.OP_RELEASE, 'free'],
]);
const KIND_NAMES = [...new Set(KINDS.values())];
const NOT_PREDICTED = -1;

/** What was predicted otherwise, by command. */
function wrongOf({ mismatches }: P.RunLog): Map<number, number> {
  const wrong = new Map<number, number>();
  for (let at = 0; at < mismatches.length; at += 3) {
    const predicted = mismatches[at + 1] ?? P.NO_PREDICTION;
    wrong.set(mismatches[at] ?? 0, predicted === P.NO_PREDICTION ? NOT_PREDICTED : predicted);
  }
  return wrong;
}

function stepsOf(
  capture: Capture,
  mode: VerifyMode,
  most: number,
  port: P.CorePort,
): RecordedSteps {
  const { commands } = mode === 'guided' ? P.compileGuided(capture) : P.compileFreeRunning(capture);
  P.loadStart(port, capture);
  const wrong = wrongOf(P.runProgram(port, commands));
  const { trace } = capture;
  const startUs = trace.timeUs[recordedSpan(trace).first] ?? 0;
  const columns = {
    atMs: [] as number[],
    task: [] as number[],
    kind: [] as number[],
    zone: [] as number[],
    order: [] as number[],
    type: [] as number[],
    frame: [] as number[],
    predicted: [] as number[],
  };
  let total = 0;
  for (let at = 0; at < P.commandCount(commands); at += 1) {
    const kind = KINDS.get(P.opOf(commands, at));
    if (kind === undefined) continue;
    total += 1;
    if (total > most) continue;
    const event = P.eventOf(commands, at);
    const { zone, order, type } = P.shapeOf(commands, at);
    const frame = P.frameOf(commands, at);
    columns.atMs.push(((trace.timeUs[event] ?? startUs) - startUs) / US_PER_MS);
    columns.task.push(trace.task[event] ?? 0);
    columns.kind.push(KIND_NAMES.indexOf(kind));
    columns.zone.push(zone);
    columns.order.push(order);
    columns.type.push(type);
    columns.frame.push(frame);
    columns.predicted.push(wrong.get(at) ?? frame);
  }
  return {
    schema: 1,
    name: mode,
    total,
    tasks: trace.tasks.map(({ comm, pid }) => `${comm}-${pid}`),
    kinds: KIND_NAMES,
    types: MIGRATETYPE_NAMES,
    zones: ZONE_NAMES,
    ...columns,
  };
}

/** The first `most` steps of a recording with the core's prediction beside each (`guestmem verify --steps FILE`). Throws RecordingError. */
export function recordedSteps(
  capture: Capture,
  mode: VerifyMode,
  most: number,
  options: Pick<VerifyOptions, 'build' | 'onProgress'> = {},
): RecordedSteps {
  expectName('mode', mode, ['guided', 'free-running']);
  expectInteger('most', most, 1);
  expectShape('options', options, { 'build?': TEXT, 'onProgress?': FUNCTION });
  const { build = expectCapture(capture).kernel.build, onProgress } = options;
  const port = new P.CorePort(recordedFrames(capture), build);
  port.onCommands = onProgress;
  return following(capture, () => stepsOf(capture, mode, most, port));
}
