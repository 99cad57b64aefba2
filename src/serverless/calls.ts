// The calls of one container, one at a time. A call that does what the one before did, and leaves the guest as it found it,
// is put off: the host's account and the run's counts have it at once, the core when anything else looks at the guest
// (docs/decisions/0045-calls-that-recur.md).

import {
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
} from '../vmm/index.ts';

const NEVER = -1;

function add(counts: Counts, slot: number, pages: number): void {
  counts[slot] = (counts[slot] as number) + pages;
}

export class Calls implements Debtor {
  readonly #vm: MicroVm;
  readonly #process: Process;
  readonly #file: OpenFile;
  readonly #pages: CallPages;
  readonly #touchedPages: number;
  /** Its temporary memory comes from a zone that nobody else uses. */
  readonly #isApart: boolean;
  /** Nothing but calls has happened to the VM since this one's last was found to recur. */
  #recursAt = NEVER;
  /** The last begin met nothing. */
  #isPlain = false;
  /** Calls that are put off, and whether one has begun besides them. */
  #owed = 0;
  #isAhead = false;

  constructor(
    vm: MicroVm,
    config: { process: Process; file: OpenFile; pages: CallPages; isApart: boolean },
  ) {
    const { process, file, pages, isApart } = config;
    this.#vm = vm;
    this.#process = process;
    this.#file = file;
    this.#pages = pages;
    this.#isApart = isApart;
    const { filePages, writePages, readPages, temporaryPages } = pages;
    this.#touchedPages = filePages + writePages + readPages + temporaryPages;
  }

  /** Counts as MicroVm.settleCall hands them on; whether they, or a device, may hold the call up. */
  begin(total: Counts, counts: Counts): boolean {
    const vm = this.#vm;
    const { temporaryPages } = this.#pages;
    if (this.#recursAt !== vm.stirs) return this.#beginNow(total, counts);
    vm.putOff(this, temporaryPages);
    this.#isAhead = true;
    add(total, COUNT_ALLOC_PAGES, temporaryPages);
    add(total, COUNT_FAULT_PAGES, temporaryPages);
    add(total, COUNT_TOUCHED_PAGES, this.#touchedPages);
    return false;
  }

  end(total: Counts, counts: Counts): void {
    const vm = this.#vm;
    const { temporaryPages } = this.#pages;
    if (!this.#isAhead) {
      this.#endNow(total, counts);
      return;
    }
    vm.putOff(this, -temporaryPages);
    this.#isAhead = false;
    this.#owed += 1;
    add(total, COUNT_FREE_PAGES, temporaryPages);
    add(total, COUNT_DROPPED_PAGES, temporaryPages);
  }

  payBack(): void {
    if (this.#owed > 0) this.#process.repeatCalls(this.#file, this.#pages, this.#owed);
    this.#owed = 0;
    if (!this.#isAhead) return;
    this.#isAhead = false;
    this.#vm.takeBack(this.#pages.temporaryPages);
    this.#isPlain = this.#process.beginCall(this.#file, this.#pages);
    if (!this.#isPlain) throw new Error('a call that recurs met something');
  }

  #beginNow(total: Counts, counts: Counts): boolean {
    const vm = this.#vm;
    if (!this.#isApart) vm.stir();
    const isWhole = this.#process.beginCall(this.#file, this.#pages);
    const isDisturbed = vm.settleCall(total, counts);
    this.#isPlain = isWhole && !isDisturbed;
    if (!this.#isPlain) vm.stir();
    if (isDisturbed) return true;
    if (vm.hasOperations) counts.fill(0);
    return vm.hasOperations;
  }

  #endNow(total: Counts, counts: Counts): void {
    const vm = this.#vm;
    if (!this.#isApart) vm.stir();
    this.#process.freeTemporary();
    const isDisturbed = vm.settleCall(total, counts);
    if (isDisturbed) vm.stir();
    const recurs =
      this.#isPlain && !isDisturbed && this.#process.callRecurs(this.#file, this.#pages);
    this.#recursAt = recurs ? vm.stirs : NEVER;
  }
}
