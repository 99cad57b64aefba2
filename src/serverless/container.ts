// One container: a process in a VM that runs one function, one call at a time. What a start and a call do to memory is
// decided here, the same for every system.

import { type Counts, type MicroVm, type Operations, Process } from '../vmm/index.ts';
import type { FunctionProfile } from './function-profile.ts';

/** Pages that one fault maps around itself when a file's pages are cached (fault_around_bytes, 64 KiB). */
const FAULT_AROUND_PAGES = 16;

/** The host sends calls to the container of a zone, or has none for it. */
export type Dispatched = (czone: number, isIdle: boolean) => void;

export class Container {
  readonly profile: FunctionProfile;
  readonly vm: MicroVm;
  /** The zone that its memory comes from; undefined: the kernel's. */
  readonly czone: number | undefined;
  readonly #process: Process;
  readonly #cpu: number;
  readonly #dispatched: Dispatched | undefined;
  #isIdle = false;

  /** Starts the process and its runtime: the files come in or are found, the anonymous memory is faulted in. */
  constructor(
    vm: MicroVm,
    profile: FunctionProfile,
    config: {
      cpu: number;
      kernelFrames: number;
      czone?: number | undefined;
      dispatched?: Dispatched | undefined;
    },
  ) {
    this.vm = vm;
    this.profile = profile;
    this.#cpu = config.cpu;
    this.czone = config.czone;
    this.#dispatched = config.dispatched;
    const { guest } = vm;
    const { fileFrames, anonymousFrames, callTemporaryFrames } = profile;
    const mappedPages = fileFrames + anonymousFrames + callTemporaryFrames;
    this.#process = new Process(guest, { ...config, mappedPages });
    guest.files.read(profile.name, fileFrames, this.#cpu);
    this.#process.touch(0, anonymousFrames, true);
    guest.noteMemmap();
  }

  /** What a start takes besides memory. */
  get startOperations(): Readonly<Record<string, Operations>> {
    const guestMinorFault = Math.ceil(this.profile.fileFrames / FAULT_AROUND_PAGES);
    return { container: { containerCreate: 1 }, runtime: { functionInit: 1, guestMinorFault } };
  }

  /** The host sends it calls, or has none for it. Each call says the former. */
  setIdle(isIdle: boolean): void {
    if (this.#isIdle === isIdle || this.czone === undefined) return;
    this.#isIdle = isIdle;
    this.#dispatched?.(this.czone, isIdle);
  }

  /** A call begins: it reads its files and its heap, writes part of the heap, maps and fills its buffers. */
  begin(counts: Counts): void {
    const { profile, vm } = this;
    this.setIdle(false);
    vm.guest.files.read(profile.name, profile.callFileFrames, this.#cpu);
    this.#process.touch(0, profile.callWriteFrames, true);
    this.#process.touch(profile.callWriteFrames, profile.callReadFrames, false);
    this.#process.touchTemporary(profile.callTemporaryFrames);
    vm.settle(counts);
  }

  /** The call's buffers are unmapped. */
  end(counts: Counts): void {
    this.#process.freeTemporary();
    this.vm.settle(counts);
  }

  /** Frames of anonymous memory that it has now. */
  get heldFrames(): number {
    return this.#process.anonymousPages;
  }

  /** The container's process exits. Backed frames of its zone, when it had one: what the host asks back with that. */
  exit(): number {
    this.setIdle(false);
    const backed = this.#zoneFrames();
    this.#process.exit();
    return backed;
  }

  #zoneFrames(): number {
    const { core, czones } = this.vm.guest;
    if (this.czone === undefined || czones === undefined) return 0;
    const { blockFrames } = czones.region;
    const blocks = czones.blocksOf(this.czone);
    return blocks.reduce((sum, start) => sum + core.backing.count(start, blockFrames), 0);
  }
}
