// `guestmem pages`: the request stream of a recording under different placements, and what each
// leaves behind. docs/pages.md says what the numbers mean.

import path from 'node:path';
import {
  COUNT,
  FUNCTION,
  TEXT,
  expectInteger,
  expectObject,
  expectShape,
} from '../../check/index.ts';
import {
  type CoreBuild,
  MEMORY_BLOCK_FRAMES,
  PAGEBLOCK_FRAMES,
  US_PER_MS,
} from '../../core/index.ts';
import type { MapReel } from '../../map/index.ts';
import { following } from '../error.ts';
import * as P from '../program/index.ts';
import { type Capture, expectCapture, recordedSpan } from '../read/index.ts';
import {
  type Census,
  countPlaced,
  kernelFreeByOrder,
  PAGEBLOCKS_PER_MEMORY_BLOCK,
  unusableIndex,
} from './census.ts';
import { type BlocksLeft, ExitWatch, type ExitRecord } from './exit.ts';
import { PlacedGuest, type PlacementTally } from './placed-guest.ts';
import { PAGE_POLICIES, type PagePolicy } from './policies/index.ts';
import { compileStream, type PageStream } from './stream.ts';
import { NOBODY } from './tasks.ts';
import { MapWatch } from './watch.ts';

/** Raised when the shape of PagesResult changes. */
export const PAGES_SCHEMA = 1;

/** What is replayed under which placements, and how closely it is looked at. */
export interface PagesOptions {
  /** One's own, or of `PAGE_POLICIES`. */
  readonly policies: readonly PagePolicy[];
  /** Pid of the workload's shell; undefined: the process with the most children. */
  readonly shellPid?: number;
  /** A tree below the shell is a container if it asks for so many private pages. */
  readonly minPages: number;
  /** Samples over the recording's time, the last at its end. */
  readonly samples: number;
  /** Frames of a CZone's block: a power of two from 512 to 32768. */
  readonly blockFrames: number;
  /** The build of the guests' cores. */
  readonly build: CoreBuild;
  /** Hears of the maps of each policy's guest, one a sample. */
  readonly onMaps?: (reel: MapReel) => void;
  /** Hears now and then how many commands of how many a policy has done. */
  readonly onProgress?: ((policy: string, done: number, total: number) => void) | undefined;
}

/** What `guestmem pages` does when nothing is said. */
export const PAGES_DEFAULTS: PagesOptions = {
  policies: PAGE_POLICIES,
  minPages: 256,
  samples: 50,
  blockFrames: PAGEBLOCK_FRAMES,
  build: 'release',
};

/** The guest at one moment. Frames are 4 KiB. */
export interface PagesSample {
  readonly atMs: number;
  /** Memory that the guest has: the kernel's zones and the blocks of CZones. */
  readonly memoryFrames: number;
  readonly freeFrames: number;
  readonly parkedFrames: number;
  readonly movableFrames: number;
  readonly unmovableFrames: number;
  readonly sinceStartFrames: number;
  /**
   * Of the kernel's zones, blocks by order 0..10, and the unusable free space index of each order.
   */
  readonly freeByOrder: readonly number[];
  readonly unusable: readonly number[];
  readonly freeBlocks2MiB: number;
  readonly freeBlocks128MiB: number;
  /** Pageblocks with movable and unmovable frames of the recorded time in them. */
  readonly mixedBlocks: number;
  /** Memory that stays when every wholly free block of the size is given back. */
  readonly keptFrames2MiB: number;
  readonly keptFrames128MiB: number;
  readonly czones: number;
  readonly czoneFrames: number;
}

/** Sums over the containers that exited. */
export interface ExitTotals {
  readonly containers: number;
  readonly privateFrames: number;
  readonly blocks2MiB: BlocksLeft;
  readonly blocks128MiB: BlocksLeft;
}

