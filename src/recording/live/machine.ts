// The emulated machine of a recording: a guest in the recorded state on a host of its own, with the devices that the
// recording shows.

import {
  FRAME_BYTES,
  FRAMES_PER_MIB,
  NS_PER_S,
  STAT_MIGRATED_PAGES,
  THP_ORDER,
  type CoreBuild,
} from '../../core/index.ts';
import { type HotplugOptions, loadedImage } from '../../guest/index.ts';
import { Balloon, Clock, type MicroVm, VirtioMem, Vmm } from '../../vmm/index.ts';
import {
  type Capture,
  cpusOf,
  eachFreeBlock,
  memLines,
  memRegion,
  onlineRule,
  recordedFrames,
} from '../read/index.ts';
import { CompactionPace, kcompactdRuns, type RecordedRun, usWhen } from './pace.ts';
import { MessagePace } from './messages.ts';
import { longestRun, pinnedAtStart } from './start.ts';
import { deflatesOnOom, nsOf, type Wish } from './wishes.ts';

/** A guest that reports free pages needs so long before it has reported what it has: its worker waits for two seconds. */
const REPORTED_NS = 3 * NS_PER_S;

/** Pages that the first pass of page reporting in a recording reports. */
function firstReported({ extra }: Capture): number {
  let [worker, pages] = [-1, 0];
  for (const { kind, pid, b } of extra.events) {
    if (kind === 'report' && worker >= 0) break;
    if (kind === 'report') worker = pid;
    else if (kind === 'putback' && pid === worker) pages += 2 ** b;
  }
  return pages;
}

/** Whether what is free at the start has been reported by then: the first pass reports less than half of it. */
function hasReported(capture: Capture): boolean {
  let whole = 0;
  for (const zone of capture.start.zones) {
    eachFreeBlock(zone, (_, order) => {
      if (order >= THP_ORDER) whole += 2 ** order;
    });
  }
  return 2 * firstReported(capture) < whole;
}

/** A host that never runs short: nothing of it is compared. */
const HOST_FRAMES = 2 ** 32 - 1;
const NO_FOOTPRINT = { processFrames: 0, tableFramesPerFrame: 0 };

const NO_KERNEL = {
  imageFrames: 0,
  dynamicFrames: 0,
  pageCacheFrames: 0,
  agentFrames: 0,
  cloneWrittenFrames: 0,
  cloneReadFrames: 0,
};

function policyOf(cmdline: string): HotplugOptions {
  const { state, isAutoMovable, percent } = onlineRule(cmdline);
  const isByRatio = state === 'online' && isAutoMovable;
  const kernelOnly = state === 'online' ? 'online_kernel' : state;
  return { policy: isByRatio ? 'auto-movable' : kernelOnly, autoMovablePercent: percent };
}

export class LiveMachine {
  readonly vmm: Vmm;
  readonly vm: MicroVm;
  readonly balloon: Balloon | undefined;
  readonly mem: VirtioMem | undefined;
  /** One past the last frame that is or may become memory. */
  readonly spanFrames: number;
  /** How slow the host is with messages of the balloon's driver, and of virtio-mem's. */
  #messages = new MessagePace();
  #messageNs = 0;
  /** What the host wished last: when, how fast the recorded driver moved pages for it, and what had moved before. */
  #wishNs = 0;
  #moves: RecordedRun = [];
  #movedBefore = 0;

