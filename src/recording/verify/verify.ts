// Runs a compiled recording on an allocator and says how often it was right: each allocation, each
// refill, each drain, and every list in order at the end.

import * as P from '../program/index.ts';
import type { AllocatorPort, FreeProgram, GuidedProgram, RunLog } from '../program/index.ts';
import {
  type AllocatorState,
  type Capture,
  EVENT_NAMES,
  MIGRATETYPE_COUNT,
  ORDER_COUNT,
  PCP_LIST_COUNT,
} from '../read/index.ts';

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

/** A list that is not as in the recording's end state. */
export interface ListDifference {
  readonly zone: string;
  /** 'free' order and type, or 'pcp' list index. */
  readonly list: string;
  /** First place where they differ. */
  readonly at: number;
  readonly expectedCount: number;
  readonly foundCount: number;
}

export interface VerifyResult {
  readonly events: number;
  readonly alloc: Score;
  readonly refill: Score;
  readonly drain: Score;
  /** Frees of blocks that the allocator believed free. */
  readonly freedTwice: number;
  readonly bulk: number;
  readonly finalLists: { readonly identical: number; readonly total: number };
  readonly listDifferences: readonly ListDifference[];
  readonly divergences: readonly Divergence[];
}

const CHUNK_COMMANDS = 65536;

/** Executes a whole program; the log keeps all of it. */
export function runProgram(port: AllocatorPort, commands: Uint32Array): RunLog {
  const log: RunLog = { mismatches: [], refills: [], drains: [] };
  const count = commands.length / P.COMMAND_WORDS;
  for (let first = 0; first < count; first += CHUNK_COMMANDS) {
    port.run(commands, first, Math.min(count, first + CHUNK_COMMANDS), log);
  }
  return log;
}

function compareList(
  zone: string,
  list: string,
  expected: Uint32Array,
  found: Uint32Array,
): ListDifference | undefined {
  const shorter = Math.min(expected.length, found.length);
  let at = 0;
  while (at < shorter && expected[at] === found[at]) at += 1;
  if (at === shorter && expected.length === found.length) return undefined;
  return { zone, list, at, expectedCount: expected.length, foundCount: found.length };
}

const NONE = new Uint32Array(0);

/** Compares every list that is not empty on both sides, in order. */
export function compareLists(
  expected: AllocatorState,
  found: AllocatorState,
): { total: number; differences: ListDifference[] } {
  const differences: ListDifference[] = [];
  let total = 0;
  const compare = (zone: string, list: string, a: Uint32Array, b: Uint32Array): void => {
    if (a.length === 0 && b.length === 0) return;
    total += 1;
    const difference = compareList(zone, list, a, b);
    if (difference !== undefined) differences.push(difference);
  };
  const names = new Set([...expected.zones, ...found.zones].map((zone) => zone.name));
  for (const name of names) {
    const a = expected.zones.find((zone) => zone.name === name);
    const b = found.zones.find((zone) => zone.name === name);
    for (let i = 0; i < ORDER_COUNT * MIGRATETYPE_COUNT; i += 1) {
      const label = `free ${Math.floor(i / MIGRATETYPE_COUNT)} ${i % MIGRATETYPE_COUNT}`;
      compare(name, label, a?.free[i] ?? NONE, b?.free[i] ?? NONE);
    }
    const cpus = Math.max(a?.pcps.length ?? 0, b?.pcps.length ?? 0);
    for (let i = 0; i < cpus * PCP_LIST_COUNT; i += 1) {
      const cpu = Math.floor(i / PCP_LIST_COUNT);
      const list = i % PCP_LIST_COUNT;
      const ours = a?.pcps[cpu]?.lists[list] ?? NONE;
      compare(name, `cpu ${cpu} pcp ${list}`, ours, b?.pcps[cpu]?.lists[list] ?? NONE);
    }
  }
  return { total, differences };
}

/** Reads one wrong prediction out of the log. */
export function divergenceAt(
  capture: Capture,
  commands: Uint32Array,
  mismatches: readonly number[],
  at: number,
): Divergence {
  const command = (mismatches[at] ?? 0) * P.COMMAND_WORDS;
  const word = commands[command] ?? 0;
  const event = commands[command + 3] ?? 0;
  const { trace } = capture;
  const task = trace.tasks[trace.task[event] ?? 0];
  return {
    command: mismatches[at] ?? 0,
    event,
    line: trace.line[event] ?? 0,
    kind: EVENT_NAMES[trace.kind[event] ?? 0] ?? '',
    timeUs: trace.timeUs[event] ?? 0,
    task: task === undefined ? '' : `${task.comm}-${task.pid}`,
    zone: (word >> 16) & 0xff,
    order: (word >> 8) & 0xf,
    type: (word >> 12) & 0xf,
    expected: commands[command + 1] ?? 0,
    predicted: mismatches[at + 1] ?? 0,
    resync: mismatches[at + 2] ?? 0,
  };
}

