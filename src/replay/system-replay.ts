// One system's replay: the event loop over arrivals, ends of calls and expiries. The only clock of the emulation.

import { bound } from '../graph/index.ts';
import { NS_PER_MS } from '../abi/unit.ts';
import {
  type Container,
  type Contended,
  type Counts,
  type FunctionProfile,
  type MicroVm,
  type Start,
  type SystemSpec,
  newCounts,
} from '../serverless/index.ts';
import { Clock, TIMER_FIRED } from '../time/index.ts';
import type { CallRows } from '../trace/index.ts';
import * as events from './event.ts';
import { DeviceBooks } from './device-books.ts';
import { Fleet, type Host } from './fleet.ts';
import type { SystemReplayConfig } from './config.ts';
import { finishedRun } from './finished.ts';
import { Interference } from './interference.ts';
import { Ledger } from './ledger.ts';
import { Listener } from './listener.ts';
import { MapMeter } from './map-meter.ts';
import { Meters } from './meters.ts';
import { Prewarmer } from './prewarmer.ts';
import { Pricing, addToReceipt } from './pricing.ts';
import { Recorder, found } from './recorder.ts';
import type { SystemRun } from './run.ts';
import { type Follow, SessionPlayer } from './session-player.ts';
import { Shortage } from './shortage.ts';
import { Rests } from './rests.ts';
import { StartQueues } from './start-queue.ts';
import { type Call, Waiting } from './waiting.ts';
import { NOBODY, WarmPool } from './warm-pool.ts';

export class SystemReplay {
  private readonly _name: string;
  private readonly _config: SystemReplayConfig;
  private readonly _fleet: Fleet;
  private readonly _shortage: Shortage;
  private readonly _queues: StartQueues;
  private readonly _waiting: Waiting = new Waiting();
  private readonly _prewarmer: Prewarmer;
  /** In ms, as traces are: by itself no figure is rounded. */
  private readonly _clock: Clock = new Clock(NS_PER_MS);
  private _listener: Listener | undefined;
  private readonly _recorder: Recorder | undefined;
  private readonly _pool: WarmPool;
  /** Devices take memory from idle containers: they must hear who is idle. */
  private readonly _asksIdle: boolean;
  /** Only of traces that have sessions. */
  private readonly _sessions: SessionPlayer | undefined;
  private readonly _meters: Meters;
  private readonly _interference: Interference | undefined;
  private readonly _devices: DeviceBooks;
  /** undefined: VMs of idle containers are left alone. */
  private readonly _rests: Rests | undefined;
  private readonly _ledger: Ledger;
  private readonly _maps: MapMeter | undefined;
  /** Of the call that begins or ends. */
  private readonly _counts: Counts = newCounts();

