// What VMs that start on one host wait for: a part of each start is done for one at a time, and takes longer the more VMs stand
// there (docs/decisions/0051-contention-of-starts.md). The price of a start that is alone has that part in it.

import { NS_PER_MS } from '../abi/unit.ts';
import type { MicroVm, Operations, Start } from '../serverless/index.ts';
import type { Clock } from '../time/index.ts';
import type { Host } from './fleet.ts';
import type { Ledger } from './ledger.ts';
import { LEVELS, type Pricing } from './pricing.ts';

/** VMs that are restored start as clones do. */
export type StartKind = 'boot' | 'clone';

/** How a VM came to be. */
function startKindOf({ startOperations }: MicroVm): StartKind {
  return startOperations['kernel'] === undefined ? 'clone' : 'boot';
}

interface SerialPart {
  /** What it takes when no VM is there. */
  readonly alone: Operations;
  /** What VMs that are there add. */
  readonly beside: Operations;
}

/** The serial part of a VM's start beside others. */
function serialPart(kind: StartKind, vms: number): SerialPart {
  if (kind === 'clone') {
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
  enter(kind: StartKind, vms: number, nowMs: number): Contended {
    const { alone, beside } = serialPart(kind, vms);
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

/** The queues of a replay's hosts; none where contention is off. */
export class StartQueues {
  private readonly _queues: ReadonlyMap<Host, StartQueue>;
  private readonly _clock: Clock;
  private readonly _ledger: Ledger;

  constructor(hosts: readonly Host[], pricing: Pricing, clock: Clock, ledger: Ledger) {
    this._queues = new Map(hosts.map((host) => [host, new StartQueue(pricing)]));
    this._clock = clock;
    this._ledger = ledger;
  }

  /** A VM of the host starts, or is restored, beside the others. */
  enter(host: Host, kind: StartKind): Contended | undefined {
    const contended = this._queues.get(host)?.enter(kind, host.vms - 1, this._clock.now);
    this._ledger.add(contended?.operations);
    return contended;
  }

  /** The same for a container's start, if a VM starts or is restored for it. */
  forStart({ newVm, container, operations }: Start, host: Host): Contended | undefined {
    if (newVm) return this.enter(host, startKindOf(container.vm));
    return operations['resume'] === undefined ? undefined : this.enter(host, 'clone');
  }
}
