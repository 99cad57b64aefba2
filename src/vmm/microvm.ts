// One microVM: a guest, its VMM process, and its share of the host's memory.

import { bound } from '../graph/index.ts';
import { HandleEnded, expectFunction, expectInteger, expectText } from '../check/index.ts';
import {
  COUNT_RELEASED_PAGES,
  addCounts,
  type Counts,
  type CorePool,
  type FrameRange,
  GuestKernel,
  type KernelClocks,
  type ResumeTouches,
  expectCounts,
  newCounts,
} from '../guest/index.ts';
import {
  CAUSE_ANONYMOUS,
  CAUSE_HOST_CACHE,
  type HostMemory,
  framesOf,
  newAccount,
} from './host.ts';
import { type VmmFootprint, accountOf } from './account.ts';
import { Claims } from './claims.ts';
import { VmMemory } from './memory.ts';
import { VmFiles } from './vm-files.ts';
import type { Operations } from '../cost/index.ts';
import type { AttachedDevice, CountedDevice, Debtor } from './counted.ts';
import { expectDebt, expectRanges } from './counted.ts';
import { DeviceWork } from './device-work.ts';
import { Hibernation, type ImageLoad, type SuspendCounts } from './hibernation.ts';
import type { HostFiles } from './host-files.ts';
import { Lasting } from './lasting.ts';
import { Pager } from './pager.ts';
import type { Template } from './template.ts';

/** Host memory in pages of 4 KiB behind the guest. */
export const GUEST_BACKING_ORDER_4K = 0;

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

/** A VM on a host: a guest, its devices, and what the host holds for it. `Vmm` starts them. */
export class MicroVm {
  /** What is attached, in order. */
  readonly devices: AttachedDevice[] = [];
  /** Devices that can take memory from the guest: each tries to free so many frames and says how many it got. */
  readonly reclaimers: ((frames: number) => number)[] = [];
  /** Devices whose operations `takeOperations` hands on. */
  readonly counted: CountedDevice[] = [];
  /** Of its host's VMs, from 0 in the order of their starts. */
  readonly id: number;
  /** Virtual CPUs. */
  readonly cpus: number;
  /** What its start took besides memory. */
  readonly startOperations: Readonly<Record<string, Operations>>;
  /** What its start took in memory, until the agent answered. */
  readonly startCounts: Counts = newCounts();
  private readonly _guest: GuestKernel;
  private readonly _context: VmContext;
  private readonly _template: Template;
  private _pager: Pager | undefined;
  /** Of a VM that was suspended once. */
  private _hibernation: Hibernation | undefined;
  private readonly _deferred: (() => void)[] = [];
  private readonly _claims: Claims = new Claims();
  private readonly _work: DeviceWork = new DeviceWork(this.counted);
  private readonly _held: Float64Array = newAccount();
  private readonly _next: Float64Array = newAccount();
  private readonly _lasting: Lasting;
  /** What was counted when the host reclaimed; the next settle hands it on. */
  private readonly _carried: Counts = newCounts();
  private _isCarrying = false;
  private readonly _files: VmFiles;
  private _stirs = 0;
  private readonly _debtors: Debtor[] = [];
  /** When the last debt of pages was made. */
  private _owedNs = 0;
  private _memory: VmMemory | undefined;
  private _stopReason: string | undefined;

  /** Clones the template, or boots: then the image only saves the emulator the same work again. */
  constructor(id: number, template: Template, context: VmContext) {
    this.id = id;
    this.cpus = template.image.config.cpus;
    this._context = context;
    this._template = template;
    this._lasting = new Lasting(context.clocks.timers, context.host);
    try {
      template.hold();
    } catch (error) {
      template.drop();
      throw error;
    }
    const { image } = template;
    const core = context.pool.clone(image.core);
    this._guest = GuestKernel.fromImage(image, core, context.clocks);
    this._guest.onMoved = bound(this, this._settleAside);
    this._guest.onStir = bound(this, this.stir);
    this._files = new VmFiles(context.files, bound(this, this._carry));
    this._guest.files.source = this._files;
    const opened = template.open?.(core);
    this.startOperations = opened?.operations ?? template.startOperations;
    if (opened?.pager !== undefined) this._attachPager(opened.pager);
    if (image.template) this._guest.wake();
    try {
      this.settle(this.startCounts);
    } catch (error) {
      this._end('refused by the host');
      throw error;
    }
  }

