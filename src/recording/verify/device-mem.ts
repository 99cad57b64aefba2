// Our virtio-mem driver against the recorded one. The host's wishes come from host.log; our driver
// and our device make requests of them, which must be the recorded ones. Whether a range can be
// emptied is the allocator's answer: it has followed the recorded page events up to the attempt.
// What is told rather than derived: docs/recordings-device.md.

import {
  type Core,
  FRAME_BYTES,
  KIND_FREE,
  KIND_HOLE,
  KIND_ISOLATED,
  KIND_MOVABLE,
  KIND_OFFLINE,
  KIND_PCP,
  KIND_TAIL,
  MEMORY_BLOCK_BYTES,
  MEMORY_BLOCK_FRAMES,
  NS_PER_S,
  PAGEBLOCK_BYTES,
  US_PER_S,
} from '../../core/index.ts';
import { mayBeMovable } from '../../guest/index.ts';
import {
  type AddResult,
  connect,
  type FakeOfflineResult,
  MEM_PROFILES,
  MemDevice,
  MemDriver,
  type MemGuest,
  type MemZone,
  type RemoveResult,
  VirtioDevice,
} from '../../virtio/index.ts';
import * as P from '../program/index.ts';
import type { CorePort, GuidedProgram } from '../program/index.ts';
import { Clock } from '../../time/index.ts';
import * as T from '../read/index.ts';
import {
  type Capture,
  type FrameSpan,
  type KernelTrace,
  type MemLine,
  memLines,
  memOffsetSeconds,
  memRegion,
  onlineRule,
  type OnlineRule,
  type SizeWish,
  sizeWishes,
} from '../read/index.ts';
import { driverMemory } from './driver-memory.ts';
import type { Score } from './verify.ts';

/** Follows the recorded page events with the allocator, as far as it is asked to. */
class Follower {
  readonly trace: KernelTrace;
  readonly #port: CorePort;
  readonly #commands: Uint32Array;
  #done = 0;

  constructor(capture: Capture, program: GuidedProgram, port: CorePort) {
    this.trace = capture.trace;
    this.#port = port;
    this.#commands = program.commands;
    P.loadStart(port, capture);
  }

  get core(): Core {
    return this.#port.core;
  }