export interface PolicyResult extends PlacementTally {
  readonly name: string;
  readonly about: string;
  readonly peakCzoneFrames: number;
  readonly series: readonly PagesSample[];
  readonly end: PagesSample;
  readonly exits: readonly ExitRecord[];
  readonly exitTotals: ExitTotals;
}

export interface ContainerRecord {
  readonly pid: number;
  readonly name: string;
  readonly processes: number;
  readonly startMs: number;
  /** Undefined: alive at the end. */
  readonly exitMs: number | undefined;
  /** Private frames it asked for in all. */
  readonly privateFrames: number;
}

/** What came of a recording's requests under each placement: the record of `guestmem pages --json`. */
export interface PagesResult {
  /** Version of the record. */
  readonly schema: number;
  /** What was replayed. */
  readonly recording: { readonly name: string; readonly events: number; readonly spanMs: number };
  /** What was taken for a container. */
  readonly rule: {
    readonly shellPid: number;
    readonly minPages: number;
    readonly czoneBlockFrames: number;
  };
  /** In the order of their starts. */
  readonly containers: readonly ContainerRecord[];
  /** In the order asked for. */
  readonly policies: readonly PolicyResult[];
}

/** Wholly free blocks of 2 MiB and of 128 MiB. */
function freeBlocks(census: Census): { small: number; large: number } {
  let small = 0;
  let large = 0;
  for (let at = 0; at < census.free.length; at += PAGEBLOCKS_PER_MEMORY_BLOCK) {
    let here = 0;
    for (let block = at; block < at + PAGEBLOCKS_PER_MEMORY_BLOCK; block += 1) {
      if (census.free[block] === PAGEBLOCK_FRAMES) here += 1;
    }
    small += here;
    if (here === PAGEBLOCKS_PER_MEMORY_BLOCK) large += 1;
  }
  return { small, large };
}

function sum(column: Uint16Array): number {
  let total = 0;
  for (const frames of column) total += frames;
  return total;
}

function sampleOf(guest: PlacedGuest, atMs: number): PagesSample {
  const census = countPlaced(guest);
  const { small, large } = freeBlocks(census);
  const [free, movable, unmovable, sinceStart] = [
    sum(census.free),
    sum(census.movable),
    sum(census.unmovable),
    sum(census.sinceStart),
  ];
  const memoryFrames = free + movable + unmovable + sinceStart;
  const freeByOrder = kernelFreeByOrder(guest.core);
  let mixedBlocks = 0;
  census.movable.forEach((frames, block) => {
    if (frames > 0 && (census.unmovable[block] ?? 0) > 0) mixedBlocks += 1;
  });
  return {
    atMs,
    memoryFrames,
    freeFrames: free,
    parkedFrames: census.parkedFrames,
    movableFrames: movable,
    unmovableFrames: unmovable,
    sinceStartFrames: sinceStart,
    freeByOrder,
    unusable: unusableIndex(freeByOrder),
    freeBlocks2MiB: small,
    freeBlocks128MiB: large,
    mixedBlocks,
    keptFrames2MiB: memoryFrames - small * PAGEBLOCK_FRAMES,
    keptFrames128MiB: memoryFrames - large * PAGEBLOCKS_PER_MEMORY_BLOCK * PAGEBLOCK_FRAMES,
    czones: guest.czones.count,
    czoneFrames: guest.czones.frames,
  };
}

function addUp(parts: readonly BlocksLeft[]): BlocksLeft {
  const total = (pick: (left: BlocksLeft) => number): number =>
    parts.reduce((frames, left) => frames + pick(left), 0);
  return {
    used: total((left) => left.used),
    free: total((left) => left.free),
    stuck: total((left) => left.stuck),
    migrateFrames: total((left) => left.migrateFrames),
    unmovableFrames: total((left) => left.unmovableFrames),
    sinceStartFrames: total((left) => left.sinceStartFrames),
  };
}

