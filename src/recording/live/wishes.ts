// What the host wished during a recording, and when: sizes of virtio-mem by the host's log, targets of a balloon by the
// moment at which its driver began to answer.

import { FRAME_BYTES, GFP_BALLOON, NS_PER_S, US_PER_S } from '../../core/index.ts';
import * as P from '../program/index.ts';
import * as T from '../read/index.ts';
import {
  balloonLines,
  type Capture,
  type KernelTrace,
  memLines,
  memOffsetSeconds,
  memRegion,
  type MemLine,
  sizeWishes,
  timeOf,
} from '../read/index.ts';
import { type DriverStep, MESSAGE_PAGES, messagesOf, type MessageTime } from './messages.ts';
import type { Reached, RecordedRun } from './pace.ts';

export interface Wish {
  readonly kind: 'balloon' | 'size';
  readonly atUs: number;
  /** Of the balloon, or of what virtio-mem should have plugged, in frames. */
  readonly frames: number;
  /** How long the machine took for each message of a balloon's driver. */
  readonly messages: readonly MessageTime[];
  /** Of virtio-mem's, for each in the mean. */
  readonly messageUs: number;
  /** Pages that the driver had moved, and when since the wish. */
  readonly moves: RecordedRun;
}

/** A page that went into the balloon, or left it, and by whose hand; 0: the driver asked for one in vain. */
interface BalloonStep {
  readonly event: number;
  readonly pages: 1 | 0 | -1;
  readonly isDriver: boolean;
}

/** Whoever asks for a balloon's pages is its driver. Others move pages of it (no step), or are short of memory. */
function balloonSteps({ kind, gfp, order, pfn, task, count }: KernelTrace): BalloonStep[] {
  const steps: BalloonStep[] = [];
  const held = new Set<number>();
  const drivers = new Set<number>();
  for (let event = 0; event < count; event += 1) {
    const frame = pfn[event] ?? T.NO_FRAME;
    const by = task[event] ?? 0;
    if (kind[event] === T.EVENT_ALLOC) {
      if (gfp[event] !== GFP_BALLOON || order[event] !== 0) continue;
      drivers.add(by);
      steps.push({ event, pages: frame === T.NO_FRAME ? 0 : 1, isDriver: true });
      if (frame !== T.NO_FRAME) held.add(frame);
    } else if (kind[event] === T.EVENT_FREE && held.delete(frame)) {
      steps.push({ event, pages: -1, isDriver: drivers.has(by) });
    }
  }
  return steps;
}

/**
 * Whether the balloon gives pages to tasks that are short of memory (deflate-on-oom): one that is no driver took a message's worth
 * in a row. Compaction moves 32 pages at a time.
 */
export function deflatesOnOom({ trace }: Pick<Capture, 'trace'>): boolean {
  let run = 0;
  return balloonSteps(trace).some(({ isDriver }) => {
    run = isDriver ? 0 : run + 1;
    return run >= MESSAGE_PAGES;
  });
}

/** A target is there from the first step that the one before does not explain. */
function balloonWishes({ trace, deviceLog }: Capture): Wish[] {
  const targets = balloonLines(deviceLog).flatMap((line) =>
    line.kind === 'target' ? [line.pages] : [],
  );
  const found: { atUs: number; frames: number; steps: DriverStep[] }[] = [];
  let held = 0;
  let target = 0;
  for (const { event, pages, isDriver } of balloonSteps(trace)) {
    held += pages;
    if (!isDriver) continue;
    const atUs = timeOf(trace, event);
    if (pages === 0) {
      found.at(-1)?.steps.push({ pages: 0, us: atUs });
      continue;
    }
    const isExplained = pages > 0 ? held <= target : held >= target;
    const next = targets[found.length];
    const isNext = next !== undefined && (pages > 0 ? next >= held : next <= held);
    if (!isExplained && isNext) {
      found.push({ atUs, frames: next, steps: [] });
      target = next;
    }
    found.at(-1)?.steps.push({ pages: 1, us: atUs });
  }
  return found.map(({ atUs, frames, steps }) => {
    const messages = messagesOf(steps);
    return { kind: 'balloon', atUs, frames, messages, messageUs: 0, moves: [] };
  });
}

