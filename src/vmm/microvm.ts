// One microVM: a guest, its VMM process, and its share of the host's memory.

import { RefusedArgument, HandleEnded, expectInteger } from '../check/index.ts';
import {
  COUNT_BLOCK_READS,
  COUNT_DEVICE_READS,
  COUNT_RELEASED_PAGES,
  COUNT_TEMPLATE_MAPS,
  addCounts,
  type Counts,
  type CorePool,
  type FrameRange,
  type FreeSpace,
  GuestKernel,
  type KernelClocks,
  layoutOf,
  newCounts,
} from '../guest/index.ts';
import {
  CAUSE_ANONYMOUS,
  CAUSE_FILE_SHARED,
  CAUSE_GUEST_OS,
  CAUSE_IDLE_UNUSED,
  CAUSE_PAGE_TABLES,
  CAUSE_VMM,
  type HostMemory,
  framesOf,
  newAccount,
} from './host.ts';
import { VmMemory } from './memory.ts';
import type { Operations } from '../cost/index.ts';
import { type CountedDevice, addOperations, since } from './counted.ts';
import type { HostFiles } from './host-files.ts';
import { Lasting } from './lasting.ts';
import type { Pager } from './pager.ts';
import type { Template } from './template.ts';

/** Host memory in pages of 4 KiB behind the guest. */
export const GUEST_BACKING_ORDER_4K = 0;

/** What the VMM itself costs. */
export interface VmmFootprint {
  /** VMM process without guest memory. */
  readonly processFrames: number;
  /** Frames of host page tables for each backed guest frame. */
  readonly tableFramesPerFrame: number;
}

/** What must be at hand to start and stop VMs. */
export interface VmContext {
  readonly host: HostMemory;
  readonly files: HostFiles;
  readonly pool: CorePool;
  readonly vmm: VmmFootprint;
  readonly clocks: KernelClocks;
  /** Sees each VM before it is stopped, when its processes are gone. For checks. */
  readonly inspect?: ((vm: MicroVm) => void) | undefined;
}

/** Whoever has put off what the core must do for it. */
export interface Debtor {
  /** Has the core do it. */
  payBack(): void;
}

/** A device of a VM, as the VM sees it. */
export interface AttachedDevice {
  /** Why the VMM must end the VM, if the driver did what the VMM does not forgive. */
  readonly killReason: string | undefined;
}

export class MicroVm {
  readonly devices: AttachedDevice[] = [];
  /**
   * Devices that can take memory from the guest: each tries to free so many frames and says how
   * many it got.
   */
  readonly reclaimers: ((frames: number) => number)[] = [];
  /** Devices whose operations `takeOperations` hands on. */
  readonly counted: CountedDevice[] = [];
  readonly id: number;
  readonly cpus: number;
  /** What its start took besides memory. */
  readonly startOperations: Readonly<Record<string, Operations>>;
  /** What its start took in memory, until the agent answered. */
  readonly startCounts: Counts = newCounts();
  readonly #guest: GuestKernel;
  readonly #context: VmContext;
  readonly #template: Template;
  #pager: Pager | undefined;
  readonly #claims: FrameRange[] = [];
  readonly #kinds: Set<string> = new Set();
  readonly #held: Float64Array = newAccount();
  readonly #next: Float64Array = newAccount();
  readonly #lasting: Lasting;
  /** What was counted when the host reclaimed; the next settle hands it on. */
  readonly #carried: Counts = newCounts();
  #isCarrying = false;
  /** Files that it has read, and how many pages of the host's copies it has mapped. */
  readonly #files: Set<string> = new Set<string>();
  #mappedFrames = 0;
  #stirs = 0;
  readonly #debtors: Debtor[] = [];
  /** When the last debt was made. */
  #owedNs = 0;
  #memory: VmMemory | undefined;
  #takenExits = 0;
  #takenOperations: Operations = {};
  #stopReason: string | undefined;