interface GuidedTally {
  alloc: Score;
  refill: Score;
  drain: Score;
  freedTwice: number;
}

function tallyGuided(program: GuidedProgram, wrong: ReadonlySet<number>): GuidedTally {
  const alloc = { exact: 0, total: 0 };
  const refill = { exact: 0, total: 0 };
  const drain = { exact: 0, total: 0 };
  let freedTwice = 0;
  const add = (score: Score, command: number): void => {
    score.total += 1;
    if (!wrong.has(command)) score.exact += 1;
  };
  const count = program.commands.length / P.COMMAND_WORDS;
  for (let i = 0; i < count; i += 1) {
    const op = (program.commands[i * P.COMMAND_WORDS] ?? 0) & 0xff;
    if (op === P.OP_POP) add(alloc, i);
    else if (op === P.OP_REFILL || op === P.OP_TAKE) add(refill, i);
    else if (op === P.OP_DRAIN) add(drain, i);
    else if (op === P.OP_FREE && wrong.has(i)) freedTwice += 1;
  }
  for (let i = 1; i < program.confirmed.length; i += 2) add(alloc, program.confirmed[i] ?? 0);
  return { alloc, refill, drain, freedTwice };
}

/** Verifies an allocator against a recording in guided mode. */
export function verifyGuided(
  capture: Capture,
  program: GuidedProgram,
  port: AllocatorPort,
): VerifyResult {
  port.load(capture.start);
  const { mismatches } = runProgram(port, program.commands);
  const wrong = new Set<number>();
  const divergences: Divergence[] = [];
  for (let i = 0; i < mismatches.length; i += 3) {
    wrong.add(mismatches[i] ?? 0);
    divergences.push(divergenceAt(capture, program.commands, mismatches, i));
  }
  const { total, differences } = compareLists(capture.end, port.save(capture.end.label));
  return {
    events: capture.trace.count,
    ...tallyGuided(program, wrong),
    bulk: program.bulkPages,
    finalLists: { identical: total - differences.length, total },
    listDifferences: differences,
    divergences,
  };
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
  const score = { exact: 0, total: expected.length / 2 };
  const used = new Map<number, number>();
  for (let i = 0; i < expected.length; i += 2) {
    const command = expected[i + 1] ?? 0;
    const at = used.get(command) ?? 0;
    used.set(command, at + 1);
    const frame = capture.trace.pfn[expected[i] ?? 0];
    if (byCommand.get(command)?.[at] === frame) score.exact += 1;
  }
  return score;
}

/** Verifies an allocator that decides refills and drains by itself. */
export function verifyFreeRunning(
  capture: Capture,
  program: FreeProgram,
  port: AllocatorPort,
): VerifyResult {
  port.load(capture.start);
  const { mismatches, refills, drains } = runProgram(port, program.commands);
  const wrong = new Set<number>();
  const divergences: Divergence[] = [];
  for (let i = 0; i < mismatches.length; i += 3) {
    wrong.add(mismatches[i] ?? 0);
    divergences.push(divergenceAt(capture, program.commands, mismatches, i));
  }
  const alloc = { exact: 0, total: 0 };
  let freedTwice = 0;
  for (let i = 0; i < program.commands.length / P.COMMAND_WORDS; i += 1) {
    const op = (program.commands[i * P.COMMAND_WORDS] ?? 0) & 0xff;
    if (op === P.OP_RELEASE && wrong.has(i)) freedTwice += 1;
    if (op !== P.OP_REQUEST && op !== P.OP_TAKE && op !== P.OP_CAPTURE) continue;
    alloc.total += 1;
    if (!wrong.has(i)) alloc.exact += 1;
  }
  const { total, differences } = compareLists(capture.end, port.save(capture.end.label));
  return {
    events: capture.trace.count,
    alloc,
    refill: scoreMoves(capture, program.refills, refills),
    drain: scoreMoves(capture, program.drains, drains),
    freedTwice,
    bulk: program.bulkPages,
    finalLists: { identical: total - differences.length, total },
    listDifferences: differences,
    divergences,
  };
}
