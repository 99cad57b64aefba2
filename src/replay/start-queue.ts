// What VMs that start on one host wait for: a part of each start is done for one at a time, and takes longer the more VMs stand
// there (docs/decisions/0051-contention-of-starts.md). The price of a start that is alone has that part in it.

import { NS_PER_MS } from '../abi/unit.ts';
import {
  addOperations,
  type Contended,
  type MicroVm,
  type Operations,
  type Start,
} from '../serverless/index.ts';
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

/** From when until when somebody is served, in ms. */
type Turn = [from: number, to: number];

/** Gives away the first turn of `ownMs` and `besideMs` that is free from then on: how long until it begins. */
function takeTurn(turns: Turn[], atMs: number, ownMs: number, besideMs: number): number {
  let at = 0;
  let from = atMs;
  for (; at < turns.length; at += 1) {
    const [begin, end] = turns[at] as Turn;
    if (from + ownMs + besideMs <= begin) break;
    from = Math.max(from, end);
  }
  const waitMs = from - atMs;
  const taken: Turn = [from, atMs + waitMs + ownMs + besideMs];
  const before = turns[at - 1];
  if (before !== undefined && before[1] >= from) before[1] = taken[1];
  else turns.splice(at, 0, taken);
  return waitMs;
}

/** Both, one after the other. */
function inAll(one: Contended, other: Contended | undefined): Contended {
  if (other === undefined) return one;
  const operations = { ...one.operations };
  addOperations(operations, other.operations);
  return {
    delayNs: one.delayNs + other.delayNs,
    delayMs: one.delayMs.map((ms, level) => ms + (other.delayMs[level] as number)),
    operations,
  };
}

export class StartQueue {
  private readonly _pricing: Pricing;
  /** Turns that are given away, by level: in order, those without a gap between them as one. */
  private readonly _turns: Turn[][] = LEVELS.map(() => []);

  constructor(pricing: Pricing) {
    this._pricing = pricing;
  }

  /**
   * A VM starts beside so many others, those that are starting among them, when `afterMs` have passed. First come, first served;
   * who comes before a turn that is given away and is done by then goes first.
   */
  enter(kind: StartKind, vms: number, nowMs: number, afterMs = 0): Contended {
    const { alone, beside } = serialPart(kind, vms);
    const atMs = nowMs + afterMs;
    const delayMs = LEVELS.map((_, level) => {
      const besideMs = this._pricing.awaitedNs(beside, level) / NS_PER_MS;
      const aloneMs = this._pricing.awaitedNs(alone, level) / NS_PER_MS;
      const turns = this._turns[level] as Turn[];
      while (turns[0] !== undefined && turns[0][1] <= nowMs) turns.shift();
      return takeTurn(turns, atMs, aloneMs, besideMs) + besideMs;
    });
    const delayNs = (delayMs[this._pricing.clockLevel] as number) * NS_PER_MS;
    return { delayNs, delayMs, operations: beside };
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

  /** A VM starts, or is restored, on a host with so many others. */
  enter(host: Host, kind: StartKind, others: number, afterNs = 0): Contended | undefined {
    const { now } = this._clock;
    const contended = this._queues.get(host)?.enter(kind, others, now, afterNs / NS_PER_MS);
    this._ledger.add(contended?.operations);
    return contended;
  }

  /** A system boots one for itself. */
  forBoot(host: Host): Contended | undefined {
    return this.enter(host, 'boot', host.vms);
  }

  /** The same for a container's start, if a VM starts or is restored for it; `host` has that VM already. */
  forStart({ newVm, container, operations, parent }: Start, host: Host): Contended | undefined {
    if (!newVm && operations['resume'] === undefined) return undefined;
    const kind = newVm ? startKindOf(container.vm) : 'clone';
    const own = this.enter(host, kind, host.vms - 1, parent?.readyInNs);
    return parent?.contended === undefined ? own : inAll(parent.contended, own);
  }
}
