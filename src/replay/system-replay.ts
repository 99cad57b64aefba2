// One system's replay: the event loop over arrivals, ends of calls and expiries. The only clock of the emulation.

import { NS_PER_MS } from '../abi/unit.ts';
import {
  type Container,
  type Counts,
  type FunctionProfile,
  type MicroVm,
  type Start,
  type SystemSpec,
  COUNT_MIGRATED_PAGES,
  newCounts,
  pageOpsOf,
} from '../serverless/index.ts';
import { Clock, TIMER_FIRED } from '../time/index.ts';
import type { CallRows } from '../trace/index.ts';
import { EVENT_END, EVENT_EXPIRE, EVENT_READY, eventOf, kindOf, slotOf } from './event.ts';
import { DeviceBooks } from './device-books.ts';
import { Fleet, type Host } from './fleet.ts';
import type { SystemReplayConfig } from './config.ts';
import { hashOfRun } from './hash.ts';
import { Interference } from './interference.ts';
import { Ledger } from './ledger.ts';
import { Listener } from './listener.ts';
import { Meters } from './meters.ts';
import { Prewarmer } from './prewarmer.ts';
import { Pricing, addToReceipt } from './pricing.ts';
import { Recorder, found } from './recorder.ts';
import type { SystemRun } from './run.ts';
import { type Follow, SessionPlayer } from './session-player.ts';
import { Shortage } from './shortage.ts';
import { StartQueue } from './start-queue.ts';
import { type Call, Waiting } from './waiting.ts';
import { NOBODY, WarmPool } from './warm-pool.ts';

export class SystemReplay {
  readonly #name: string;
  readonly #config: SystemReplayConfig;
  readonly #fleet: Fleet;
  readonly #shortage: Shortage;
  /** By host. */
  readonly #queues: ReadonlyMap<Host, StartQueue>;
  readonly #waiting: Waiting = new Waiting();
  readonly #prewarmer: Prewarmer;
  /** In ms, as traces are: by itself no figure is rounded. */
  readonly #clock: Clock = new Clock(NS_PER_MS);
  #listener: Listener | undefined;
  readonly #recorder: Recorder | undefined;
  readonly #pool: WarmPool;
  /** Devices take memory from idle containers: they must hear who is idle. */
  readonly #asksIdle: boolean;
  /** Only of traces that have sessions. */
  readonly #sessions: SessionPlayer | undefined;
  readonly #meters: Meters;
  readonly #interference: Interference | undefined;
  readonly #devices: DeviceBooks;
  readonly #ledger: Ledger;
  /** Of the call that begins or ends. */
  readonly #counts: Counts = newCounts();

