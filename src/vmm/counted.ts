// Which priced operations the guest's counters stand for: the only place that says so. Prices themselves are src/cost's.

import {
  COUNT,
  type Shape,
  expectFunction,
  expectInteger,
  expectObject,
  expectShape,
} from '../check/index.ts';
import { PAGEBLOCK_FRAMES, THP_ORDER } from '../abi/unit.ts';
import type { OperationName, Operations } from '../cost/index.ts';
import {
  COUNT_ALLOC_PAGES,
  COUNT_BLOCK_READS,
  COUNT_COW_PAGES,
  COUNT_COW_REUSED_PAGES,
  COUNT_CZONE_BLOCKS,
  COUNT_DEVICE_READS,
  COUNT_FAULT_PAGES,
  COUNT_FORKED_PAGES,
  COUNT_FREE_PAGES,
  COUNT_HOST_FAULTS,
  COUNT_MIGRATED_PAGES,
  COUNT_RELEASED_PAGES,
  COUNT_TEMPLATE_COPIES,
  COUNT_TEMPLATE_MAPS,
  type Counts,
  type FrameRange,
} from '../guest/index.ts';

/** A device whose work has a price. */
export interface CountedDevice {
  readonly operations: Operations;
  /** Times that the guest left to the VMM, or that the device worked without: without one nothing was done. */
  readonly exits: number;
  /** Takes out of the guest's counts what its own operations stand for. */
  takeOut?(counts: Counts): void;
}

/**
 * Slots that count pages, each with what happens once for a page of it. A fault: enter the guest's handler and zero (or copy)
 * the page.
 */
export const COUNTED_PAGES: readonly (readonly [number, readonly OperationName[]])[] = [
  [COUNT_ALLOC_PAGES, ['buddyAlloc0']],
  [COUNT_FREE_PAGES, ['buddyFree0']],
  [COUNT_FAULT_PAGES, ['guestMinorFault', 'guestZero4KiB']],
  [COUNT_COW_PAGES, ['guestMinorFault', 'guestCopy4KiB']],
  [COUNT_COW_REUSED_PAGES, ['guestMinorFault']],
  [COUNT_FORKED_PAGES, ['forkPage']],
  [COUNT_HOST_FAULTS, ['hostFault4KiB']],
  [COUNT_TEMPLATE_MAPS, ['templateMapFault']],
  [COUNT_TEMPLATE_COPIES, ['templateCowCopy']],
  [COUNT_RELEASED_PAGES, ['hostRelease4KiB']],
  [COUNT_MIGRATED_PAGES, ['pageMigrate']],
  [COUNT_BLOCK_READS, ['blockRead4KiB']],
  [COUNT_DEVICE_READS, ['deviceRead4KiB']],
];

/** The same for what the host does by 2 MiB where its pages are that large. */
const COUNTED_2MIB: ReadonlyMap<number, OperationName> = new Map<number, OperationName>([
  [COUNT_HOST_FAULTS, 'hostFault2MiB'],
  [COUNT_RELEASED_PAGES, 'hostRelease2MiB'],
]);

/** What happens for each 2 MiB of the blocks that zones got, and how often it did for blocks of so many frames. */
export const BLOCK_OPERATION: OperationName = 'czonePlug2MiB';

export function blockOperations(counts: Counts, blockFrames: number): number {
  return ((counts[COUNT_CZONE_BLOCKS] as number) * blockFrames) / PAGEBLOCK_FRAMES;
}

/** Counts of pages in some slots as operations, over host pages of an order. */
export function operationsOf(
  counts: Counts,
  slots: readonly number[],
  backingOrder = 0,
): Operations {
  const operations: Operations = {};
  for (const [slot, names] of COUNTED_PAGES) {
    if (!slots.includes(slot)) continue;
    const pages = counts[slot] as number;
    const large = backingOrder === THP_ORDER ? COUNTED_2MIB.get(slot) : undefined;
    if (large !== undefined) operations[large] = pages / PAGEBLOCK_FRAMES;
    else for (const name of names) operations[name] = (operations[name] ?? 0) + pages;
  }
  return operations;
}

/** Adds `source` to `target` in place. */
export function addOperations(target: Operations, source: Operations): void {
  for (const [name, times] of Object.entries(source) as [OperationName, number][]) {
    target[name] = (target[name] ?? 0) + times;
  }
}

/** What was counted since `before`. */
export function since(before: Operations, after: Operations): Operations {
  const operations: Operations = {};
  for (const [name, times] of Object.entries(after) as [OperationName, number][]) {
    operations[name] = times - (before[name] ?? 0);
  }
  return operations;
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

/** Throws RefusedArgument for what nobody can owe. */
export function expectDebt(debtor: Debtor, pages: number): void {
  expectFunction('debtor.payBack', expectObject('debtor', debtor).payBack);
  expectInteger('pages', pages, Number.MIN_SAFE_INTEGER);
}

const RANGES: Shape = [{ start: COUNT, count: COUNT }];

/** The ranges, if each has a first frame and a number of them. */
export function expectRanges(ranges: readonly FrameRange[]): readonly FrameRange[] {
  return expectShape('ranges', ranges, RANGES);
}
