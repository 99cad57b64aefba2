// Lines of `trace-cmd report`, of tracefs itself and of `perf script`, in one form.
//   trace-cmd   bash-1234  [002] d..1.  12.345678: mm_page_free:   page=0x1cf83d pfn=0x1cf83d order=0      (older: no flags)
//   tracefs     bash-1234    (   1234) [002] d..1.  12.345678: mm_page_free: page=… pfn=0x1cf83d order=0   (with or without the group)
//   perf        bash  1234 [002]  12.345678:   kmem:mm_page_free: page=0x1cf83d pfn=0x1cf83d order=0       (older: pfn=1898557)

import { US_PER_S } from '../../core/index.ts';

/** Where a text comes from. */
export type Tool = 'trace-cmd' | 'perf';

export interface EventLine {
  readonly tool: Tool;
  readonly comm: string;
  readonly pid: number;
  readonly cpu: number;
  /** Irqs off, need resched, interrupt, preemption depth, migration; dots where the text has none. */
  readonly flags: string;
  readonly timeUs: number;
  /** Without its system. */
  readonly event: string;
  readonly fields: string;
}

const NO_FLAGS = '.....';
/** A task's name has 15 bytes, and may have spaces and dashes. */
const COMM = String.raw`^\s*(\S.{0,15}?)`;
const CPU = String.raw`\[(\d+)\]\s+`;
const TIME = String.raw`(\d+)\.(\d{6})\d*:\s+`;
const FLAGS = String.raw`(?:([.a-zA-Z\d]{4,6})\s+)?`;
const EVENT = String.raw`([\w-]+):\s*(.*)$`;
const TRACE_CMD = new RegExp(
  String.raw`${COMM}-(\d+)\s+(?:\(\s*[\d-]+\)\s+)?${CPU}${FLAGS}${TIME}${EVENT}`,
);
const PERF = new RegExp(
  String.raw`${COMM}\s+(?:\d+\/)?(\d+)\s+${CPU}${TIME}(?:\d+\s+)?[\w-]+:${EVENT}`,
);

function timeOf(seconds: string | undefined, micros: string | undefined): number {
  return Number(seconds) * US_PER_S + Number(micros);
}

/** Undefined: a line that neither tool writes for an event. */
export function eventLine(text: string): EventLine | undefined {
  const perf = PERF.exec(text);
  if (perf !== null) {
    const [, comm = '', pid, cpu, seconds, micros, event = '', fields = ''] = perf;
    const timeUs = timeOf(seconds, micros);
    const task = { comm, pid: Number(pid), cpu: Number(cpu), flags: NO_FLAGS };
    return { tool: 'perf', ...task, timeUs, event, fields };
  }
  const found = TRACE_CMD.exec(text);
  if (found === null) return undefined;
  const [, comm = '', pid, cpu, flags = '', seconds, micros, event = '', fields = ''] = found;
  const timeUs = timeOf(seconds, micros);
  const task = { comm, pid: Number(pid), cpu: Number(cpu) };
  const padded = flags.padEnd(NO_FLAGS.length, '.').slice(0, NO_FLAGS.length);
  return { tool: 'trace-cmd', ...task, flags: padded, timeUs, event, fields };
}

/** `CPU:7 [204600 EVENTS DROPPED]`, `CPU:0 [LOST 12 EVENTS]`, `… PERF_RECORD_LOST lost 45228`, and perf's own warning. */
export function saysLost(text: string): boolean {
  return /^CPU:\d+ \[|PERF_RECORD_LOST|^Processed \d+ (?:samples|events) and lost /.test(text);
}

/** What stands between events: headers, comments, call chains. */
export function isBetween(text: string): boolean {
  return /^\s*$|^#|^version = |^cpus=\d+$|^\s+[\da-f]{6,16} \S/.test(text);
}

/** The value behind a key; undefined: the line does not have it. */
export function fieldOf(fields: string, key: string): string | undefined {
  return new RegExp(String.raw`(?:^|\s)${key}=(\S+)`).exec(fields)?.[1];
}