function totalsOf(exits: readonly ExitRecord[]): ExitTotals {
  return {
    containers: exits.length,
    privateFrames: exits.reduce((frames, exit) => frames + exit.privateFrames, 0),
    blocks2MiB: addUp(exits.map((exit) => exit.blocks2MiB)),
    blocks128MiB: addUp(exits.map((exit) => exit.blocks128MiB)),
  };
}

/** Something to do before the first command of an event or later. */
interface Mark {
  readonly event: number;
  readonly act: () => void;
}

/** Commands between two words on how far a policy is. */
const TOLD_COMMANDS = 8192;

class PolicyRun {
  readonly #capture: Capture;
  readonly #stream: PageStream;
  readonly #options: PagesOptions;
  readonly #policy: PagePolicy;
  readonly #guest: PlacedGuest;
  readonly #exits: ExitWatch;
  readonly #series: PagesSample[] = [];
  readonly #watch: MapWatch | undefined;
  readonly #startUs: number;

  constructor(capture: Capture, stream: PageStream, options: PagesOptions, policy: PagePolicy) {
    this.#capture = capture;
    this.#stream = stream;
    this.#options = options;
    this.#policy = policy;
    this.#guest = new PlacedGuest(capture, stream, policy, options.blockFrames, options.build);
    this.#exits = new ExitWatch(this.#guest);
    const isWatched = options.onMaps !== undefined;
    this.#watch = isWatched ? new MapWatch(this.#guest, stream.tasks.trees) : undefined;
    this.#startUs = capture.trace.timeUs[recordedSpan(capture.trace).first] ?? 0;
  }