  constructor(spec: SystemSpec, config: SystemReplayConfig) {
    const { trace, machine, warmupMs, hostPlacement } = config;
    const pricing = new Pricing(config.prices);
    this.#ledger = new Ledger(this.#clock, warmupMs);
    const functions = trace.functions.length;
    this.#name = spec.name;
    this.#config = config;
    const systems = Array.from({ length: config.hosts }, () =>
      spec.create({
        machine,
        clock: this.#clock,
        workNs: (operations, frames) => pricing.workNs(operations, frames),
      }),
    );
    this.#fleet = new Fleet(systems, { functions, placement: hostPlacement });
    const contended = config.contention ? this.#fleet.hosts : [];
    this.#queues = new Map(contended.map((host) => [host, new StartQueue(pricing)]));
    this.#pool = new WarmPool(functions, warmupMs);
    this.#prewarmer = new Prewarmer(functions, config.keepAlive, this.#clock);
    this.#shortage = new Shortage(this.#fleet, this.#pool, config.whenFull, {
      stop: (slot) => this.#stop(slot),
      lost: (slot) => this.#lost(slot),
      vmEnded: (vm, slot) => this.#vmEnded(vm, slot),
      ask: (vm, frames) => this.#devices.ask(vm, frames),
      isMeasured: () => this.#ledger.isMeasured,
      nowMs: () => this.#clock.now,
    });
    this.#asksIdle =
      machine.idleReclaimMs !== undefined &&
      systems.some((system) => system.takeIdleReclaims !== undefined);
    const accounts = systems.map(({ host }) => host.account);
    if (config.onEvent !== undefined) {
      this.#listener = new Listener(spec.name, accounts, config.onEvent);
    }
    for (const { host } of systems) host.measuredFromNs = warmupMs * NS_PER_MS;
    this.#meters = new Meters({
      pricing,
      accounts,
      functions,
      blockFrames: machine.blockFrames,
      hostCache: machine.hostCache,
      fromMs: warmupMs,
      untilMs: trace.spanMs,
      idleContainers: () => this.#pool.idleCount(),
      vms: () => this.#fleet.running(),
    });
    const { reclaims, disturbances } = this.#meters;
    if (config.interference) {
      this.#interference = new Interference(pricing, this.#pool, disturbances);
    }
    this.#devices = new DeviceBooks({
      clock: this.#clock,
      fleet: this.#fleet,
      ledger: this.#ledger,
      reclaims,
      interference: this.#interference,
    });
    this.#recorder = config.onRecords && new Recorder(this.#pool, config.onRecords);
    const follow: Follow = (slot, frames) => this.#follow(slot, frames);
    this.#sessions = trace.sessions && new SessionPlayer(trace.sessions, this.#clock, follow);
  }

  /** The memory of a session's sandbox is another from now on. */
  #follow(slot: number, frames: number): void {
    const { vm } = this.#pool.container(slot);
    this.#pool.container(slot).follow(frames);
    this.#ledger.settle(vm);
    this.#ledger.takeOperations(vm);
  }

  /** Plays the arrivals from one index to another; they follow those of the call before. */
  advance({ startMs, functionIds, durationMs }: CallRows, from: number, to: number): void {
    for (let arrival = from; arrival < to; arrival += 1) {
      const atMs = startMs[arrival] as number;
      this.#playUntil(atMs);
      this.#moveClock(atMs);
      this.#arrive(functionIds[arrival] as number, durationMs[arrival] as number);
    }
  }

  #moveClock(toMs: number): void {
    this.#endInstant(toMs);
    this.#clock.moveTo(toMs);
  }

  /** Before time passes no host holds more than it has: an end or an expiry may have filled one, too. */
  #endInstant(nextMs: number): void {
    if (this.#fleet.isOver) this.#shortage.settle();
    this.#meters.footprint.advance(nextMs);
  }

  #playUntil(untilMs: number): void {
    const clock = this.#clock;
    for (let nextMs = clock.next; nextMs <= untilMs; nextMs = clock.next) {
      this.#endInstant(nextMs);
      const event = clock.step();
      if (event === TIMER_FIRED) {
        this.#timerFired();
        continue;
      }
      const slot = slotOf(event);
      const kind = kindOf(event);
      if (kind === EVENT_END) this.#end(slot);
      else if (kind === EVENT_READY) this.#ready(slot);
      else if (kind === EVENT_EXPIRE) this.#mayExpire(slot);
      // the last kind has a function in the slot's place
      else this.#mayPrewarm(slot);
    }
  }

  /** Devices or workers have done something. */
  #timerFired(): void {
    if (this.#asksIdle) for (const host of this.#fleet.hosts) this.#devices.bookIdle(host.system);
    this.#devices.bookWork();
    if (this.#fleet.isOver) this.#shortage.settle();
    // devices are not asked again for each answer of theirs
    const { first } = this.#waiting;
    if (first === undefined) return;
    if (this.#fleet.place(this.#profile(first.functionId)) !== undefined) this.#serveWaiting();
  }

  #ready(slot: number): void {
    if (this.#pool.isGone(slot)) {
      this.#pool.bury(slot, false);
      return;
    }
    if (this.#pool.isAhead(slot)) {
      this.#rest(slot, this.#pool.expiresMs(slot), 'ready');
      return;
    }
    this.#listener?.tell('ready', slot, this.#clock.now);
    this.#begin(slot);
  }

  #arrive(functionId: number, durationMs: number): void {
    const { keepAlive } = this.#config;
    const measured = this.#ledger.isMeasured;
    keepAlive.arrived(functionId, this.#clock.now);
    this.#prewarmer.arrived(functionId);
    const slot = this.#pool.take(functionId, this.#clock.now);
    if (slot < 0) {
      this.#arriveCold(functionId, durationMs, measured);
      return;
    }
    if (measured) this.#meters.functions.began(functionId, 'warm');
    this.#runWarm(slot, durationMs, measured);
  }

  #runWarm(slot: number, durationMs: number, measured: boolean): void {
    this.#setIdle(slot, false);
    this.#pool.setCall(slot, durationMs, measured);
    this.#recorder?.assign(slot, found('warm', this.#clock.now));
    this.#begin(slot);
  }

  #arriveCold(functionId: number, durationMs: number, isMeasured: boolean): void {
    const arrivedMs = this.#clock.now;
    const call: Call = { functionId, durationMs, isMeasured, arrivedMs, isQueued: false };
    const mayStart = this.#waiting.size === 0;
    if (mayStart && this.#startFor(call)) {
      if (isMeasured) this.#meters.functions.began(functionId, 'cold');
    } else if (this.#shortage.waits && this.#fleet.fitsEver(this.#profile(functionId))) {
      this.#waiting.push({ ...call, isQueued: true });
    } else this.#refuse(call);
  }

  #refuse({ functionId, durationMs, arrivedMs, isMeasured }: Call): void {
    if (!isMeasured) return;
    this.#meters.functions.began(functionId, 'refused');
    this.#recorder?.refuse(functionId, durationMs, arrivedMs);
  }

  /** Calls that wait, as long as there is memory for the first of them. */
  #serveWaiting(): void {
    for (let { first } = this.#waiting; first !== undefined; { first } = this.#waiting) {
      const isStarted = this.#startFor(first);
      if (!isStarted && this.#fleet.fitsEver(this.#profile(first.functionId))) return;
      this.#waiting.shift();
      if (isStarted) this.#waited(first);
      else this.#refuse(first);
    }
  }

  #profile(functionId: number): FunctionProfile {
    return this.#config.profiles[functionId] as FunctionProfile;
  }

  #waited({ functionId, arrivedMs, isMeasured }: Call): void {
    if (!isMeasured) return;
    this.#meters.functions.began(functionId, 'queued');
    this.#meters.queueMs.push(this.#clock.now - arrivedMs);
  }

  /** Starts a container for a call. Whether there was memory for it. */
  #startFor(call: Call): boolean {
    const profile = this.#profile(call.functionId);
    // a start that was undone says what its function needs: the next try knows it, and each host is tried at most once more
    for (let tries = 0; tries <= this.#fleet.hosts.length; tries += 1) {
      const host = this.#shortage.makeRoom(profile);
      if (host === undefined) return false;
      const slot = this.#startOn(host, profile, call);
      if (slot === NOBODY) continue;
      this.#pool.setCall(slot, call.durationMs, call.isMeasured);
      return true;
    }
    return false;
  }

  /** The slot of a container that starts, for a call or for none; NOBODY if the host had not the memory that it took. */
  #startOn(host: Host, profile: FunctionProfile, call?: Call): number {
    const start = this.#fleet.start(host, profile);
    const { container } = start;
    this.#ledger.start(start, call?.isMeasured ?? this.#ledger.isMeasured);
    const slot = this.#pool.add(container, profile.id, host);
    host.add(container, slot);
    this.#meters.population.change(this.#clock.now, 1, start.newVm ? 1 : 0);
    this.#listener?.started(slot, profile.id, this.#clock.now);
    if (this.#fleet.isOver) this.#shortage.settle(slot);
    if (this.#pool.isGone(slot)) {
      this.#pool.bury(slot, false);
      return NOBODY;
    }
    this.#devices.started(start);
    const readyInMs = this.#priceStart(start, host, call?.isMeasured === true);
    if (call !== undefined) this.#recordStart(slot, start, call, readyInMs);
    this.#clock.post(this.#clock.now + readyInMs, eventOf(EVENT_READY, slot));
    return slot;
  }

  #recordStart(slot: number, { newVm }: Start, call: Call, startupMs: number): void {
    const how = call.isQueued ? 'queued' : 'cold';
    const came = found(how, call.arrivedMs, this.#clock.now - call.arrivedMs);
    const { sandboxMs } = this.#meters.starts;
    this.#recorder?.assign(slot, { ...came, startupMs, sandboxMs, newVm });
  }

  /** Milliseconds until a container that starts is ready. */
  #priceStart(start: Start, host: Host, isMeasured: boolean): number {
    const { now } = this.#clock;
    const { vm, profile } = start.container;
    const { starts, functions } = this.#meters;
    const contended = start.newVm
      ? this.#queues.get(host)?.enter(vm, host.vms - 1, now)
      : undefined;
    this.#ledger.add(contended?.operations);
    const readyInMs = starts.price(start, now, isMeasured, contended);
    if (isMeasured) functions.started(profile.id, readyInMs, starts.sandboxMs);
    return readyInMs;
  }

  #begin(slot: number): void {
    const { now } = this.#clock;
    const pool = this.#pool;
    const container = pool.container(slot);
    pool.begin(slot, now);
    let lateMs = 0;
    if (container.begin(this.#ledger.total, this.#counts)) {
      const devices = this.#ledger.takeOperations(container.vm);
      lateMs = this.#meters.disturbances.holdUp(slot, pool.callOf(slot), this.#counts, devices);
    }
    if (this.#interference !== undefined) {
      lateMs += this.#interference.begin(slot, container.vm, now);
    }
    const functionId = pool.functionId(slot);
    if (pool.takeAhead(slot)) this.#prewarmer.counts.used += 1;
    if (pool.isMeasured(slot)) this.#meters.functions.ran(functionId);
    this.#recorder?.begin(slot, lateMs);
    this.#clock.post(now + pool.durationMs(slot) + lateMs, eventOf(EVENT_END, slot));
    this.#listener?.tell('call', slot, now);
    this.#sessions?.begin(slot, functionId);
    if (this.#fleet.isOver) this.#shortage.settle();
  }

  #measureEnd(slot: number): void {
    const { disturbances, functions } = this.#meters;
    const pool = this.#pool;
    if (!disturbances.isLate(slot)) return;
    const slowdown = disturbances.end(slot, pool.callOf(slot));
    if (slowdown !== undefined) functions.late(pool.functionId(slot), slowdown);
  }

  #end(slot: number): void {
    const { now } = this.#clock;
    const container = this.#pool.container(slot) as Container | undefined;
    if (container === undefined) {
      this.#pool.bury(slot, false);
      return;
    }
    const owedMs = this.#interference?.takeOwedMs(slot) ?? 0;
    if (owedMs > 0) {
      this.#clock.post(now + owedMs, eventOf(EVENT_END, slot));
      return;
    }
    this.#measureEnd(slot);
    this.#sessions?.end(slot);
    container.end(this.#ledger.total, this.#counts);
    const functionId = this.#pool.functionId(slot);
    const keepMs = this.#config.keepAlive.keepMs(functionId, now);
    this.#prewarmer.ended(functionId);
    this.#rest(slot, now + keepMs, 'end');
  }

  /** A container has no call: it takes one of its function that waits, or is idle until then. */
  #rest(slot: number, untilMs: number, kind: 'end' | 'ready'): void {
    const { now } = this.#clock;
    const waiting = this.#waiting;
    const call = waiting.size > 0 ? waiting.takeOf(this.#pool.functionId(slot)) : undefined;
    if (call !== undefined) {
      this.#listener?.tell(kind, slot, now, true);
      this.#waited(call);
      this.#recorder?.assign(slot, found('queued', call.arrivedMs, now - call.arrivedMs));
      this.#pool.setCall(slot, call.durationMs, call.isMeasured);
      this.#begin(slot);
      return;
    }
    this.#pool.release(slot, now, untilMs);
    this.#arm(slot);
    this.#setIdle(slot, true);
    this.#listener?.tell(kind, slot, now, true);
    if (waiting.size > 0) this.#serveWaiting();
  }

  /** Starts a container that a policy wants, if there is none of its function and there is room: nobody has to make way for a guess. */
  #mayPrewarm(functionId: number): void {
    const keepMs = this.#prewarmer.take(functionId);
    if (keepMs === undefined || this.#waiting.size > 0) return;
    if (this.#fleet.hosts.some((host) => host.ofFunction(functionId) > 0)) return;
    const profile = this.#profile(functionId);
    const host = this.#fleet.place(profile);
    const slot = host === undefined ? NOBODY : this.#startOn(host, profile);
    if (slot === NOBODY) return;
    const { isMeasured } = this.#ledger;
    this.#pool.setAhead(slot, this.#clock.now + keepMs, isMeasured);
    if (isMeasured) this.#prewarmer.counts.started += 1;
  }

  /** One expiry event a container is enough: it is moved on when the container was used since. */
  #arm(slot: number): void {
    if (!this.#pool.arm(slot)) return;
    this.#clock.post(this.#pool.expiresMs(slot), eventOf(EVENT_EXPIRE, slot));
  }

  #mayExpire(slot: number): void {
    if (this.#pool.isGone(slot)) {
      this.#pool.bury(slot, true);
      return;
    }
    this.#pool.disarm(slot);
    if (!this.#pool.isIdle(slot)) return;
    if (this.#pool.expiresMs(slot) > this.#clock.now) {
      this.#arm(slot);
      return;
    }
    this.#stop(slot);
    if (this.#waiting.size > 0) this.#serveWaiting();
  }

  #stop(slot: number): void {
    const container = this.#pool.container(slot);
    const host = this.#pool.host(slot);
    this.#sessions?.end(slot);
    this.#setIdle(slot, false);
    this.#pool.remove(slot, this.#clock.now);
    host.remove(container, slot);
    const stop = host.system.stop(container);
    this.#meters.population.change(this.#clock.now, -1, 0);
    if (container.vm.stopReason !== undefined) this.#vmEnded(container.vm, slot);
    this.#listener?.tell('stop', slot, this.#clock.now);
    this.#devices.stopped(container.vm, stop);
  }

  /** The container went with its VM. */
  #lost(slot: number): void {
    this.#measureEnd(slot);
    this.#interference?.takeOwedMs(slot);
    this.#recorder?.begin(slot);
    this.#meters.population.change(this.#clock.now, -1, 0);
    this.#sessions?.end(slot);
    this.#listener?.tell('stop', slot, this.#clock.now);
  }

  /** A VM has ended, whose container had the slot. */
  #vmEnded(vm: MicroVm, slot: number): void {
    const { population, functions } = this.#meters;
    population.change(this.#clock.now, 0, -1);
    functions.held(this.#pool.functionId(slot), vm.heldFrameNs / NS_PER_MS);
  }

  /** Work ends what the host was taking from an idle container, before the work begins. */
  #setIdle(slot: number, isIdle: boolean): void {
    if (!this.#asksIdle) return;
    this.#pool.container(slot).setIdle(isIdle);
    this.#devices.bookIdle(this.#pool.host(slot).system);
  }

  /** Plays to the end of the trace's window, takes the results, then stops all containers. */
  finish(): SystemRun {
    const { trace, machine, profiles } = this.#config;
    const meters = this.#meters;
    this.#playUntil(trace.spanMs);
    this.#moveClock(trace.spanMs);
    const unserved = [...this.#waiting].filter(({ isMeasured }) => isMeasured);
    for (const call of unserved) this.#refuse(call);
    this.#recorder?.finish();
    const { receipt, measured, warmup } = this.#ledger;
    addToReceipt(receipt, measured, machine.blockFrames);
    for (const slot of meters.disturbances.slots) this.#measureEnd(slot);
    for (const [vm, functionId] of this.#runningVms()) {
      meters.functions.held(functionId, vm.heldFrameNs / NS_PER_MS);
    }
    const run: Omit<SystemRun, 'hash'> = {
      name: this.#name,
      ...meters.measured(profiles, this.#pool.idleMs(trace.spanMs), receipt),
      unserved: unserved.length,
      shortage: this.#shortage.counts,
      prewarms: this.#prewarmer.counts,
      reclaim: {
        ...meters.reclaims.frames,
        migratedPages: measured[COUNT_MIGRATED_PAGES] as number,
      },
      receipt: receipt.slice(),
      pageOps: pageOpsOf(measured) + pageOpsOf(warmup),
    };
    const hash = hashOfRun(run, this.#fleet.running(), [measured, warmup]);
    this.#listener = undefined;
    for (const slot of this.#pool.slots()) this.#stop(slot);
    return { ...run, hash };
  }

  /** VMs with the function whose containers they have. */
  #runningVms(): Map<MicroVm, number> {
    const pool = this.#pool;
    return new Map(pool.slots().map((slot) => [pool.container(slot).vm, pool.functionId(slot)]));
  }
}
