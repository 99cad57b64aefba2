// One container: a process in a VM that runs one function, one call at a time. What a start and a call do to memory is
// decided here, the same for every system.

import {
  type Counts,
  type GuestKernel,
  type MicroVm,
  type Operations,
  Process,
  type ProcessConfig,
} from '../vmm/index.ts';
import { Calls } from './calls.ts';
import type { FunctionProfile } from './function-profile.ts';
import { grownShare, nextGrowth } from './life.ts';

/** Pages that one fault maps around itself when a file's pages are cached (fault_around_bytes, 64 KiB). */
const FAULT_AROUND_PAGES = 16;

/** The host sends calls to the container of a zone, or has none for it. */
export type Dispatched = (czone: number, isIdle: boolean) => void;

interface PlaceConfig {
  readonly cpu: number;
  readonly kernelFrames: number;
  /** The zone that its memory comes from; undefined: the kernel's. */
  readonly czone?: number | undefined;
}

interface ContainerConfig extends PlaceConfig {
  readonly dispatched?: Dispatched | undefined;
  /** A process of its function that is ready for calls: it is forked from that, and starts no runtime. */
  readonly zygote?: Process | undefined;
  /** Hears of the end of its first call. */
  readonly calledOnce?: (() => void) | undefined;
}

/** As large as its heap ever is. */
function heapFramesMax(profile: FunctionProfile): number {
  const { anonymousFrames, initPeakFrames, growthFrames, peakFrames = 0 } = profile;
  return Math.max(anonymousFrames + Math.max(initPeakFrames, growthFrames), peakFrames);
}

/** Whether calls leave more than was there before them, or other memory. */
function isGrowing({
  growthFrames,
  callChurnFrames = 0,
  growthFileFrames = 0,
}: FunctionProfile): boolean {
  return growthFrames + callChurnFrames + growthFileFrames > 0;
}

/** What its page tables are sized for. */
export function mappedFrames(profile: FunctionProfile): number {
  const { fileFrames, growthFileFrames = 0, callTemporaryFrames } = profile;
  return fileFrames + growthFileFrames + heapFramesMax(profile) + callTemporaryFrames;
}

function processConfig(profile: FunctionProfile, place: PlaceConfig): ProcessConfig {
  return { ...place, mappedPages: mappedFrames(profile) };
}

/** So many frames of a heap are given back in all and others taken for them, those below `end` again and again. */
function replaceFrames(process: Process, end: number, frames: number): void {
  if (end === 0) return;
  for (let left = frames; left > 0; left -= end) {
    const piece = Math.min(left, end);
    process.free(end - piece, piece);
    process.touch(end - piece, piece, true);
  }
}

/** Pages that it touches where it goes on: those of a call first, as far as they are among them, then others here and there behind those. */
function touchResumed(process: Process, profile: FunctionProfile, heapFrames: number): void {
  const { resumesInCall = false, callWriteFrames, callReadFrames } = profile;
  const resumeFrames = Math.min(profile.resumeFrames, heapFrames);
  const resumeWriteFrames = Math.min(profile.resumeWriteFrames, resumeFrames);
  if (!resumesInCall) {
    process.touchScattered({
      pages: heapFrames,
      touched: resumeFrames,
      written: resumeWriteFrames,
    });
    return;
  }
  const inCall = Math.min(callWriteFrames + callReadFrames, heapFrames);
  const writes = Math.min(callWriteFrames, resumeWriteFrames);
  process.touch(0, writes, true);
  process.touch(writes, Math.min(inCall, resumeFrames) - writes, false);
  const written = Math.min(resumeWriteFrames - writes, heapFrames - inCall);
  const touched = Math.max(resumeFrames - inCall, written);
  process.touchScattered({ pages: heapFrames - inCall, touched, written }, inCall);
}

/** The same of its files. */
function readResumed(guest: GuestKernel, profile: FunctionProfile, cpu: number): void {
  const { resumesInCall = false, callFileFrames, fileFrames, resumeFileFrames, name } = profile;
  const inCall = resumesInCall ? Math.min(callFileFrames, resumeFileFrames) : 0;
  guest.files.readScattered(guest.files.open(name), fileFrames, resumeFileFrames, cpu, inCall);
}

/** Goes on with a runtime that another has started: touches its own part of what that has in memory. */
function resume(
  guest: GuestKernel,
  profile: FunctionProfile,
  process: Process,
  { cpu }: PlaceConfig,
): Process {
  touchResumed(process, profile, profile.anonymousFrames);
  readResumed(guest, profile, cpu);
  return process;
}