  /**
   * The VM goes to a disk: what the guest has of its own is written, and the host holds nothing for it alone until it is resumed.
   * What was counted until now must have been settled.
   */
  suspend(load: ImageLoad = 'lazy'): void {
    this.expectRunning();
    if (this.isSuspended) return;
    const { core } = this.guest;
    this._hibernation ??= this._firstHibernation();
    this._hibernation.write(core, load);
    this._guest.suspend();
    this._memory?.suspend();
    this._files.leave();
    this._template.suspend(true);
    this._settleAccount();
  }

  private _firstHibernation(): Hibernation {
    const { clocks, host } = this._context;
    const hibernation = new Hibernation(clocks.timers, host);
    this.counted.push(hibernation);
    const read = bound(hibernation, hibernation.read);
    if (this._pager === undefined) {
      this._attachPager(new Pager(this._guest.core, { isCopied: false, read }));
    } else this._pager.alsoRead(read);
    return hibernation;
  }

  /** A suspended VM goes on. What that takes, besides memory, is among its operations. */
  resume(touched: ResumeTouches): void {
    this.expectRunning();
    if (!this.isSuspended) return;
    this.stir();
    this._hibernation?.restore();
    this._template.suspend(false);
    this._files.useAgain();
    this._guest.resume(touched);
    for (const go of this._deferred.splice(0)) go();
    this._settleAside();
  }

  /** Whether it lies on a disk, and the host holds nothing for it. */
  get isSuspended(): boolean {
    return this._hibernation?.isSuspended === true;
  }

  /** How often it was suspended. */
  get suspends(): number {
    return this._hibernation?.images ?? 0;
  }

  /** How often, and with how much, in the host's measured time. undefined: never. */
  get suspendCounts(): Readonly<SuspendCounts> | undefined {
    return this._hibernation?.counts;
  }

  /** For timers that would fire in a suspended VM: when it goes on. */
  whenResumed(go: () => void): void {
    this._deferred.push(expectFunction('go', go));
  }

  /** What it has put in place so far is in the VM's start. */
  private _attachPager(pager: Pager): void {
    this._pager = pager;
    this.counted.push(pager);
    this._guest.readCounts(newCounts());
  }

  /** The guest. Whoever asks for it may change it, and sees no debts: ask each time. */
  get guest(): GuestKernel {
    this.stir();
    return this._guest;
  }

  /** The guest for who looks and changes nothing, without a stir: temporary pages of calls that were put off count as free. */
  get unstirred(): Pick<GuestKernel, 'core' | 'config' | 'taken'> {
    return this._guest;
  }

  /** Whether a settle would find nothing: so far all that happened was settled. */
  get isSettled(): boolean {
    return !this._isCarrying && this._guest.isSettled;
  }

  /** How often the guest was looked at or changed by others than calls. */
  get stirs(): number {
    return this._stirs;
  }

  /** Something else than a call is about to look at the guest or to change it: debts are paid first. */
  stir(): void {
    this._stirs += 1;
    if (this._debtors.length > 0) this._payBack();
    this._guest.stir();
  }

  /** A debtor's temporary pages come, or go (below zero), in the host's account alone. It knows that nothing else would happen. */
  putOff(debtor: Debtor, pages: number): void {
    this.expectRunning();
    const isKnown = this._debtors.includes(debtor);
    if (!isKnown) expectDebt(debtor, pages);
    this._context.host.moveIdle(CAUSE_ANONYMOUS, pages);
    if (!isKnown) this._debtors.push(debtor);
    this._guest.skipBackground(Math.abs(pages));
    if (pages !== 0) this._owedNs = this._context.clocks.timers.nowNs;
  }

