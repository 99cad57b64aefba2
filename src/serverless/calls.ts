// The calls of one container, one at a time. A call that does what the one before did, and leaves the guest as it found it,
// is put off: the host's account and the run's counts have it at once, the core when anything else looks at the guest
// (docs/decisions/0045-calls-that-recur.md).

import {
  type Asker,
  COUNT_ALLOC_PAGES,
  COUNT_DROPPED_PAGES,
  COUNT_FAULT_PAGES,
  COUNT_FREE_PAGES,
  COUNT_TOUCHED_PAGES,
  type CallPages,
  type Counts,
  type Debtor,
  type MicroVm,
  type OpenFile,
  type Process,
  askBeforeRest,
  forgetAsker,
} from '../vmm/index.ts';

const NEVER = -1;

function add(counts: Counts, slot: number, pages: number): void {
  counts[slot] = (counts[slot] as number) + pages;
}

export class Calls implements Asker, Debtor {
  private readonly _vm: MicroVm;
  private readonly _process: Process;
  private readonly _file: OpenFile;
  private readonly _pages: CallPages;
  private readonly _touchedPages: number;
  /** Its temporary memory comes from a zone that nobody else uses. */
  private readonly _isApart: boolean;
  /** Nothing but calls has happened to the VM since this one's last was found to recur. */
  private _recursAt = NEVER;
  /** What others had taken away in the guest then; NEVER: it may be this one's own process that does. */
  private _takenAt = NEVER;
  /** The last begin met nothing. */
  private _isPlain = false;
  /** Calls that are put off, and whether one has begun besides them. */
  private _owed = 0;
  private _isAhead = false;
  /** The VM knows that it has put something off. */
  private _isDebtor = false;

  constructor(
    vm: MicroVm,
    config: { process: Process; file: OpenFile; pages: CallPages; isApart: boolean },
  ) {
    const { process, file, pages, isApart } = config;
    this._vm = vm;
    this._process = process;
    this._file = file;
    this._pages = pages;
    this._isApart = isApart;
    const { filePages, writePages, readPages, temporaryPages } = pages;
    this._touchedPages = filePages + writePages + readPages + temporaryPages;
    if (temporaryPages === 0) askBeforeRest(vm.unstirred.core, this);
  }

  /** Counts as MicroVm.settleCall hands them on; whether they, or a device, may hold the call up. */
  begin(total: Counts, counts: Counts): boolean {
    if (!this._stillRecurs()) {
      return this._recursStill() ? this._beginStill(total, counts) : this._beginNow(total, counts);
    }
    this._isAhead = true;
    add(total, COUNT_TOUCHED_PAGES, this._touchedPages);
    const { temporaryPages } = this._pages;
    this._putOff(temporaryPages);
    if (temporaryPages === 0) return false;
    add(total, COUNT_ALLOC_PAGES, temporaryPages);
    add(total, COUNT_FAULT_PAGES, temporaryPages);
    return false;
  }

  /** Pages come or go that the core does not hear of; of none the VM hears once. */
  private _putOff(pages: number): void {
    if (pages === 0 && this._isDebtor) return;
    this._isDebtor = true;
    this._vm.putOff(this, pages);
  }

  end(total: Counts, counts: Counts): void {
    if (!this._isAhead) {
      this._endNow(total, counts);
      return;
    }
    this._isAhead = false;
    this._owed += 1;
    const { temporaryPages } = this._pages;
    if (temporaryPages === 0) return;
    this._putOff(-temporaryPages);
    add(total, COUNT_FREE_PAGES, temporaryPages);
    add(total, COUNT_DROPPED_PAGES, temporaryPages);
  }

  payBack(): void {
    this._isDebtor = false;
    if (this._owed > 0) this._process.repeatCalls(this._file, this._pages, this._owed);
    this._owed = 0;
    if (!this._isAhead) return;
    this._isAhead = false;
    this._vm.takeBack(this._pages.temporaryPages);
    this._isPlain = this._process.beginCall(this._file, this._pages);
    if (!this._isPlain) throw new Error('a call that recurs met something');
  }

  /** It takes nothing, and finds all in place: whoever acted on the guest since its last one has not changed that. */
  private _recursStill(): boolean {
    return this._pages.temporaryPages === 0 && this._process.callRecurs(this._file, this._pages);
  }

  /** Begins such a call: what others have left behind is settled, and may hold it up. */
  private _beginStill(total: Counts, counts: Counts): boolean {
    const vm = this._vm;
    const isDisturbed = vm.settleCall(total, counts);
    this._recursAt = vm.stirs;
    this._noteTaken(true);
    this.begin(total, counts);
    if (isDisturbed) add(counts, COUNT_TOUCHED_PAGES, this._touchedPages);
    else if (vm.hasOperations) counts.fill(0);
    return isDisturbed || vm.hasOperations;
  }

  private _beginNow(total: Counts, counts: Counts): boolean {
    const vm = this._vm;
    if (!this._isApart) vm.stir();
    const isWhole = this._process.beginCall(this._file, this._pages);
    const isDisturbed = vm.settleCall(total, counts);
    this._isPlain = isWhole && !isDisturbed;
    if (!this._isPlain) vm.stir();
    else if (this._pages.temporaryPages === 0) this._seeWhetherRecurs();
    if (isDisturbed) return true;
    if (vm.hasOperations) counts.fill(0);
    return vm.hasOperations;
  }

  private _endNow(total: Counts, counts: Counts): void {
    const vm = this._vm;
    const isBare = this._pages.temporaryPages === 0;
    // one without memory of its own that recurs has an end at which nothing happens
    if (isBare && this._stillRecurs()) return;
    // where there is nothing to give back, no list changes
    if (!this._isApart && !isBare) vm.stir();
    this._process.freeTemporary();
    const isDisturbed = vm.settleCall(total, counts);
    if (isDisturbed) {
      vm.stir();
      this._isPlain = false;
    }
    this._seeWhetherRecurs();
  }

  private _seeWhetherRecurs(): void {
    const vm = this._vm;
    const isBare = this._pages.temporaryPages === 0;
    const isAsked = isBare || this._isPlain;
    const recurs = isAsked && this._process.callRecurs(this._file, this._pages);
    this._recursAt = recurs && this._isPlain ? vm.stirs : NEVER;
    if (isBare) this._noteTaken(recurs);
  }

  private _noteTaken(recurs: boolean): void {
    const { core, taken } = this._vm.unstirred;
    this._takenAt = recurs ? taken : NEVER;
    // a guest that was read from a checkpoint knows of nobody who asks it
    askBeforeRest(core, this);
  }

  /** What others have taken since was not what this one's calls find in place: known now, its next call need not wake the guest. */
  beforeRest(): void {
    const { taken } = this._vm.unstirred;
    if (this._takenAt !== taken) this._takenAt = this._recursStill() ? taken : NEVER;
  }

  /**
   * A call without memory of its own finds in place what it found there before, whatever else came into the guest, as long as
   * nothing was taken away and nobody waits for the guest's workers.
   */
  private _stillRecurs(): boolean {
    const vm = this._vm;
    if (this._recursAt === vm.stirs) return true;
    if (this._takenAt === NEVER || this._takenAt !== vm.unstirred.taken) return false;
    if (!vm.isSettled || vm.hasOperations) return false;
    this._recursAt = vm.stirs;
    return true;
  }

  /** Its process takes or gives memory besides: the next one is looked at. */
  forget(): void {
    this._takenAt = NEVER;
  }

  /** Its process ends: there is no next one. */
  close(): void {
    forgetAsker(this._vm.unstirred.core, this);
  }
}