  /** Clones the template, or boots: then the image only saves the emulator the same work again. */
  constructor(id: number, template: Template, context: VmContext) {
    this.id = id;
    this.cpus = template.image.config.cpus;
    this.#context = context;
    this.#template = template;
    this.#lasting = new Lasting(context.clocks.timers, context.host);
    try {
      template.hold();
    } catch (error) {
      template.drop();
      throw error;
    }
    const { image } = template;
    const core = context.pool.clone(image.core);
    this.#guest = GuestKernel.fromImage(image, core, context.clocks);
    this.#guest.onMoved = () => this.#settleAside();
    this.#guest.onStir = () => this.stir();
    this.#guest.files.source = {
      isMapped: context.files.mode === 'dax',
      came: (name, pages, upTo) => this.#readFile(name, pages, upTo),
    };
    const opened = template.open?.(core);
    this.startOperations = opened?.operations ?? template.startOperations;
    if (opened?.pager !== undefined) this.#attachPager(opened.pager);
    if (image.template) this.#guest.wake();
    try {
      this.settle(this.startCounts);
    } catch (error) {
      this.#end('refused by the host');
      throw error;
    }
  }

  /** What it has put in place so far is in the VM's start. */
  #attachPager(pager: Pager): void {
    this.#pager = pager;
    this.counted.push(pager);
    this.#guest.readCounts(newCounts());
  }

  /** The guest. Whoever asks for it may change it, and sees no debts: ask each time. */
  get guest(): GuestKernel {
    this.stir();
    return this.#guest;
  }

  /** What is free in the guest. Looks without a stir: temporary pages of calls that were put off count as free. */
  get freeSpace(): FreeSpace {
    return this.#guest.core.freeSpace();
  }

  /** How often the guest was looked at or changed by others than calls. */
  get stirs(): number {
    return this.#stirs;
  }

  /** Something else than a call is about to look at the guest or to change it: debts are paid first. */
  stir(): void {
    this.#stirs += 1;
    if (this.#debtors.length > 0) this.#payBack();
    this.#guest.stir();
  }

  /**
   * Puts off that a debtor's temporary pages come, or go (below zero): only the host's account has
   * it now. The debtor knows that nothing else would happen to the guest, and is asked once.
   */
  putOff(debtor: Debtor, pages: number): void {
    this.#guest.skipBackground(Math.abs(pages));
    const { host, clocks } = this.#context;
    if (!this.#debtors.includes(debtor)) this.#debtors.push(debtor);
    this.#owedNs = clocks.timers.nowNs;
    host.moveIdle(CAUSE_ANONYMOUS, pages);
  }

  /** A debtor's pages are about to come: the account will have them from the guest. */
  takeBack(pages: number): void {
    this.#context.host.moveIdle(CAUSE_ANONYMOUS, -pages);
  }

  /** What the debtors booked when they put it off is not booked again. */
  #payBack(): void {
    const debtors = this.#debtors.splice(0);
    for (const debtor of debtors) debtor.payBack();
    this.#guest.catchUp(this.#owedNs);
    this.#guest.skipCounts();
    this.#settleAccount();
  }

  /** Pages of a file came in or were mapped, up to a page: what the next settle hands on. */
  #readFile(name: string, pages: number, upTo: number): void {
    const { files } = this.#context;
    if (!this.#files.has(name)) {
      this.#files.add(name);
      files.use(name);
    }
    const isMapped = files.mode === 'dax';
    if (isMapped) this.#mappedFrames += pages;
    this.#carry(isMapped ? COUNT_TEMPLATE_MAPS : COUNT_BLOCK_READS, pages);
    this.#carry(COUNT_DEVICE_READS, files.read(name, upTo));
  }

  #carry(slot: number, pages: number): void {
    this.#carried[slot] = (this.#carried[slot] as number) + pages;
    this.#isCarrying = true;
  }

  /** The guest's memory as bytes. */
  get memory(): VmMemory {
    this.expectRunning();
    this.#memory ??= new VmMemory(this.guest.memory);
    return this.#memory;
  }

  /** Order of the host pages behind the guest: 0 for 4 KiB, 9 for 2 MiB. */
  get backingOrder(): number {
    return this.guest.core.backingOrder;
  }

  /** Why the VM ended; undefined while it runs. Its guest must not be used any more. */
  get stopReason(): string | undefined {
    return this.#stopReason;
  }

  /** Throws HandleEnded when the VM has ended. */
  expectRunning(): void {
    if (this.#stopReason !== undefined) throw new HandleEnded(`VM ${this.id}`, this.#stopReason);
  }

  /**
   * A device has a range of the address space to itself from now on. Throws RefusedArgument when it
   * lies over the guest's memory or over what another device has.
   */
  claim(argument: string, range: FrameRange): void {
    const { config, core } = this.guest;
    const { ram } = layoutOf(config.memoryFrames, []);
    const { region } = config;
    const zones = region === undefined ? [] : [{ start: region.start, count: region.frames }];
    for (const { start, count } of [...ram, ...zones, ...this.#claims]) {
      if (range.start >= start + count || start >= range.start + range.count) continue;
      const expected = `frames that nothing else has (${start} to ${start + count - 1} are taken)`;
      throw new RefusedArgument(argument, expected, range.start);
    }
    if (range.start + range.count > core.spanFrames) {
      const expected = `room for ${range.count} frames from ${range.start} on: make the guest with hotplugFrames`;
      throw new RefusedArgument(argument, expected, core.spanFrames);
    }
    this.#claims.push(range);
  }

  /** A VM has one of this kind of device. Throws RefusedArgument for a second. */
  attachOnce(kind: string): void {
    if (this.#kinds.has(kind)) {
      throw new RefusedArgument(`VM ${this.id}`, `a VM without ${kind}`, `it has ${kind} already`);
    }
    this.#kinds.add(kind);
  }

  /** The range is nobody's again. */
  unclaim(range: FrameRange): void {
    const at = this.#claims.indexOf(range);
    if (at >= 0) this.#claims.splice(at, 1);
  }

  /** Ends the VM at once if one of its devices wants that. Whether it runs on. */
  checkDevices(): boolean {
    for (const { killReason } of this.devices) {
      if (killReason !== undefined) this.kill(killReason);
    }
    return this.#stopReason === undefined;
  }

  /**
   * Brings the host's account up to date and adds what the guest did since the last time to
   * `counts`. Throws HandleEnded when the VM has ended.
   */
  settle(counts: Counts): void {
    this.expectRunning();
    this.stir();
    this.#guest.runBackground();
    this.#readCounts(counts);
    this.#settleAccount();
  }

  /**
   * The same at the begin or the end of a call, where mostly nothing has happened that anyone waits
   * for. `total` gets what was counted; if some of it disturbs the call, `counts` has it too, instead
   * of what it had. Whether it does.
   */
  settleCall(total: Counts, counts: Counts): boolean {
    const guest = this.#guest;
    guest.runBackground();
    const isDisturbed = this.#isCarrying || guest.isDisturbed;
    if (isDisturbed) {
      counts.fill(0);
      this.#readCounts(counts);
      addCounts(total, counts);
    } else {
      guest.readCounts(total);
      this.#takeOut(total);
    }
    this.#settleAccount();
    return isDisturbed;
  }

  #readCounts(counts: Counts): void {
    if (this.#isCarrying) {
      addCounts(counts, this.#carried);
      this.#carried.fill(0);
      this.#isCarrying = false;
    }
    if (this.#pager === undefined) this.#guest.readCounts(counts);
    else this.#readPaged(counts, this.#pager);
    this.#takeOut(counts);
  }

  /** What devices book as operations of their own is not counted twice. */
  #takeOut(counts: Counts): void {
    const { counted } = this;
    for (let at = 0; at < counted.length; at += 1) counted[at]?.takeOut?.(counts);
  }

  #readPaged(counts: Counts, pager: Pager): void {
    const own = newCounts();
    pager.beforeCounts();
    this.#guest.readCounts(own);
    pager.take(own);
    addCounts(counts, own);
  }

  #settleAccount(): void {
    const { core, memory } = this.#guest;
    const { guestOs, file, anonymous, pageTables } = memory.used;
    const { vmm, host } = this.#context;
    const next = this.#next;
    next[CAUSE_GUEST_OS] = guestOs;
    next[CAUSE_VMM] = vmm.processFrames;
    next[CAUSE_FILE_SHARED] = file;
    next[CAUSE_ANONYMOUS] = anonymous;
    next[CAUSE_IDLE_UNUSED] = core.privateFrames - guestOs - file - anonymous - pageTables;
    const present = core.backedFrames + this.#mappedFrames;
    next[CAUSE_PAGE_TABLES] = pageTables + present * vmm.tableFramesPerFrame;
    if (host.settle(this.#held, next) !== 0) this.#lasting.set(framesOf(this.#held));
  }

  /** What the host held for it alone, times how long in nanoseconds, in the host's measured time. */
  get heldFrameNs(): number {
    return this.#lasting.frameNs;
  }

  get #exits(): number {
    const { counted } = this;
    let exits = 0;
    for (let at = 0; at < counted.length; at += 1) exits += counted[at]?.exits ?? 0;
    return exits;
  }

  /** Whether the devices did something since the last time. */
  get hasOperations(): boolean {
    return this.#exits !== this.#takenExits;
  }

  /** What the devices did since the last time; undefined: nothing. */
  takeOperations(): Operations | undefined {
    const exits = this.#exits;
    if (exits === this.#takenExits) return undefined;
    const now: Operations = {};
    for (const { operations } of this.counted) addOperations(now, operations);
    const taken = since(this.#takenOperations, now);
    this.#takenExits = exits;
    this.#takenOperations = now;
    return taken;
  }

  /** The host takes ranges back (madvise DONTNEED). Backed frames that it got. */
  release(ranges: readonly FrameRange[]): number {
    this.expectRunning();
    let frames = 0;
    const memory = this.#memory;
    for (const { start, count } of ranges) {
      frames += memory?.discard(start, count) ?? this.guest.core.backing.release(start, count);
    }
    return frames;
  }

  /** Backed frames in ranges. */
  backedIn(ranges: readonly FrameRange[]): number {
    let frames = 0;
    for (const { start, count } of ranges) {
      frames += this.guest.core.backing.count(start, count);
    }
    return frames;
  }

  /** The host is short of memory: takes what the devices can get. Frames freed. */
  reclaim(frames: number): number {
    this.expectRunning();
    expectInteger('frames', frames, 0);
    let got = 0;
    for (const reclaim of this.reclaimers) {
      if (got < frames && this.#stopReason === undefined) got += reclaim(frames - got);
    }
    if (this.#stopReason === undefined) this.#settleAside();
    return got;
  }

  /** Settles between the caller's own times to do so; what is counted is the next one's. */
  #settleAside(): void {
    const counts = newCounts();
    this.settle(counts);
    addCounts(this.#carried, counts);
    this.#isCarrying = true;
  }

  /** Ends the VM from outside, whatever its guest was doing. */
  kill(reason: string): void {
    if (this.#stopReason !== undefined) return;
    this.stir();
    this.#end(reason);
  }

  /** Ends the VMM process: all of its frames are the host's again, which counts as released. */
  stop(counts: Counts): void {
    if (this.#stopReason !== undefined) return;
    try {
      this.settle(counts);
    } catch (error) {
      this.kill('stopped, while its host or its guest was out of memory');
      throw error;
    }
    // settling may end the VM: the host is short and takes the largest
    if (this.#stopReason !== undefined) return;
    this.#context.inspect?.(this);
    const last = newCounts();
    last[COUNT_RELEASED_PAGES] = this.#guest.core.privateFrames;
    this.#pager?.take(last);
    addCounts(counts, last);
    this.#end('stopped');
  }

  #end(reason: string): void {
    this.#stopReason = reason;
    this.#guest.stopWorkers();
    this.#context.host.settle(this.#held, newAccount());
    this.#lasting.set(0);
    this.#context.files.leave(this.#files);
    this.#template.drop();
    this.#context.pool.give(this.#guest.core, `VM ${this.id}`, reason);
  }
}