  constructor(spec: SystemSpec, config: SystemReplayConfig) {
    const { trace, machine, warmupMs, hostPlacement } = config;
    const pricing = new Pricing(config.prices);
    this._ledger = new Ledger(this._clock, warmupMs);
    const functions = trace.functions.length;
    this._name = spec.name;
    this._config = config;
    const systems = Array.from({ length: config.hosts }, (_, host) =>
      spec.create({
        machine,
        clock: this._clock,
        workNs: bound(pricing, pricing.workNs),
        bootTurn: bound(this, this._bootTurn, host),
      }),
    );
    this._fleet = new Fleet(systems, { functions, placement: hostPlacement });
    const contended = config.contention ? this._fleet.hosts : [];
    this._queues = new StartQueues(contended, pricing, this._clock, this._ledger);
    this._pool = new WarmPool(functions, warmupMs);
    this._prewarmer = new Prewarmer(functions, config.keepAlive, this._clock);
    const { ways } = config.idle;
    this._asksIdle =
      (machine.idleReclaimMs !== undefined || ways.includes('park')) &&
      systems.some((system) => system.takeIdleReclaims !== undefined);
    const accounts = systems.map(({ host }) => host.account);
    if (config.onEvent !== undefined) {
      this._listener = new Listener(spec.name, accounts, config.onEvent);
    }
    for (const { host } of systems) host.measuredFromNs = warmupMs * NS_PER_MS;
    this._meters = new Meters({
      pricing,
      accounts,
      functions,
      blockFrames: machine.blockFrames,
      hostCache: machine.hostCache,
      fromMs: warmupMs,
      untilMs: trace.spanMs,
      idleContainers: bound(this._pool, this._pool.idleCount),
      vms: bound(this._fleet, this._fleet.running),
    });
    const { reclaims, disturbances, functions: measured } = this._meters;
    if (config.interference) {
      this._interference = new Interference(pricing, this._pool, disturbances);
    }
    const shared = { clock: this._clock, ledger: this._ledger };
    const { _fleet: fleet, _pool: pool, _interference: interference, _queues: queues } = this;
    this._devices = new DeviceBooks({ ...shared, fleet, reclaims, interference });
    this._shortage = new Shortage(fleet, pool, config.whenFull, {
      stop: bound(this, this._stop),
      lost: bound(this, this._lost),
      vmEnded: bound(this, this._vmEnded),
      ask: bound(this._devices, this._devices.ask),
      ...shared,
    });
    if (ways.length > 0) {
      const parts = { ...shared, pool, pricing, devices: this._devices, queues, disturbances };
      this._rests = new Rests({ ...parts, policy: config.idle, machine, functions: measured });
    }
    this._recorder = config.onRecords && new Recorder(this._pool, config.onRecords);
    this._maps = config.maps && new MapMeter(config.maps, bound(this._pool, this._pool.vmsOf));
    const follow: Follow = bound(this, this._follow);
    this._sessions = trace.sessions && new SessionPlayer(trace.sessions, this._clock, follow);
  }

  private _bootTurn(at: number): Contended | undefined {
    return this._queues.forBoot(this._fleet.hosts[at] as Host);
  }

  /** The memory of a session's sandbox is another from now on. */
  private _follow(slot: number, frames: number): void {
    const { vm } = this._pool.container(slot);
    this._pool.container(slot).follow(frames);
    this._ledger.settle(vm);
    this._ledger.takeOperations(vm);
  }

  /** Plays the arrivals from one index to another; they follow those of the call before. */
  advance({ startMs, functionIds, durationMs }: CallRows, from: number, to: number): void {
    const clock = this._clock;
    for (let arrival = from; arrival < to; arrival += 1) {
      const atMs = startMs[arrival] as number;
      while (clock.next <= atMs) this._playNext();
      this._moveClock(atMs);
      this._arrive(functionIds[arrival] as number, durationMs[arrival] as number);
    }
  }

  private _moveClock(toMs: number): void {
    this._endInstant(toMs);
    this._clock.moveTo(toMs);
  }

  /** Before time passes no host holds more than it has: an end or an expiry may have filled one, too. */
  private _endInstant(nextMs: number): void {
    if (this._fleet.isOver) this._shortage.settle();
    this._meters.footprint.advance(nextMs);
    this._maps?.advance(nextMs);
  }

  private _playNext(): void {
    this._endInstant(this._clock.next);
    const event = this._clock.step();
    if (event === TIMER_FIRED) {
      this._timerFired();
      return;
    }
    const slot = events.slotOf(event);
    const kind = events.kindOf(event);
    if (kind === events.EVENT_END) this._end(slot);
    else if (kind === events.EVENT_READY) this._ready(slot);
    else if (kind === events.EVENT_EXPIRE) this._mayExpire(slot);
    // other kinds have a function in the slot's place, or the number of a VM at rest
    else if (kind === events.EVENT_PREWARM) this._mayPrewarm(slot);
    else {
      this._rests?.due(slot);
      this._timerFired();
    }
  }

  /** Devices or workers have done something. */
  private _timerFired(): void {
    if (this._asksIdle) for (const host of this._fleet.hosts) this._devices.bookIdle(host.system);
    this._devices.bookWork();
    if (this._fleet.isOver) this._shortage.settle();
    // devices are not asked again for each answer of theirs
    const { first } = this._waiting;
    if (first === undefined) return;
    if (this._fleet.place(this._profile(first.functionId)) !== undefined) this._serveWaiting();
  }

  private _ready(slot: number): void {
    if (this._pool.isGone(slot)) {
      this._pool.bury(slot, false);
      return;
    }
    if (this._pool.isAhead(slot)) {
      this._rest(slot, this._pool.expiresMs(slot), 'ready');
      return;
    }
    this._listener?.tell('ready', slot, this._clock.now);
    this._begin(slot);
  }