/** What starting a container and its runtime takes besides memory, by step. */
export function startSteps({
  fileFrames,
}: FunctionProfile): Readonly<Record<'container' | 'runtime', Operations>> {
  const guestMinorFault = Math.ceil(fileFrames / FAULT_AROUND_PAGES);
  return { container: { containerCreate: 1 }, runtime: { functionInit: 1, guestMinorFault } };
}

/** Starts a process and its runtime: the files come in or are found, the anonymous memory is faulted in. */
export function startRuntime(
  guest: GuestKernel,
  profile: FunctionProfile,
  place: PlaceConfig,
): Process {
  const { fileFrames, anonymousFrames, initPeakFrames, startChurnFrames = 0 } = profile;
  const process = new Process(guest, processConfig(profile, place));
  guest.files.readOpen(guest.files.open(profile.name), fileFrames, place.cpu);
  process.touch(0, anonymousFrames + initPeakFrames, true);
  if (initPeakFrames > 0) process.free(anonymousFrames, initPeakFrames);
  replaceFrames(process, anonymousFrames, startChurnFrames);
  return process;
}

/** A function's container in a VM: a process that starts a runtime, serves calls, and holds memory between them. */
export class Container {
  /** What it does to memory. */
  readonly profile: FunctionProfile;
  /** Where it runs. */
  readonly vm: MicroVm;
  /** The zone that its memory comes from; undefined: the kernel's. */
  readonly czone: number | undefined;
  /** What its start took besides memory. */
  readonly startOperations: Readonly<Record<string, Operations>>;
  private readonly _process: Process;
  private readonly _calls: Calls;
  private readonly _dispatched: Dispatched | undefined;
  private readonly _calledOnce: (() => void) | undefined;
  private _isIdle = false;
  /** How often its VM was suspended when it was called last. */
  private _seenSuspends: number;
  /** Frames of its heap, which begins at its first page. */
  private _heapFrames: number;
  /** Calls that have begun; from which one on its memory is not what it was, at a begin and at an end. */
  private _call = 0;
  private _growsAt: number;
  private _collectsAt: number;
  /** Frames that calls have given back and taken anew by now, besides what each maps and unmaps. */
  private _replaced = 0;
  /** Pages of files that calls have read since the start. */
  private _readSince = 0;

  /** Starts its runtime, or goes on with the one that its VM was cloned with. */
  constructor(vm: MicroVm, profile: FunctionProfile, config: ContainerConfig) {
    this.vm = vm;
    this.profile = profile;
    this.czone = config.czone;
    this._dispatched = config.dispatched;
    this._calledOnce = config.calledOnce;
    const { guest } = vm;
    this._seenSuspends = vm.suspends;
    this.startOperations = this._startSteps(config);
    this._process = this._processOf(guest, config);
    const file = guest.files.open(profile.name);
    this._heapFrames = profile.anonymousFrames;
    const pages = {
      // what is mapped from the host is in place
      filePages: guest.files.source.isMapped ? 0 : profile.callFileFrames,
      writePages: profile.callWriteFrames,
      readPages: profile.callReadFrames,
      temporaryPages: profile.callTemporaryFrames,
    };
    const isApart = config.czone !== undefined;
    this._calls = new Calls(vm, { process: this._process, file, pages, isApart });
    this._growsAt = isGrowing(profile) ? 1 : Infinity;
    this._collectsAt = profile.collectionFrames > 0 ? profile.collectionCalls : Infinity;
  }

  private _processOf(guest: GuestKernel, config: ContainerConfig): Process {
    const { profile } = this;
    const origin = config.zygote ?? guest.process;
    if (origin !== undefined) {
      const process = new Process(guest, processConfig(profile, config), origin);
      return resume(guest, profile, process, config);
    }
    const process = startRuntime(guest, profile, config);
    guest.noteMemmap();
    return process;
  }

  private _startSteps({ zygote }: ContainerConfig): Container['startOperations'] {
    // it was cloned with its VM
    if (this.vm.guest.process !== undefined) return {};
    const { container, runtime } = startSteps(this.profile);
    return zygote === undefined ? { container, runtime } : { container };
  }

  /** Its heap has so many frames from now on: more are faulted in, those above are given back to the guest's kernel. */
  follow(frames: number): void {
    const change = frames - this._heapFrames;
    if (change === 0) return;
    this._stir();
    if (change > 0) this._process.touch(this._heapFrames, change, true);
    else this._process.free(frames, -change);
    this._heapFrames = frames;
  }

