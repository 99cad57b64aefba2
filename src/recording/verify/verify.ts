// Runs a compiled recording on an allocator and says how often it was right: each allocation, each
// refill, each drain, and every list in order at the end.

import { following } from '../error.ts';
import * as P from '../program/index.ts';
import type { AllocatorPort, FreeProgram, GuidedProgram, RunLog } from '../program/index.ts';
import { type Capture, EVENT_NAMES } from '../read/index.ts';
import { compareLists, type ListDifference } from './lists.ts';

export interface Score {
  exact: number;
  total: number;
}

/** One wrong prediction, with what is needed to look it up. */
export interface Divergence {
  /** Number in the compiled program. */
  readonly command: number;
  readonly event: number;
  readonly line: number;
  readonly kind: string;
  readonly timeUs: number;
  readonly task: string;
  readonly zone: number;
  readonly order: number;
  readonly type: number;
  readonly expected: number;
  /** Predicted frame, NO_PREDICTION if the allocator had none. */
  readonly predicted: number;
  /** RESYNC_*: where the kernel's block was. */
  readonly resync: number;
}

export interface VerifyResult {
  readonly events: number;
  readonly alloc: Score;
  readonly refill: Score;
  readonly drain: Score;
  /** Blocks that compaction took as places for pages, where probes show them, and whether our free scanner took them too. */
  readonly places: Score;
  /** Frees of blocks that the allocator believed free. */
  readonly freedTwice: number;
  readonly bulk: number;
  readonly finalLists: { readonly identical: number; readonly total: number };
  readonly listDifferences: readonly ListDifference[];
  readonly divergences: readonly Divergence[];
}

/** Reads one wrong prediction out of the log. */
function divergenceAt(
  capture: Capture,
  commands: Uint32Array,
  mismatches: readonly number[],
  at: number,
): Divergence {
  const command = mismatches[at] ?? 0;
  const event = P.eventOf(commands, command);
  const { zone, order, type } = P.shapeOf(commands, command);
  const { trace } = capture;
  const task = trace.tasks[trace.task[event] ?? 0];
  return {
    command,
    event,
    line: trace.line[event] ?? 0,
    kind: EVENT_NAMES[trace.kind[event] ?? 0] ?? '',
    timeUs: trace.timeUs[event] ?? 0,
    task: task === undefined ? '' : `${task.comm}-${task.pid}`,
    zone,
    order,
    type,
    expected: P.frameOf(commands, command),
    predicted: mismatches[at + 1] ?? 0,
    resync: mismatches[at + 2] ?? 0,
  };
}

/** A program that was run: what it logged, and what it left. */
interface Run extends RunLog {
  /** Commands with a wrong prediction. */
  readonly wrong: ReadonlySet<number>;
  readonly common: Pick<
    VerifyResult,
    'events' | 'finalLists' | 'listDifferences' | 'divergences' | 'bulk' | 'places'
  >;
}

function noScore(): Score {
  return { exact: 0, total: 0 };
}

function scorePlaces(commands: Uint32Array, wrong: readonly number[]): Score {
  let total = 0;
  for (let at = 0; at < P.commandCount(commands); at += 1) {
    if (P.opOf(commands, at) === P.OP_SCAN_HOLD) total += 1;
  }
  return { exact: total - wrong.length, total };
}

function runRecording(
  capture: Capture,
  { commands, bulkPages }: GuidedProgram | FreeProgram,
  port: AllocatorPort,
): Run {
  P.loadStart(port, capture);
  const log = following(capture, () => P.runProgram(port, commands));
  const divergences: Divergence[] = [];
  for (let at = 0; at < log.mismatches.length; at += 3) {
    divergences.push(divergenceAt(capture, commands, log.mismatches, at));
  }
  const { total, differences } = compareLists(capture.end, port.save(capture.end.label));
  return {
    ...log,
    wrong: new Set(divergences.map(({ command }) => command)),
    common: {
      events: capture.trace.count,
      bulk: bulkPages,
      places: scorePlaces(commands, log.places),
      finalLists: { identical: total - differences.length, total },
      listDifferences: differences,
      divergences,
    },
  };
}

function addTo(score: Score, isExact: boolean): void {
  score.total += 1;
  if (isExact) score.exact += 1;
}

/** Verifies an allocator against a recording in guided mode. */
export function verifyGuided(
  capture: Capture,
  program: GuidedProgram,
  port: AllocatorPort,
): VerifyResult {
  const { wrong, common } = runRecording(capture, program, port);
  const { commands, confirmed } = program;
  const [alloc, refill, drain] = [noScore(), noScore(), noScore()];
  let freedTwice = 0;
  for (let at = 0; at < P.commandCount(commands); at += 1) {
    const op = P.opOf(commands, at);
    const isExact = !wrong.has(at);
    if (op === P.OP_POP) addTo(alloc, isExact);
    else if (op === P.OP_REFILL || op === P.OP_TAKE) addTo(refill, isExact);
    else if (op === P.OP_DRAIN) addTo(drain, isExact);
    else if (op === P.OP_FREE && !isExact) freedTwice += 1;
  }
  for (let i = 1; i < confirmed.length; i += 2) addTo(alloc, !wrong.has(confirmed[i] ?? 0));
  return { ...common, alloc, refill, drain, freedTwice };
}

/** Compares, request by request, the blocks a per-cpu list took (or gave back) with the kernel's. */
function scoreMoves(capture: Capture, expected: Uint32Array, log: readonly number[]): Score {
  const byCommand = new Map<number, number[]>();
  for (let i = 0; i < log.length; i += 2) {
    const command = log[i] ?? 0;
    const moves = byCommand.get(command);
    if (moves === undefined) byCommand.set(command, [log[i + 1] ?? 0]);
    else moves.push(log[i + 1] ?? 0);
  }
  const score = noScore();
  const used = new Map<number, number>();
  for (let i = 0; i < expected.length; i += 2) {
    const command = expected[i + 1] ?? 0;
    const at = used.get(command) ?? 0;
    used.set(command, at + 1);
    const frame = capture.trace.pfn[expected[i] ?? 0];
    addTo(score, byCommand.get(command)?.[at] === frame);
  }
  return score;
}

/** Verifies an allocator that decides refills and drains by itself. */
export function verifyFreeRunning(
  capture: Capture,
  program: FreeProgram,
  port: AllocatorPort,
): VerifyResult {
  const { wrong, common, ...log } = runRecording(capture, program, port);
  const { commands } = program;
  const alloc = noScore();
  let freedTwice = 0;
  for (let at = 0; at < P.commandCount(commands); at += 1) {
    const op = P.opOf(commands, at);
    const isExact = !wrong.has(at);
    if (op === P.OP_RELEASE && !isExact) freedTwice += 1;
    if (op === P.OP_REQUEST || op === P.OP_TAKE || op === P.OP_CAPTURE) addTo(alloc, isExact);
  }
  const refill = scoreMoves(capture, program.refills, log.refills);
  const drain = scoreMoves(capture, program.drains, log.drains);
  return { ...common, alloc, refill, drain, freedTwice };
}