  /** `fromNs`: when the recording begins; `looksNs`: when kcompactd looks by itself. */
  constructor(
    capture: Capture,
    build: CoreBuild,
    wishes: readonly Wish[],
    fromNs: number,
    looksNs?: number,
  ) {
    const freePageReporting = capture.extra.events.some(({ kind }) => kind === 'report');
    const clock = new Clock();
    const reportsBefore = freePageReporting && hasReported(capture);
    clock.advanceTo(reportsBefore ? Math.max(0, fromNs - REPORTED_NS) : fromNs);
    this.vmm = new Vmm({ hostFrames: HOST_FRAMES, footprint: NO_FOOTPRINT, clock });
    const lines = memLines(capture.deviceLog);
    const region = lines.length > 0 ? memRegion(capture) : undefined;
    const regionEnd = region === undefined ? 0 : (region.addr + region.regionBytes) / FRAME_BYTES;
    this.spanFrames = Math.max(recordedFrames(capture), regionEnd);
    const present = capture.start.zones.reduce((sum, zone) => sum + zone.present, 0);
    const config = {
      memoryFrames: Math.ceil(present / FRAMES_PER_MIB) * FRAMES_PER_MIB,
      hotplugEndFrame: this.spanFrames,
      cpus: cpusOf(capture.start),
      processes: 0,
      files: 1,
      kernel: NO_KERNEL,
      build,
    };
    const pinned = pinnedAtStart(capture);
    this.vm = this.vmm.startImage(loadedImage(config, capture.start, this.spanFrames, pinned));
    // the recorded drivers had their rings before the recording began
    const { start, frames } = longestRun(pinned);
    this.vm.memory.reserve(start, frames);
    const hasBalloon = freePageReporting || wishes.some(({ kind }) => kind === 'balloon');
    if (hasBalloon) {
      const deflateOnOom = deflatesOnOom(capture);
      const options = { profile: 'qemu', freePageReporting, deflateOnOom } as const;
      this.balloon = new Balloon(this.vm, this.vmm.clock, options);
    }
    if (region !== undefined) {
      const options = { ...region, ...policyOf(capture.cmdline), profile: 'qemu' } as const;
      this.mem = new VirtioMem(this.vm, this.vmm.clock, options);
    }
    this.#setPace(new CompactionPace(kcompactdRuns(capture.trace)), looksNs);
    clock.advanceTo(fromNs);
  }

  /** The host wishes something, and looks at the driver's messages as slowly as the recorded one did. */
  wish({ kind, frames, messages, messageUs, moves }: Wish): void {
    if (kind === 'balloon') {
      this.#messages = new MessagePace(messages, frames < (this.balloon?.actualPages ?? 0));
    } else this.#messageNs = nsOf(messageUs);
    this.#wishNs = this.vmm.clock.nowNs;
    this.#moves = moves;
    this.#movedBefore = this.#movedPages;
    if (kind === 'balloon') this.balloon?.setTarget(frames);
    else this.mem?.setRequested(frames * FRAME_BYTES);
  }

  get #movedPages(): number {
    return this.vm.guest.core.stat(STAT_MIGRATED_PAGES);
  }

  /** Until the recorded driver had moved as many pages. */
  #untilMovedNs(): number {
    const us = usWhen(this.#moves, this.#movedPages - this.#movedBefore);
    return Math.max(0, this.#wishNs + nsOf(us) - this.vmm.clock.nowNs);
  }

  /** A driver that waits for the host leaves the processor to the background. */
  #later(delayNs: number, serve: () => void): void {
    if (delayNs <= 0) {
      serve();
      return;
    }
    this.vmm.clock.after(delayNs, () => {
      serve();
      this.vm.guest.runBackground();
    });
  }

  /** What moves single pages of the balloon, or reports free ones, is answered at once. */
  #setPace(compaction: CompactionPace, looksNs: number | undefined): void {
    const { balloon, mem, vm } = this;
    if (compaction.isTold) {
      const pace = (pages: number, begun: number): number => nsOf(compaction.takesUs(pages, begun));
      vm.guest.paceCompaction(pace, looksNs);
    }
    if (mem !== undefined) {
      mem.device.pace = (_, serve) => {
        this.#later(this.#messageNs + this.#untilMovedNs(), serve);
      };
    }
    if (balloon === undefined) return;
    balloon.driver.pace = (pages) => nsOf(this.#messages.pageUs(pages));
    balloon.device.pace = (_, serve) => {
      if (balloon.driver.isTellingResize) this.#later(nsOf(this.#messages.answerUs()), serve);
      else serve();
    };
  }
}