  run(): PolicyResult {
    const guest = this.#guest;
    const { commands, count } = this.#stream;
    const marks = [...this.#sampleMarks(), ...this.#exitMarks()];
    marks.sort((a, b) => a.event - b.event);
    let next = 0;
    for (let at = 0; at < count; at += 1) {
      const event = P.eventOf(commands, at);
      for (; (marks[next]?.event ?? Number.POSITIVE_INFINITY) <= event; next += 1) {
        marks[next]?.act();
      }
      guest.run(at);
      if (at % TOLD_COMMANDS === 0) this.#options.onProgress?.(this.#policy.name, at, count);
    }
    for (; next < marks.length; next += 1) marks[next]?.act();
    const exits = this.#exits.records;
    const { name, about } = this.#policy;
    if (this.#watch !== undefined) this.#options.onMaps?.(this.#watch.reel(name));
    const end = this.#series.at(-1) ?? sampleOf(guest, 0);
    return {
      name,
      about,
      ...guest.tally,
      peakCzoneFrames: guest.czones.peakFrames,
      series: this.#series,
      end,
      exits,
      exitTotals: totalsOf(exits),
    };
  }

  #sample(atMs: number): void {
    this.#series.push(sampleOf(this.#guest, atMs));
    this.#watch?.look(atMs);
  }

  #msAt(event: number): number {
    const { timeUs, count } = this.#capture.trace;
    return ((timeUs[Math.min(event, count - 1)] ?? 0) - this.#startUs) / US_PER_MS;
  }

  /** Samples evenly over time, each before the first event at or after its time. */
  #sampleMarks(): Mark[] {
    const { trace } = this.#capture;
    const { first, end } = recordedSpan(trace);
    const spanUs = (trace.timeUs[Math.max(first, end - 1)] ?? 0) - this.#startUs;
    const marks: Mark[] = [];
    let event = first;
    for (let i = 1; i < this.#options.samples; i += 1) {
      const timeUs = this.#startUs + (spanUs * i) / this.#options.samples;
      while (event < end && (trace.timeUs[event] ?? 0) < timeUs) event += 1;
      const atMs = (timeUs - this.#startUs) / US_PER_MS;
      marks.push({ event, act: () => this.#sample(atMs) });
    }
    marks.push({ event: end, act: () => this.#sample(spanUs / US_PER_MS) });
    return marks;
  }

  #exitMarks(): Mark[] {
    const { trees, processes } = this.#stream.tasks;
    const { end } = recordedSpan(this.#capture.trace);
    const guest = this.#guest;
    const marks: Mark[] = [];
    trees.forEach((tree, number) => {
      if (tree.exitEvent >= end || !isContainer(this.#stream, number)) return;
      const { pid, name } = tree;
      marks.push({ event: tree.burstEvent, act: () => this.#exits.note(number) });
      const atMs = this.#msAt(tree.exitEvent);
      const act = (): void => {
        if (this.#policy.owner === 'tree') guest.end(number);
        this.#exits.measure(number, { pid, name, atMs });
      };
      marks.push({ event: tree.exitEvent, act });
    });
    if (this.#policy.owner !== 'process') return marks;
    const ends = processes.map(({ exitEvent }, number) => ({
      event: exitEvent,
      act: () => guest.end(number),
    }));
    // A process ends its zone before its container's exit is measured.
    return [...ends.filter((mark) => mark.event < end), ...marks];
  }
}

function isContainer(stream: PageStream, tree: number): boolean {
  return tree !== NOBODY && (stream.privateByTree[tree] ?? 0) > 0;
}

function containersOf(capture: Capture, stream: PageStream): ContainerRecord[] {
  const { trace } = capture;
  const { first, end } = recordedSpan(trace);
  const startUs = trace.timeUs[first] ?? 0;
  const msAt = (event: number): number => ((trace.timeUs[event] ?? 0) - startUs) / US_PER_MS;
  const containers: ContainerRecord[] = [];
  stream.tasks.trees.forEach((tree, number) => {
    if (!isContainer(stream, number)) return;
    containers.push({
      pid: tree.pid,
      name: tree.name,
      processes: tree.processes,
      startMs: msAt(tree.forkEvent),
      exitMs: tree.exitEvent < end ? msAt(tree.exitEvent) : undefined,
      privateFrames: stream.privateByTree[number] ?? 0,
    });
  });
  return containers;
}

const SHAPE = {
  policies: [{ name: TEXT, about: TEXT, owner: TEXT, place: FUNCTION }],
  'shellPid?': COUNT,
  'onMaps?': FUNCTION,
  'onProgress?': FUNCTION,
} as const;

function checked(said: Partial<PagesOptions>): PagesOptions {
  const options = { ...PAGES_DEFAULTS, ...expectObject('options', said) };
  expectShape('options', options, SHAPE);
  expectInteger('options.minPages', options.minPages, 1);
  expectInteger('options.samples', options.samples, 1);
  expectInteger('options.blockFrames', options.blockFrames, PAGEBLOCK_FRAMES, MEMORY_BLOCK_FRAMES);
  return options;
}

/**
 * Replays a recording's requests under each placement of pages, and says what each leaves behind (docs/pages.md). What is not said is
 * `PAGES_DEFAULTS`'s. Throws RecordingError where the recording cannot be followed.
 */
export function replayPages(capture: Capture, said: Partial<PagesOptions> = {}): PagesResult {
  const options = checked(said);
  return following(expectCapture(capture), () => runPolicies(capture, options));
}

function runPolicies(capture: Capture, options: PagesOptions): PagesResult {
  const { minPages, shellPid } = options;
  const wanted = shellPid === undefined ? { minPages } : { minPages, shellPid };
  const stream = compileStream(capture, wanted);
  const { trace } = capture;
  const { first, end } = recordedSpan(trace);
  const spanUs = (trace.timeUs[Math.max(first, end - 1)] ?? 0) - (trace.timeUs[first] ?? 0);
  return {
    schema: PAGES_SCHEMA,
    recording: {
      name: path.basename(path.resolve(capture.folder)),
      events: trace.count,
      spanMs: spanUs / US_PER_MS,
    },
    rule: { shellPid: stream.tasks.shellPid, minPages, czoneBlockFrames: options.blockFrames },
    containers: containersOf(capture, stream),
    policies: options.policies.map((policy) =>
      new PolicyRun(capture, stream, options, policy).run(),
    ),
  };
}