  /** A debtor's pages are about to come: the account will have them from the guest. */
  takeBack(pages: number): void {
    this.expectRunning();
    this._context.host.moveIdle(CAUSE_ANONYMOUS, -expectInteger('pages', pages, 0));
  }

  /** What the debtors booked when they put it off is not booked again. */
  private _payBack(): void {
    const debtors = this._debtors.splice(0);
    for (const debtor of debtors) debtor.payBack();
    this._guest.catchUp(this._owedNs);
    this._guest.skipCounts();
    this._settleAccount();
  }

  private _carry(slot: number, pages: number): void {
    this._carried[slot] = (this._carried[slot] as number) + pages;
    this._isCarrying = true;
  }

  /** The guest's memory as bytes. */
  get memory(): VmMemory {
    this.expectRunning();
    this._memory ??= new VmMemory(this.guest.memory);
    return this._memory;
  }

  /** Order of the host pages behind the guest: 0 for 4 KiB, 9 for 2 MiB. */
  get backingOrder(): number {
    return this.guest.core.backingOrder;
  }

  /** Why the VM ended; undefined while it runs. Its guest must not be used any more. */
  get stopReason(): string | undefined {
    return this._stopReason;
  }

  /** Throws HandleEnded when the VM has ended. */
  expectRunning(): void {
    if (this._stopReason !== undefined) throw new HandleEnded(`VM ${this.id}`, this._stopReason);
  }

  /**
   * A device has a range of the address space to itself from now on. Throws RefusedArgument when it
   * lies over the guest's memory or over what another device has.
   */
  claim(argument: string, range: FrameRange): void {
    this._claims.claim(this.guest, argument, range);
  }

  /** A VM has one of this kind of device. Throws RefusedArgument for a second. */
  attachOnce(kind: string): void {
    this._claims.attachOnce(`VM ${this.id}`, kind);
  }

  /** The range is nobody's again. */
  unclaim(range: FrameRange): void {
    this._claims.unclaim(range);
  }

  /** Ends the VM at once if one of its devices wants that. Whether it runs on. */
  checkDevices(): boolean {
    for (const { killReason } of this.devices) {
      if (killReason !== undefined) this.kill(killReason);
    }
    return this._stopReason === undefined;
  }

  /**
   * Brings the host's account up to date and adds what the guest did since the last time to
   * `counts`. Throws HandleEnded when the VM has ended.
   */
  settle(counts: Counts): void {
    this.expectRunning();
    expectCounts(counts);
    this.stir();
    if (!this.isSuspended) this._guest.runBackground();
    this._readCounts(counts);
    this._settleAccount();
  }

  /**
   * The same at the begin or the end of a call, where mostly nothing has happened that anyone waits for. `total` gets what was
   * counted; if some of it disturbs the call, `counts` has it too, instead of what it had. Whether it does.
   */
  settleCall(total: Counts, counts: Counts): boolean {
    expectCounts(total);
    expectCounts(counts);
    const guest = this._guest;
    guest.runBackground();
    const isDisturbed = this._isCarrying || guest.isDisturbed;
    if (isDisturbed) {
      counts.fill(0);
      this._readCounts(counts);
      addCounts(total, counts);
    } else {
      guest.readCounts(total);
      this._work.takeOut(total);
    }
    this._settleAccount();
    return isDisturbed;
  }

  private _readCounts(counts: Counts): void {
    if (this._isCarrying) {
      addCounts(counts, this._carried);
      this._carried.fill(0);
      this._isCarrying = false;
    }
    if (this._pager === undefined) this._guest.readCounts(counts);
    else this._readPaged(counts, this._pager);
    this._work.takeOut(counts);
  }