  private _arrive(functionId: number, durationMs: number): void {
    const measured = this._ledger.isMeasured;
    this._config.keepAlive.arrived(functionId, this._clock.now);
    this._prewarmer.arrived(functionId);
    const slot = this._pool.take(functionId, this._clock.now);
    if (slot < 0) {
      this._arriveCold(functionId, durationMs, measured);
      return;
    }
    if (measured) this._meters.functions.began(functionId, 'warm');
    this._setIdle(slot, false);
    this._pool.setCall(slot, durationMs, measured);
    this._recorder?.assign(slot, found('warm', this._clock.now));
    this._begin(slot);
  }

  private _arriveCold(functionId: number, durationMs: number, isMeasured: boolean): void {
    const arrivedMs = this._clock.now;
    const call: Call = { functionId, durationMs, isMeasured, arrivedMs, isQueued: false };
    const mayStart = this._waiting.size === 0;
    if (mayStart && this._startFor(call)) {
      if (isMeasured) this._meters.functions.began(functionId, 'cold');
    } else if (this._shortage.waits && this._fleet.fitsEver(this._profile(functionId))) {
      this._waiting.push({ ...call, isQueued: true });
    } else this._refuse(call);
  }

  private _refuse({ functionId, durationMs, arrivedMs, isMeasured }: Call): void {
    if (!isMeasured) return;
    this._meters.functions.began(functionId, 'refused');
    this._recorder?.refuse(functionId, durationMs, arrivedMs);
  }

  /** Calls that wait, as long as there is memory for the first of them. */
  private _serveWaiting(): void {
    for (let { first } = this._waiting; first !== undefined; { first } = this._waiting) {
      const isStarted = this._startFor(first);
      if (!isStarted && this._fleet.fitsEver(this._profile(first.functionId))) return;
      this._waiting.shift();
      if (isStarted) this._waited(first);
      else this._refuse(first);
    }
  }

  private _profile(functionId: number): FunctionProfile {
    return this._config.profiles[functionId] as FunctionProfile;
  }

  private _waited({ functionId, arrivedMs, isMeasured }: Call): void {
    if (!isMeasured) return;
    this._meters.functions.began(functionId, 'queued');
    this._meters.queueMs.push(this._clock.now - arrivedMs);
  }

  /** Starts a container for a call. Whether there was memory for it. */
  private _startFor(call: Call): boolean {
    const profile = this._profile(call.functionId);
    // a start that was undone says what its function needs: the next try knows it, and each host is tried at most once more
    for (let tries = 0; tries <= this._fleet.hosts.length; tries += 1) {
      const host = this._shortage.makeRoom(profile);
      if (host === undefined) return false;
      const slot = this._startOn(host, profile, call);
      if (slot === NOBODY) continue;
      this._pool.setCall(slot, call.durationMs, call.isMeasured);
      return true;
    }
    return false;
  }

  /** The slot of a container that starts, for a call or for none; NOBODY if the host had not the memory that it took. */
  private _startOn(host: Host, profile: FunctionProfile, call?: Call): number {
    const start = this._fleet.start(host, profile);
    const { container } = start;
    const waitMs = this._rests?.wake(container.vm).waitMs ?? 0;
    this._ledger.start(start, call?.isMeasured ?? this._ledger.isMeasured);
    const slot = this._pool.add(container, profile.id, host);
    host.add(container, slot);
    this._meters.population.change(this._clock.now, 1, start.newVm ? 1 : 0);
    this._listener?.started(slot, profile.id, this._clock.now);
    if (this._fleet.isOver) this._shortage.settle(slot);
    if (this._pool.isGone(slot)) {
      this._pool.bury(slot, false);
      return NOBODY;
    }
    this._devices.started(start);
    const waitNs = Math.max(start.waitNs ?? 0, waitMs * NS_PER_MS);
    const readyInMs = this._priceStart({ ...start, waitNs }, host, call?.isMeasured === true);
    if (call !== undefined) this._recordStart(slot, start, call, readyInMs);
    this._clock.post(this._clock.now + readyInMs, events.eventOf(events.EVENT_READY, slot));
    return slot;
  }