  /** Its process is about to do something else than a call. */
  private _stir(): void {
    this._calls.forget();
    this.vm.stir();
  }

  /** The host sends it calls, or has none for it. Each call says the former. */
  setIdle(isIdle: boolean): void {
    if (this._isIdle === isIdle || this.czone === undefined) return;
    this._isIdle = isIdle;
    if (this._dispatched === undefined) return;
    this.vm.stir();
    this._dispatched(this.czone, isIdle);
  }

  /**
   * A call begins: it reads its files and its heap, writes part of the heap, maps and fills its
   * buffers. Counts as MicroVm.settleCall hands them on; whether the call may be held up by them, or by
   * what devices did.
   */
  begin(total: Counts, counts: Counts): boolean {
    this.setIdle(false);
    this._call += 1;
    if (this.vm.suspends !== this._seenSuspends) this._comeBack();
    if (this._call >= this._growsAt) this._grow();
    return this._calls.begin(total, counts);
  }

  /** The call's buffers are unmapped; now and then the runtime collects its heap. */
  end(total: Counts, counts: Counts): void {
    if (this._call >= this._collectsAt) this._collect();
    this._calls.end(total, counts);
    if (this._call === 1) this._calledOnce?.();
  }

  /** Its VM was suspended meanwhile: what it touches in memory besides the call. */
  private _comeBack(): void {
    const { vm, profile } = this;
    this._stir();
    this._seenSuspends = vm.suspends;
    touchResumed(this._process, profile, this._heapFrames);
    readResumed(vm.guest, profile, 0);
  }

  /** What calls have brought by now, and what a collection took. */
  private _grow(): void {
    const { profile } = this;
    const { anonymousFrames, growthFrames, growthShape } = profile;
    const grown = Math.round(growthFrames * grownShare(this._call, growthShape));
    this.follow(anonymousFrames + grown);
    this._replace();
    this._readMore();
    const shape = growthShape ?? profile.callChurnShape ?? profile.growthFileShape;
    this._growsAt = isGrowing(profile) ? nextGrowth(this._call, shape) : Infinity;
  }

  /** What calls have given back and taken anew by now: of what they write, which is a fork's own. */
  private _replace(): void {
    const { callChurnFrames = 0, callChurnShape, callWriteFrames } = this.profile;
    const frames = Math.round(callChurnFrames * grownShare(this._call, callChurnShape));
    if (frames <= this._replaced) return;
    this._stir();
    const end = callWriteFrames > 0 ? callWriteFrames : this._heapFrames;
    replaceFrames(this._process, end, frames - this._replaced);
    this._replaced = frames;
  }

  /** Files that its calls have read by now. */
  private _readMore(): void {
    const { name, fileFrames, growthFileFrames = 0, growthFileShape } = this.profile;
    const more = Math.round(growthFileFrames * grownShare(this._call, growthFileShape));
    if (more <= this._readSince) return;
    this._stir();
    const { files } = this.vm.guest;
    files.readOn(files.open(name), fileFrames + this._readSince, fileFrames + more, 0);
    this._readSince = more;
  }

  private _collect(): void {
    const { collectionFrames, collectionCalls } = this.profile;
    this.follow(this._heapFrames - collectionFrames);
    this._growsAt = this._call + 1;
    this._collectsAt += collectionCalls;
  }

  /** Frames of anonymous memory that it has now. */
  get heldFrames(): number {
    this.vm.stir();
    return this._process.anonymousPages;
  }

  /** The container's process exits. Backed frames of its zone, when it had one: what the host asks back with that. */
  exit(): number {
    this.setIdle(false);
    const backed = this._zoneFrames();
    this._calls.close();
    this._process.exit();
    return backed;
  }

  private _zoneFrames(): number {
    const { core, czones } = this.vm.guest;
    if (this.czone === undefined || czones === undefined) return 0;
    const { blockFrames } = czones.region;
    const blocks = czones.blocksOf(this.czone);
    let backed = 0;
    // blocks that follow each other are asked for at once
    for (let at = 0, next = 0; at < blocks.length; at = next) {
      const start = blocks[at] as number;
      next = at + 1;
      while (blocks[next] === start + (next - at) * blockFrames) next += 1;
      backed += core.backing.count(start, (next - at) * blockFrames);
    }
    return backed;
  }
}