interface SizeWork {
  readonly atUs: number;
  readonly frames: number;
  readonly isPlug: boolean;
  /** When the driver isolated the range of which it moved its first page; what it tried before was in vain. */
  beganUs: number;
  untilUs: number;
  messages: number;
  /** Times are the recording's. */
  readonly moves: Reached[];
}

/** Messages with which the driver went from one size to the next, in order. */
function countMessages(works: SizeWork[], lines: readonly MemLine[], unitFrames: number): void {
  let next = 0;
  let plugged = 0;
  for (const work of works) {
    const kind = work.isPlug ? 'plug' : 'unplug';
    for (; lines[next]?.kind === kind && plugged !== work.frames; next += 1) {
      const { blocks = 0, response } = lines[next] as MemLine;
      if (response === 0) plugged += (work.isPlug ? blocks : -blocks) * unitFrames;
      work.messages += 1;
    }
  }
}

/** When the driver began, and how long it was at work: until memory came online, or left, for the last time. */
function timeWorks(works: SizeWork[], trace: KernelTrace, commands: Uint32Array): void {
  for (let at = 0; at < P.commandCount(commands); at += 1) {
    const op = P.opOf(commands, at);
    if (op !== P.OP_ONLINE && op !== P.OP_OFFLINE && op !== P.OP_ISOLATE) continue;
    const timeUs = timeOf(trace, P.eventOf(commands, at));
    const work = works.findLast(({ atUs }) => atUs <= timeUs);
    if (work === undefined) continue;
    if (op === P.OP_ISOLATE) {
      if (work.moves.length > 0 && work.beganUs === work.atUs) work.beganUs = timeUs;
    } else if (work.isPlug === (op === P.OP_ONLINE)) work.untilUs = timeUs;
  }
}

function countMoves(works: SizeWork[], trace: KernelTrace): void {
  const { kind, extra, pfn, count } = trace;
  for (let event = 0; event < count; event += 1) {
    if (kind[event] !== T.EVENT_MIGRATE || extra[event] !== T.MIGRATE_REASON_CONTIG_RANGE) continue;
    const us = timeOf(trace, event);
    const work = works.findLast(({ atUs }) => atUs <= us);
    const moved = pfn[event] ?? 0;
    if (work === undefined || moved === 0) continue;
    work.moves.push({ pages: (work.moves.at(-1)?.pages ?? 0) + moved, us });
  }
}

/** `commands`: they show when memory came online and left. */
function memWishes(capture: Capture, commands: Uint32Array): Wish[] {
  const { trace, hostLog, deviceLog } = capture;
  const sizes = sizeWishes(hostLog);
  const offset = memOffsetSeconds(trace, sizes);
  const works = sizes.map(({ atSeconds, bytes }, index) => {
    const atUs = (atSeconds + offset) * US_PER_S;
    const isPlug = bytes > (sizes[index - 1]?.bytes ?? 0);
    const frames = bytes / FRAME_BYTES;
    return { atUs, frames, isPlug, beganUs: atUs, untilUs: atUs, messages: 0, moves: [] };
  });
  countMessages(works, memLines(deviceLog), memRegion(capture).blockBytes / FRAME_BYTES);
  countMoves(works, trace);
  timeWorks(works, trace, commands);
  return works.map(({ beganUs, frames, untilUs, messages, moves }) => {
    // where pages move, that is what takes the time
    const isByMoves = messages === 0 || moves.length > 0;
    return {
      kind: 'size',
      atUs: beganUs,
      frames,
      messages: [],
      messageUs: isByMoves ? 0 : (untilUs - beganUs) / messages,
      moves: moves.map(({ pages, us }) => ({ pages, us: us - beganUs })),
    };
  });
}

/** The host's wishes in the order in which they came. */
export function wishesOf(capture: Capture, commands: Uint32Array): Wish[] {
  const wishes = [...balloonWishes(capture), ...memWishes(capture, commands)];
  return wishes.toSorted((a, b) => a.atUs - b.atUs);
}

/** The recording's time as the emulated guest's clock has it. */
export function nsOf(us: number): number {
  return us * (NS_PER_S / US_PER_S);
}