  private _recordStart(slot: number, { newVm }: Start, call: Call, startupMs: number): void {
    const how = call.isQueued ? 'queued' : 'cold';
    const came = found(how, call.arrivedMs, this._clock.now - call.arrivedMs);
    const { sandboxMs } = this._meters.starts;
    this._recorder?.assign(slot, { ...came, startupMs, sandboxMs, newVm });
  }

  /** Milliseconds until a container that starts is ready. */
  private _priceStart(start: Start, host: Host, isMeasured: boolean): number {
    const { now } = this._clock;
    const { profile } = start.container;
    const { starts, functions } = this._meters;
    const contended = this._queues.forStart(start, host);
    const readyInMs = starts.price(start, now, isMeasured, contended);
    if (isMeasured) functions.started(profile.id, readyInMs, starts.sandboxMs);
    return readyInMs;
  }

  private _begin(slot: number): void {
    const { now } = this._clock;
    const pool = this._pool;
    const container = pool.container(slot);
    pool.begin(slot, now);
    let lateMs = this._rests?.begin(slot) ?? 0;
    if (container.begin(this._ledger.total, this._counts)) {
      const devices = this._ledger.takeOperations(container.vm);
      lateMs += this._meters.disturbances.holdUp(slot, pool.callOf(slot), this._counts, devices);
    }
    if (this._interference !== undefined) {
      lateMs += this._interference.begin(slot, container.vm, now);
    }
    const functionId = pool.functionId(slot);
    if (pool.takeAhead(slot)) this._prewarmer.counts.used += 1;
    if (pool.isMeasured(slot)) this._meters.functions.ran(functionId);
    this._recorder?.begin(slot, lateMs);
    this._clock.post(now + pool.durationMs(slot) + lateMs, events.eventOf(events.EVENT_END, slot));
    this._listener?.tell('call', slot, now);
    this._sessions?.begin(slot, functionId);
    if (this._fleet.isOver) this._shortage.settle();
  }

  private _measureEnd(slot: number): void {
    const { disturbances, functions } = this._meters;
    const pool = this._pool;
    if (!disturbances.isLate(slot)) return;
    const slowdown = disturbances.end(slot, pool.callOf(slot));
    if (slowdown !== undefined) functions.late(pool.functionId(slot), slowdown);
  }

  private _end(slot: number): void {
    const { now } = this._clock;
    const container = this._pool.container(slot) as Container | undefined;
    if (container === undefined) {
      this._pool.bury(slot, false);
      return;
    }
    const owedMs = this._interference?.takeOwedMs(slot) ?? 0;
    if (owedMs > 0) {
      this._clock.post(now + owedMs, events.eventOf(events.EVENT_END, slot));
      return;
    }
    this._measureEnd(slot);
    this._sessions?.end(slot);
    container.end(this._ledger.total, this._counts);
    const functionId = this._pool.functionId(slot);
    const keepMs = this._config.keepAlive.keepMs(functionId, now);
    this._prewarmer.ended(functionId);
    this._rest(slot, now + keepMs, 'end');
  }

  /** A container has no call: it takes one of its function that waits, or is idle until then. */
  private _rest(slot: number, untilMs: number, kind: 'end' | 'ready'): void {
    const { now } = this._clock;
    const waiting = this._waiting;
    const call = waiting.size > 0 ? waiting.takeOf(this._pool.functionId(slot)) : undefined;
    if (call !== undefined) {
      this._listener?.tell(kind, slot, now, true);
      this._waited(call);
      this._recorder?.assign(slot, found('queued', call.arrivedMs, now - call.arrivedMs));
      this._pool.setCall(slot, call.durationMs, call.isMeasured);
      this._begin(slot);
      return;
    }
    this._pool.release(slot, now, untilMs);
    this._arm(slot);
    this._setIdle(slot, true);
    this._listener?.tell(kind, slot, now, true);
    this._rests?.rested(slot);
    if (waiting.size > 0) this._serveWaiting();
  }