  private _readPaged(counts: Counts, pager: Pager): void {
    const own = newCounts();
    pager.beforeCounts();
    this._guest.readCounts(own);
    pager.take(own);
    addCounts(counts, own);
  }

  private _settleAccount(): void {
    const { _guest: guest, _next: next } = this;
    if (this.isSuspended) next.fill(0);
    else {
      accountOf(guest, this._context.vmm, this._files.mappedFrames, next);
      next[CAUSE_HOST_CACHE] = this._hibernation?.mappedFrames(guest.core) ?? 0;
    }
    if (this._context.host.settle(this._held, this._next) === 0) return;
    this._lasting.set(framesOf(this._held));
  }

  /** What the host held for it alone, times how long in nanoseconds, in the host's measured time. */
  get heldFrameNs(): number {
    return this._lasting.frameNs;
  }

  /** Whether the devices did something since the last time. */
  get hasOperations(): boolean {
    return this._work.isAny;
  }

  /** What the devices did since the last time; undefined: nothing. */
  takeOperations(): Operations | undefined {
    return this._work.take();
  }

  /** The host takes ranges back (madvise DONTNEED). Backed frames that it got. */
  release(ranges: readonly FrameRange[]): number {
    this.expectRunning();
    let frames = 0;
    const memory = this._memory;
    for (const { start, count } of expectRanges(ranges)) {
      frames += memory?.discard(start, count) ?? this.guest.core.backing.release(start, count);
    }
    return frames;
  }

  /** Backed frames in ranges. */
  backedIn(ranges: readonly FrameRange[]): number {
    let frames = 0;
    for (const { start, count } of expectRanges(ranges)) {
      frames += this.guest.core.backing.count(start, count);
    }
    return frames;
  }

  /** The host is short of memory: takes what the devices can get. Frames freed. */
  reclaim(frames: number): number {
    this.expectRunning();
    expectInteger('frames', frames, 0);
    let got = 0;
    if (this.isSuspended) return got;
    for (const reclaim of this.reclaimers) {
      if (got < frames && this._stopReason === undefined) got += reclaim(frames - got);
    }
    if (this._stopReason === undefined) this._settleAside();
    return got;
  }

  /** Settles between the caller's own times to do so; what is counted is the next one's. */
  private _settleAside(): void {
    const counts = newCounts();
    this.settle(counts);
    addCounts(this._carried, counts);
    this._isCarrying = true;
  }

  /** Ends the VM from outside, whatever its guest was doing. */
  kill(reason: string): void {
    expectText('reason', reason);
    if (this._stopReason !== undefined) return;
    this.stir();
    this._end(reason);
  }

  /** Ends the VMM process: all of its frames are the host's again, which counts as released. */
  stop(counts: Counts): void {
    if (this._stopReason !== undefined) return;
    try {
      this.settle(counts);
    } catch (error) {
      this.kill('stopped, while its host or its guest was out of memory');
      throw error;
    }
    // settling may end the VM: the host is short and takes the largest
    if (this._stopReason !== undefined) return;
    if (!this.isSuspended) this._context.inspect?.(this);
    const last = newCounts();
    last[COUNT_RELEASED_PAGES] = this._guest.core.privateFrames;
    this._pager?.take(last);
    addCounts(counts, last);
    this._end('stopped');
  }

  /** `using vm = …`: stops it at the block's end, if it runs then. */
  [Symbol.dispose](): void {
    this.stop(newCounts());
  }

  private _end(reason: string): void {
    this._stopReason = reason;
    this._guest.stopWorkers();
    this._context.host.settle(this._held, newAccount());
    this._lasting.set(0);
    if (this.isSuspended) this._template.suspend(false);
    else this._files.leave();
    this._template.drop();
    this._context.pool.give(this._guest.core, `VM ${this.id}`, reason);
  }
}
