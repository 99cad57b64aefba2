// What keep-alive policies trade on a trace, by its calls alone: how many start cold, and for how long containers are idle. Starts
// take no time and no host is full, so that no page has to be emulated for it (docs/decisions/0086-keep-alives-of-a-trace.md).

import { FRAME_BYTES, GIB, MS_PER_MINUTE, MS_PER_S } from '../abi/unit.ts';
import type { KeepAlivePoint } from '../report/index.ts';
import {
  DEFAULT_KEEP_ALIVE_MS,
  type FunctionProfile,
  KEEP_ALIVES,
  type KeepAlive,
  policyOf,
} from '../serverless/index.ts';
import { EventQueue } from '../time/index.ts';
import { type Trace, arrivalsOf } from '../trace/index.ts';
import { breathe } from './breathe.ts';
import { type ReplayPlan, optionsOf } from './plan.ts';
import { quantileSorted } from './quantile.ts';
import { profilesIn } from './profiles.ts';
import { ReplayInterrupted, warmupMsOf } from './replay.ts';

/** As papers vary them, least to most kept; the last two decide by more than a time. */
const VARIED: readonly string[] = [
  ...['1m', '5m', '10m', '20m', '30m', '60m', '120m'].map((time) => `fixed:${time}`),
  'lru',
  'hybrid',
];

/** Share of functions whose own share of cold calls is at most the one that is told: as Shahrad et al. (ATC 2020) judge. */
const TOLD_QUARTILE = 0.75;

/**
 * Idle containers of one function under one policy. Between its calls and their ends nothing else changes which are there, so they
 * are looked at only then.
 */
export class IdleContainers {
  /** Since when each is idle, and until when it stays; the one used last is the last. */
  private readonly _since: number[] = [];
  private readonly _until: number[] = [];
  /** When one is to be started ahead, and how long that stays. */
  private _dueMs = Infinity;
  private _keepMs = 0;
  private readonly _fromMs: number;
  /** How long they were idle, from an instant on. */
  idleMs = 0;
  /** Those that were started ahead since then. */
  ahead = 0;

  constructor(fromMs: number) {
    this._fromMs = fromMs;
  }

  private _count(sinceMs: number, untilMs: number): void {
    this.idleMs += Math.max(0, untilMs - Math.max(sinceMs, this._fromMs));
  }

  /** What was to be started ahead until now, if nothing of the function was there then. */
  private _startAhead(nowMs: number, busy: number): void {
    const dueMs = this._dueMs;
    if (dueMs > nowMs) return;
    this._dueMs = Infinity;
    if (busy > 0 || this._until.some((untilMs) => untilMs > dueMs)) return;
    this._since.push(dueMs);
    this._until.push(dueMs + this._keepMs);
    if (dueMs >= this._fromMs) this.ahead += 1;
  }

  /** A call comes while so many others run: whether a container is there for it. */
  take(nowMs: number, busy: number): boolean {
    this._startAhead(nowMs, busy);
    this._dueMs = Infinity;
    while (this._until.length > 0) {
      const sinceMs = this._since.pop() as number;
      const untilMs = this._until.pop() as number;
      this._count(sinceMs, Math.min(untilMs, nowMs));
      if (untilMs > nowMs) return true;
    }
    return false;
  }

  /** A call ends while so many others run. */
  release(nowMs: number, busy: number, functionId: number, policy: KeepAlive): void {
    this._startAhead(nowMs, busy + 1);
    const keepMs = policy.keepMs(functionId, nowMs);
    if (keepMs > 0) {
      this._since.push(nowMs);
      this._until.push(nowMs + keepMs);
    }
    const ahead = policy.prewarm?.(functionId, nowMs);
    if (ahead === undefined) return;
    this._dueMs = nowMs + ahead.inMs;
    this._keepMs = ahead.keepMs;
  }

  finish(nowMs: number, busy: number): void {
    this._startAhead(nowMs, busy);
    this._until.forEach((untilMs, at) => {
      this._count(this._since[at] as number, Math.min(untilMs, nowMs));
    });
  }
}

/** One policy over all functions. */
class Kept {
  readonly name: string;
  private readonly _policy: KeepAlive;
  private readonly _containers: readonly IdleContainers[];
  private readonly _cold: Float64Array;

  constructor(name: string, functions: number, fromMs: number) {
    this.name = name;
    this._policy = policyOf(name, KEEP_ALIVES, 'fixed')();
    this._containers = Array.from({ length: functions }, () => new IdleContainers(fromMs));
    this._cold = new Float64Array(functions);
  }

  arrive(functionId: number, nowMs: number, busy: number, isMeasured: boolean): void {
    this._policy.arrived(functionId, nowMs);
    const isWarm = (this._containers[functionId] as IdleContainers).take(nowMs, busy);
    if (!isWarm && isMeasured) this._cold[functionId] = (this._cold[functionId] as number) + 1;
  }