  /** Starts a container that a policy wants, if there is none of its function and there is room: nobody has to make way for a guess. */
  private _mayPrewarm(functionId: number): void {
    const keepMs = this._prewarmer.take(functionId);
    if (keepMs === undefined || this._waiting.size > 0) return;
    if (this._fleet.hosts.some((host) => host.ofFunction(functionId) > 0)) return;
    const profile = this._profile(functionId);
    const host = this._fleet.place(profile);
    const slot = host === undefined ? NOBODY : this._startOn(host, profile);
    if (slot === NOBODY) return;
    const { isMeasured } = this._ledger;
    this._pool.setAhead(slot, this._clock.now + keepMs, isMeasured);
    if (isMeasured) this._prewarmer.counts.started += 1;
  }

  /** One expiry event a container is enough: it is moved on when the container was used since. */
  private _arm(slot: number): void {
    if (!this._pool.arm(slot)) return;
    this._clock.post(this._pool.expiresMs(slot), events.eventOf(events.EVENT_EXPIRE, slot));
  }

  private _mayExpire(slot: number): void {
    if (this._pool.isGone(slot)) {
      this._pool.bury(slot, true);
      return;
    }
    this._pool.disarm(slot);
    if (!this._pool.isIdle(slot)) return;
    if (this._pool.expiresMs(slot) > this._clock.now) {
      this._arm(slot);
      return;
    }
    this._stop(slot);
    if (this._waiting.size > 0) this._serveWaiting();
  }

  private _stop(slot: number): void {
    const container = this._pool.container(slot);
    const host = this._pool.host(slot);
    this._sessions?.end(slot);
    this._setIdle(slot, false);
    this._pool.remove(slot, this._clock.now);
    host.remove(container, slot);
    const { vm, profile } = container;
    const stop = host.system.stop(container);
    this._meters.population.change(this._clock.now, -1, 0);
    if (vm.stopReason !== undefined) this._vmEnded(vm, slot);
    this._rests?.look(vm, host, profile.id);
    this._listener?.tell('stop', slot, this._clock.now);
    this._devices.stopped(vm, stop);
  }

  /** The container went with its VM. */
  private _lost(slot: number): void {
    this._measureEnd(slot);
    this._interference?.takeOwedMs(slot);
    this._recorder?.begin(slot);
    this._meters.population.change(this._clock.now, -1, 0);
    this._sessions?.end(slot);
    this._listener?.tell('stop', slot, this._clock.now);
  }

  /** A VM has ended, whose container had the slot. */
  private _vmEnded(vm: MicroVm, slot: number): void {
    const { population, functions } = this._meters;
    population.change(this._clock.now, 0, -1);
    this._rests?.forget(vm);
    functions.ended(this._pool.functionId(slot), vm);
    this._meters.starts.vmEnded(vm);
    this._interference?.vmEnded(vm);
  }

  /** Work ends what the host was taking from an idle container, before the work begins. */
  private _setIdle(slot: number, isIdle: boolean): void {
    if (!this._asksIdle) return;
    this._pool.container(slot).setIdle(isIdle);
    this._devices.bookIdle(this._pool.host(slot).system);
  }

  /** Plays to the end of the trace's window, takes the results, then stops all containers. */
  finish(): SystemRun {
    const { trace, machine, profiles } = this._config;
    const meters = this._meters;
    while (this._clock.next <= trace.spanMs) this._playNext();
    this._moveClock(trace.spanMs);
    const unserved = [...this._waiting].filter(({ isMeasured }) => isMeasured);
    for (const call of unserved) this._refuse(call);
    this._recorder?.finish();
    const { receipt, measured } = this._ledger;
    addToReceipt(receipt, measured, machine.blockFrames);
    for (const slot of meters.disturbances.slots) this._measureEnd(slot);
    for (const [vm, id] of this._pool.vms()) meters.functions.ended(id, vm);
    const run = finishedRun({
      name: this._name,
      maps: this._maps?.reel(this._name),
      measured: meters.measured(profiles, this._pool.idleMs(trace.spanMs), receipt),
      unserved: unserved.length,
      shortage: this._shortage.counts,
      prewarms: this._prewarmer.counts,
      reclaimed: meters.reclaims.frames,
      ledger: this._ledger,
      vms: this._fleet.running(),
    });
    this._listener = undefined;
    for (const slot of this._pool.slots()) this._stop(slot);
    return run;
  }
}
