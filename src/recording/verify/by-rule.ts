// What a recording without a second trace does not say, and rules decided: how often, by kind (docs/recordings.md).

import * as P from '../program/index.ts';
import { drainTurns, tellClock } from '../program/index.ts';
import { type Capture, recordedSpan } from '../read/index.ts';

/** Decisions that no event of a recording shows; 0 where a second trace does. */
export interface DecidedByRule {
  /** Turns of the vmstat worker that left no event. */
  readonly vmstatTurns: number;
  /** 1: nor do the others tell by which of four clocks they come. */
  readonly vmstatClocks: number;
  /** Ends of kswapd's runs. */
  readonly kswapdEnds: number;
  /** Whose per-cpu lists somebody emptied. */
  readonly emptiedLists: number;
  /** Ranges of contiguous attempts. */
  readonly contigRanges: number;
  /** Runs of compaction whose places our own scanner searched for. */
  readonly compactionRuns: number;
  /** Requests that were served before their events, as the lists show; with a second trace too. */
  readonly lateRequests: number;
}

/** Commands that stand for one kind of decision; turns come in one command a zone, which one event has. */
function eventsOf(commands: Uint32Array, op: number, mayCount: (at: number) => boolean): number {
  const events = new Set<number>();
  for (let at = 0; at < P.commandCount(commands); at += 1) {
    if (P.opOf(commands, at) === op && mayCount(at)) events.add(P.eventOf(commands, at));
  }
  return events.size;
}

export function decidedByRule(
  { trace, extra }: Capture,
  { commands, lateRequests }: { readonly commands: Uint32Array; readonly lateRequests: number },
): DecidedByRule {
  const count = (op: number, mayCount: (at: number) => boolean = () => true): number =>
    extra.isThere ? 0 : eventsOf(commands, op, mayCount);
  const isSilent = (at: number): boolean => !P.isVmstatDrain(trace, P.eventOf(commands, at));
  const vmstatTurns = count(P.OP_DECAY, isSilent);
  const isOpen = vmstatTurns > 0 && !tellClock(drainTurns(trace, recordedSpan(trace)));
  return {
    vmstatTurns,
    vmstatClocks: isOpen ? 1 : 0,
    kswapdEnds: count(P.OP_RECLAIM, (at) => P.operandOf(commands, at) === 0),
    emptiedLists: count(P.OP_DRAIN_ALL),
    contigRanges: count(P.OP_ISOLATE),
    compactionRuns: count(P.OP_SCAN_BEGIN),
    lateRequests,
  };
}

const WORDS: Readonly<Record<keyof DecidedByRule, string>> = {
  vmstatTurns: 'turns of the vmstat worker',
  vmstatClocks: 'of four clocks for them',
  kswapdEnds: 'ends of kswapd runs',
  emptiedLists: 'emptied lists',
  contigRanges: 'ranges of contiguous attempts',
  compactionRuns: 'runs of compaction',
  lateRequests: 'requests before their events',
};

/** The same in words, one line; '' when the trace said all. */
export function ruledText(ruled: DecidedByRule): string {
  const parts = (Object.keys(WORDS) as (keyof DecidedByRule)[])
    .filter((kind) => ruled[kind] > 0)
    .map((kind) => `${ruled[kind]} ${WORDS[kind]}`);
  return parts.length === 0 ? '' : `by rule: ${parts.join(', ')}\n`;
}