  end(functionId: number, nowMs: number, busy: number): void {
    (this._containers[functionId] as IdleContainers).release(nowMs, busy, functionId, this._policy);
  }

  finish(
    untilMs: number,
    { calls, busy }: { readonly calls: Float64Array; readonly busy: Int32Array },
    profiles: readonly FunctionProfile[],
  ): Omit<KeepAlivePoint, 'isOwn'> {
    let [cold, ahead, idleMs, frameMs] = [0, 0, 0, 0];
    this._containers.forEach((one, id) => {
      one.finish(untilMs, busy[id] as number);
      cold += this._cold[id] as number;
      ahead += one.ahead;
      idleMs += one.idleMs;
      frameMs += one.idleMs * (profiles[id] as FunctionProfile).anonymousFrames;
    });
    const shares = this._cold.map((count, id) => count / (calls[id] as number));
    const called = shares.filter((_, id) => (calls[id] as number) > 0).toSorted();
    return {
      policy: this.name,
      cold,
      coldQuartile: quantileSorted(called, TOLD_QUARTILE),
      ahead,
      idleSeconds: idleMs / MS_PER_S,
      wastedGiBSeconds: (frameMs / MS_PER_S) * (FRAME_BYTES / GIB),
    };
  }
}

/** Calls between two looks at the outside world. */
const SLICE_CALLS = 65_536;

/** `fixed:10m` of what says the same in other words. */
function fullName(own = 'fixed'): string {
  if (own === 'fixed') return `fixed:${DEFAULT_KEEP_ALIVE_MS / MS_PER_MINUTE}m`;
  return /^\d/.test(own) ? `fixed:${own}` : own;
}

/** The trace's calls under each policy. */
class Calls {
  readonly calls: Float64Array;
  /** Containers of each function that run a call: a start takes no time, so it is the same under all policies. */
  readonly busy: Int32Array;
  private readonly _ends: EventQueue = new EventQueue();
  private readonly _policies: readonly Kept[];
  private readonly _warmupMs: number;

  constructor(policies: readonly Kept[], functions: number, warmupMs: number) {
    this._policies = policies;
    this._warmupMs = warmupMs;
    this.calls = new Float64Array(functions);
    this.busy = new Int32Array(functions);
  }

  /** What ends until then: before the call that comes at the same instant. */
  end(untilMs: number): void {
    for (let nowMs = this._ends.nextTime; nowMs <= untilMs; nowMs = this._ends.nextTime) {
      const id = this._ends.pop();
      const busy = (this.busy[id] as number) - 1;
      this.busy[id] = busy;
      for (const policy of this._policies) policy.end(id, nowMs, busy);
    }
  }

  arrive(id: number, nowMs: number, durationMs: number): void {
    this.end(nowMs);
    const busy = this.busy[id] as number;
    const isMeasured = nowMs >= this._warmupMs;
    if (isMeasured) this.calls[id] = (this.calls[id] as number) + 1;
    for (const policy of this._policies) policy.arrive(id, nowMs, busy, isMeasured);
    this.busy[id] = busy + 1;
    this._ends.push(nowMs + durationMs, id);
  }
}

/** The usual policies and a plan's own, over all calls of a trace; `onCalls` hears how many are seen, of how many. Throws ReplayInterrupted. */
export async function keepAlivesOf(
  trace: Trace,
  plan: ReplayPlan,
  signal?: AbortSignal,
  onCalls?: (done: number, total: number) => void,
): Promise<KeepAlivePoint[]> {
  const options = optionsOf(plan);
  const profiles = profilesIn(trace, options);
  const warmupMs = warmupMsOf(trace, options);
  const own = fullName(plan.keepAlive);
  const names = [...new Set([...VARIED, own])];
  const policies = names.map((name) => new Kept(name, profiles.length, warmupMs));
  const calls = new Calls(policies, profiles.length, warmupMs);
  let [unseen, seen] = [0, 0];
  for (const { startMs, functionIds, durationMs } of arrivalsOf(trace)) {
    startMs.forEach((atMs, at) => calls.arrive(functionIds[at]!, atMs, durationMs[at]!));
    unseen += startMs.length;
    if (unseen < SLICE_CALLS) continue;
    seen += unseen;
    unseen = 0;
    onCalls?.(seen, trace.invocations);
    await breathe();
    if (signal?.aborted === true) throw new ReplayInterrupted('interrupted');
  }
  calls.end(trace.spanMs);
  return policies.map((policy) => ({
    ...policy.finish(trace.spanMs, calls, profiles),
    isOwn: policy.name === own,
  }));
}
