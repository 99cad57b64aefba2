// What VMs that start on one host wait for: a part of each start is done for one at a time, and takes longer the more VMs stand
// there (docs/decisions/0051-contention-of-starts.md). The price of a start that is alone has that part in it.

import { NS_PER_MS } from '../abi/unit.ts';
import type { MicroVm, Operations } from '../serverless/index.ts';
import { LEVELS, type Pricing } from './pricing.ts';

interface SerialPart {
  /** What it takes when no VM is there. */
  readonly alone: Operations;
  /** What VMs that are there add. */
  readonly beside: Operations;
}

/** The serial part of a VM's start beside others. */
function serialPart({ startOperations }: MicroVm, vms: number): SerialPart {
  if (startOperations['kernel'] === undefined) {
    return { alone: { cloneSerial: 1 }, beside: { clonePerVm: vms } };
  }
  return { alone: { bootSerial: 1 }, beside: { bootPerVm: vms } };
}

/** A start in the queue: what it takes more than alone. */
export interface Contended {
  /** Milliseconds by level. */
  readonly delayMs: readonly number[];
  readonly operations: Operations;
}

export class StartQueue {
  private readonly _pricing: Pricing;
  /** When those before are done, by level. */
  private readonly _freeMs: Float64Array = new Float64Array(LEVELS.length);

  constructor(pricing: Pricing) {
    this._pricing = pricing;
  }

  /** A VM starts beside so many others, those that are starting among them. First come, first served. */
  enter(vm: MicroVm, vms: number, nowMs: number): Contended {
    const { alone, beside } = serialPart(vm, vms);
    const delayMs = LEVELS.map((_, level) => {
      const waitMs = Math.max(0, (this._freeMs[level] as number) - nowMs);
      const besideMs = this._pricing.awaitedNs(beside, level) / NS_PER_MS;
      const aloneMs = this._pricing.awaitedNs(alone, level) / NS_PER_MS;
      this._freeMs[level] = nowMs + waitMs + aloneMs + besideMs;
      return waitMs + besideMs;
    });
    return { delayMs, operations: beside };
  }
}