  /** Runs everything that happened before an event. */
  runTo(event: number): void {
    const count = this.#commands.length / P.COMMAND_WORDS;
    let end = this.#done;
    while (end < count && (this.#commands[end * P.COMMAND_WORDS + 3] ?? 0) < event) end += 1;
    if (end === this.#done) return;
    this.#port.run(this.#commands, this.#done, end, P.emptyLog());
    this.#done = end;
  }
}

/** What of a range is in use. */
interface RangeUse {
  readonly movable: number;
  readonly isPinned: boolean;
  /** One past the last frame in use. */
  readonly end: number;
}

function useOf(core: Core, { start, end: stop }: FrameSpan): RangeUse {
  let movable = 0;
  let isPinned = false;
  let end = start;
  for (let pfn = start; pfn < stop;) {
    const kind = core.frames.kind(pfn);
    const size = kind === KIND_TAIL ? 1 : 2 ** core.frames.order(pfn);
    const isIdle = kind === KIND_FREE || kind === KIND_PCP || kind === KIND_ISOLATED;
    if (!isIdle && kind !== KIND_HOLE && kind !== KIND_OFFLINE && kind !== KIND_TAIL) {
      end = pfn + size;
      if (kind === KIND_MOVABLE) movable += size;
      else isPinned = true;
    }
    pfn += size;
  }
  return { movable, isPinned, end };
}

class MemCheck implements MemGuest {
  readonly memoryBlockBytes: number = MEMORY_BLOCK_BYTES;
  readonly pageblockBytes: number = PAGEBLOCK_BYTES;
  readonly addressLimit: number = 2 ** 46;
  readonly ours: MemLine[] = [];
  readonly #capture: Capture;
  readonly #follower: Follower;
  readonly #rule: OnlineRule;
  readonly #device: MemDevice;
  readonly #driver: MemDriver;
  readonly #clock: Clock = new Clock();
  readonly #wishes: readonly SizeWish[];
  readonly #zones: Map<number, MemZone> = new Map<number, MemZone>();
  /** mm_migrate_pages events of contiguous allocations. */
  readonly #attempts: number[] = [];
  readonly #offsetSeconds: number;
  #nextWish = 0;
  #nextAttempt = 0;
  #kernelFrames: number;
  #movableFrames = 0;

  constructor(capture: Capture, program: GuidedProgram, port: CorePort) {
    this.#capture = capture;
    this.#follower = new Follower(capture, program, port);
    this.#rule = onlineRule(capture.cmdline);
    this.#wishes = sizeWishes(capture.hostLog);
    this.#kernelFrames = capture.start.zones.reduce((sum, zone) => sum + zone.present, 0);
    const { trace } = capture;
    for (let event = 0; event < trace.count; event += 1) {
      const isContig =
        trace.kind[event] === T.EVENT_MIGRATE &&
        trace.extra[event] === T.MIGRATE_REASON_CONTIG_RANGE;
      if (isContig) this.#attempts.push(event);
    }
    this.#offsetSeconds = memOffsetSeconds(capture.trace, this.#wishes);
    const source = driverMemory();
    this.#device = new MemDevice(
      MEM_PROFILES.qemu,
      {
        plug: () => true,
        unplug: () => 0,
        answered: ({ type, addr, blocks, response }) => {
          const kind = type === 0 ? 'plug' : type === 1 ? 'unplug' : 'unplug-all';
          this.ours.push({ kind, addr, blocks, response });
        },
      },
      memRegion(capture),
    );
    const { transport } = connect(new VirtioDevice(this.#device, source.memory), source);
    this.#driver = new MemDriver(transport, this, this.#clock);
  }

  /** The host's wishes one after the other; between them time passes as the recording says. */
  run(): void {
    this.#driver.probe();
    for (let wish = this.#wishes[0]; wish !== undefined; wish = this.#wishes[this.#nextWish]) {
      this.#clock.advanceTo(wish.atSeconds * NS_PER_S);
      this.#grant(wish);
    }
    const { trace } = this.#capture;
    const lastUs = trace.timeUs[trace.count - 1] ?? 0;
    const endSeconds = lastUs / US_PER_S - this.#offsetSeconds;
    this.#clock.advanceTo(Math.max(this.#clock.nowNs, endSeconds * NS_PER_S));
  }

  addMemory(addr: number, lengthBytes: number): AddResult {
    for (let at = addr; at < addr + lengthBytes; at += MEMORY_BLOCK_BYTES) {
      const zone = this.#zoneFor();
      if (zone === undefined) continue;
      this.#zones.set(at, zone);
      if (zone === 'movable') this.#movableFrames += MEMORY_BLOCK_FRAMES;
      else this.#kernelFrames += MEMORY_BLOCK_FRAMES;
      this.#driver.memoryOnlined(at, zone);
    }
    return 'ok';
  }

  fakeOnline(): void {}

  /**
   * One alloc_contig_range: refused at once by a page that cannot move, else as its migrations in
   * the trace went.
   */
  fakeOffline(addr: number, lengthBytes: number): FakeOfflineResult {
    const { trace } = this.#follower;
    const first = this.#attempts[this.#nextAttempt];
    this.#follower.runTo(first === undefined ? trace.count : this.#startOf(first));
    const start = addr / FRAME_BYTES;
    const range = { start, end: start + lengthBytes / FRAME_BYTES };
    const use = useOf(this.#follower.core, range);
    if (use.isPinned && !this.isMovable(addr)) return 'busy';
    const left = first === undefined ? use : this.#migrate(range, use);
    this.#grantUntil(first);
    return left.movable === 0 && !left.isPinned ? 'ok' : 'busy';
  }

  removeMemory(addr: number, lengthBytes: number): void {
    this.offlineAndRemove(addr, lengthBytes);
  }

  offlineAndRemove(addr: number, lengthBytes: number): RemoveResult {
    for (let at = addr; at < addr + lengthBytes; at += MEMORY_BLOCK_BYTES) {
      const zone = this.#zones.get(at);
      if (zone === 'movable') this.#movableFrames -= MEMORY_BLOCK_FRAMES;
      if (zone === 'kernel') this.#kernelFrames -= MEMORY_BLOCK_FRAMES;
      this.#zones.delete(at);
    }
    return 'ok';
  }

  isMovable(addr: number): boolean {
    return this.#zones.get(addr - (addr % MEMORY_BLOCK_BYTES)) === 'movable';
  }

  /**
   * The events of one attempt: one for each batch of 32 pages, and one more for each new try at
   * pages that failed. A batch with fewer pages was the range's last. What is in use then.
   */
  #migrate(range: FrameSpan, before: RangeUse): RangeUse {
    const { trace } = this.#follower;
    let use = before;
    let tries = 0;
    for (;;) {
      const event = this.#attempts[this.#nextAttempt];
      if (event === undefined) return use;
      this.#nextAttempt += 1;
      this.#follower.runTo(event);
      const after = useOf(this.#follower.core, range);
      const gone = use.movable - after.movable;
      const hasEnded = after.movable === 0 && use.end === range.end;
      use = after;
      tries += 1;
      if ((trace.gfp[event] ?? 0) > 0) {
        if (tries === P.CONTIG_BATCH_TRIES) return use;
        continue;
      }
      tries = 0;
      if (gone < P.CONTIG_BATCH_PAGES || hasEnded) return use;
    }
  }

  /** First event of the run of one task's events that ends with an attempt's migration. */
  #startOf(event: number): number {
    const { trace } = this.#follower;
    const previous = this.#attempts[this.#nextAttempt - 1] ?? -1;
    let at = event;
    while (at - 1 > previous && trace.task[at - 1] === trace.task[event]) at -= 1;
    return at;
  }

  #zoneFor(): MemZone | undefined {
    const { state, isAutoMovable, percent } = this.#rule;
    if (state === 'offline') return undefined;
    if (state === 'online_movable') return 'movable';
    if (state === 'online_kernel' || !isAutoMovable) return 'kernel';
    const { memoryBlockBytes } = this;
    const frames = memoryBlockBytes / FRAME_BYTES;
    return mayBeMovable(percent, this.#movableFrames, this.#kernelFrames, frames)
      ? 'movable'
      : 'kernel';
  }

  #grant(wish: SizeWish): void {
    this.#nextWish += 1;
    this.#device.setRequested(wish.bytes);
  }

  /** Wishes that came while the driver was at work, by the time of an event. */
  #grantUntil(event: number | undefined): void {
    if (event === undefined) return;
    const seconds = (this.#capture.trace.timeUs[event] ?? 0) / US_PER_S - this.#offsetSeconds;
    const wish = this.#wishes[this.#nextWish];
    if (wish !== undefined && wish.atSeconds < seconds) this.#grant(wish);
  }
}

function isSame(a: MemLine, b: MemLine): boolean {
  return (
    a.kind === b.kind && a.addr === b.addr && a.blocks === b.blocks && a.response === b.response
  );
}

/** Requests that are the same, in the same order: the longest common subsequence of both logs. */
function commonRequests(theirs: readonly MemLine[], ours: readonly MemLine[]): number {
  let row = new Uint32Array(ours.length + 1);
  for (const line of theirs) {
    const next = new Uint32Array(ours.length + 1);
    ours.forEach((other, at) => {
      next[at + 1] = isSame(line, other)
        ? (row[at] ?? 0) + 1
        : Math.max(row[at + 1] ?? 0, next[at] ?? 0);
    });
    row = next;
  }
  return row[ours.length] ?? 0;
}

export interface MemScore {
  readonly pages: Score;
  readonly requests: Score;
}

/** Runs our driver with the recorded wishes. A request too many counts like one too few. */
export function checkMem(capture: Capture, program: GuidedProgram, port: CorePort): MemScore {
  const check = new MemCheck(capture, program, port);
  check.run();
  const theirs = memLines(capture.deviceLog);
  const exact = commonRequests(theirs, check.ours);
  const total = Math.max(theirs.length, check.ours.length);
  return { pages: { exact: 0, total: 0 }, requests: { exact, total } };
}
