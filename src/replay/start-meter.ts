// Prices start-ups: each step of each cold start, at every price level.

import { NS_PER_MS } from '../abi/unit.ts';
import { type Receipt, addRecord, newReceipt } from '../cost/index.ts';
import {
  COUNT_CZONE_BLOCKS,
  type Contended,
  type Counts,
  type MicroVm,
  START_STEPS,
  type Start,
  type StartStep,
  newCounts,
} from '../serverless/index.ts';
import { LEVELS, type Pricing, addToReceipt } from './pricing.ts';
import { Samples } from './samples.ts';

const STEPS = START_STEPS.length;
/** Steps before it are the sandbox's. */
const RUNTIME = START_STEPS.indexOf('runtime');

/** The blocks of zones alone. */
function blocksOf(counts: Counts): Counts {
  const blocks = newCounts();
  blocks[COUNT_CZONE_BLOCKS] = counts[COUNT_CZONE_BLOCKS] as number;
  return blocks;
}

function stepIndex(step: StartStep): number {
  return START_STEPS.indexOf(step);
}

export class StartMeter {
  private readonly _pricing: Pricing;
  private readonly _blockFrames: number;
  /** When each VM answers, by level. */
  private readonly _readyMs = new Map<MicroVm, number[]>();
  private readonly _samples: readonly Samples[] = LEVELS.map(() => new Samples());
  private readonly _sandboxes: readonly Samples[] = LEVELS.map(() => new Samples());
  private readonly _sums: readonly Float64Array[] = LEVELS.map(() => new Float64Array(STEPS));
  private readonly _steps: Float64Array = new Float64Array(STEPS);
  /** What starts that were measured took until their functions' runtimes began, and from then on. */
  private readonly _sandboxReceipt: Receipt = newReceipt();
  private readonly _restReceipt: Receipt = newReceipt();
  private _sandboxMs = 0;
  private _newVms = 0;

  constructor(pricing: Pricing, blockFrames: number) {
    this._pricing = pricing;
    this._blockFrames = blockFrames;
  }

  /**
   * Milliseconds from now until the container is ready, by the run's clock. `measured`: the start counts. `contended`: its VM has
   * to wait for others.
   */
  price(start: Start, nowMs: number, measured: boolean, contended?: Contended): number {
    if (start.newVm) this._readyMs.set(start.container.vm, []);
    if (measured) this._note(start);
    let readyInMs = 0;
    for (let level = 0; level < LEVELS.length; level += 1) {
      const totalMs = this._priceAt(start, nowMs, level, contended?.delayMs[level]);
      const sandboxMs = this._sumTo(RUNTIME);
      if (level === this._pricing.clockLevel) [readyInMs, this._sandboxMs] = [totalMs, sandboxMs];
      if (!measured) continue;
      (this._samples[level] as Samples).push(totalMs);
      (this._sandboxes[level] as Samples).push(sandboxMs);
      const sums = this._sums[level] as Float64Array;
      for (let step = 0; step < STEPS; step += 1) {
        sums[step] = (sums[step] as number) + (this._steps[step] as number);
      }
    }
    return readyInMs;
  }

  private _note({ container: { vm }, newVm, operations, counts }: Start): void {
    const sandbox = this._sandboxReceipt;
    const rest = this._restReceipt;
    if (newVm) {
      this._newVms += 1;
      for (const step in vm.startOperations) addRecord(sandbox, vm.startOperations[step] ?? {});
      addToReceipt(sandbox, vm.startCounts, 0);
    }
    for (const step in operations) {
      const isOfSandbox = stepIndex(step as StartStep) < RUNTIME;
      addRecord(isOfSandbox ? sandbox : rest, operations[step] ?? {});
    }
    addToReceipt(rest, counts, 0);
    // blocks come before the runtime does
    addToReceipt(sandbox, blocksOf(counts), this._blockFrames);
  }

  /** What the starts took altogether, and before their functions' runtimes began. */
  get receipts(): { readonly startup: Receipt; readonly sandbox: Receipt } {
    const sandbox = this._sandboxReceipt;
    return { startup: sandbox.map((times, slot) => times + this._restReceipt[slot]!), sandbox };
  }

  vmEnded(vm: MicroVm): void {
    this._readyMs.delete(vm);
  }

  private _priceAt(start: Start, nowMs: number, level: number, contendedMs = 0): number {
    this._steps.fill(0);
    this._add('contention', contendedMs * NS_PER_MS);
    const pricing = this._pricing;
    const { vm } = start.container;
    const ready = this._readyMs.get(vm) as number[];
    if (start.newVm) {
      for (const step in vm.startOperations) {
        this._add(step as StartStep, pricing.operationsNs(vm.startOperations[step] ?? {}, level));
      }
      this._add('cloneMemory', pricing.pagesNs(vm.startCounts, level));
      this._add('wait', start.waitNs ?? 0);
      ready[level] = nowMs + this._sumTo(STEPS);
    } else {
      const waitMs = Math.max(0, (ready[level] as number) - nowMs);
      this._add('wait', Math.max(waitMs * NS_PER_MS, start.waitNs ?? 0));
    }
    for (const step in start.operations) {
      this._add(step as StartStep, pricing.operationsNs(start.operations[step] ?? {}, level));
    }
    this._add('zone', pricing.blocksNs(start.counts, this._blockFrames, level));
    this._add('memory', pricing.pagesNs(start.counts, level));
    return this._sumTo(STEPS);
  }

  private _add(step: StartStep, ns: number): void {
    const index = stepIndex(step);
    this._steps[index] = (this._steps[index] as number) + ns / NS_PER_MS;
  }

  /** Milliseconds of the steps before one. */
  private _sumTo(end: number): number {
    let sum = 0;
    for (let step = 0; step < end; step += 1) sum += this._steps[step] as number;
    return sum;
  }

  /** Of the last start, by the run's clock: until the function's own runtime begins. */
  get sandboxMs(): number {
    return this._sandboxMs;
  }

  /** Of the starts that were measured, those in a VM of their own. */
  get newVms(): number {
    return this._newVms;
  }

  /** Starts that were measured. */
  get count(): number {
    return (this._samples[this._pricing.clockLevel] as Samples).count;
  }

  samplesMs(level: number): Float64Array {
    return (this._samples[level] as Samples).values();
  }

  /** One per start that was measured: until the function's own runtime begins. */
  sandboxesMs(level: number): Float64Array {
    return (this._sandboxes[level] as Samples).values();
  }

  /** Mean of each step that occurred. */
  stepsMs(level: number): Record<string, number> {
    const means: Record<string, number> = {};
    const sums = this._sums[level] as Float64Array;
    START_STEPS.forEach((step, index) => {
      const sum = sums[index] as number;
      if (sum > 0) means[step] = sum / this.count;
    });
    return means;
  }
}
