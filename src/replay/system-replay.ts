// One system's replay: the event loop over arrivals, ends of calls and expiries. The only clock of the emulation.

import { NS_PER_MS } from '../abi/unit.ts';
import { type Prices, addRecord, costBySideNs, newReceipt } from '../cost/index.ts';
import {
  type Counts,
  type FunctionProfile,
  type IdleReclaim,
  type KeepAlive,
  type MachineConfig,
  type MicroVm,
  type Operations,
  type ServerlessSystem,
  type SystemSpec,
  COUNT_MIGRATED_PAGES,
  COUNT_RELEASED_PAGES,
  addCounts,
  newCounts,
  pageOpsOf,
} from '../serverless/index.ts';
import { Clock, TIMER_FIRED } from '../time/index.ts';
import type { CallRows, Trace } from '../trace/index.ts';
import { EVENT_END, EVENT_EXPIRE, EVENT_READY, eventOf, kindOf, slotOf } from './event.ts';
import { Listener, type OnEvent } from './listener.ts';
import { FootprintMeter } from './footprint-meter.ts';
import { NumberHash } from './hash.ts';
import { LEVELS, Pricing, addToReceipt } from './pricing.ts';
import type { PricedRun, SystemRun } from './run.ts';
import { Samples } from './samples.ts';
import { type Follow, SessionPlayer } from './session-player.ts';
import { StartMeter } from './start-meter.ts';
import { WarmPool } from './warm-pool.ts';

export interface SystemReplayConfig {
  readonly trace: Pick<Trace, 'functions' | 'spanMs' | 'sessions'>;
  /** By function id. */
  readonly profiles: readonly FunctionProfile[];
  readonly machine: MachineConfig;
  readonly keepAlive: KeepAlive;
  readonly prices: Prices;
  readonly warmupMs: number;
  readonly onEvent?: OnEvent | undefined;
}

/** Counts of a release alone. */
function released(frames: number): Counts {
  const counts = newCounts();
  counts[COUNT_RELEASED_PAGES] = frames;
  return counts;
}

/** How long work takes on the replay's clock. */
function workNs(pricing: Pricing, operations: Operations, releasedFrames: number): number {
  const level = pricing.clockLevel;
  return pricing.operationsNs(operations, level) + pricing.pagesNs(released(releasedFrames), level);
}

/** Nanoseconds by which a call is held up, devices' work included. */
function heldUp(
  pricing: Pricing,
  counts: Counts,
  devices: Operations | undefined,
  blockFrames: number,
  level: number,
): number {
  const ns = pricing.disturbanceNs(counts, blockFrames, level);
  return devices === undefined ? ns : ns + pricing.operationsNs(devices, level);
}

export class SystemReplay {
  readonly #name: string;
  readonly #config: SystemReplayConfig;
  readonly #pricing: Pricing;
  readonly #system: ServerlessSystem;
  /** In ms, as traces are: by itself no figure is rounded. */
  readonly #clock: Clock = new Clock(NS_PER_MS);
  #listener: Listener | undefined;
  readonly #pool: WarmPool;
  /** Devices take memory from idle containers: they must hear who is idle. */
  readonly #asksIdle: boolean;
  /** Only of traces that have sessions. */
  readonly #sessions: SessionPlayer | undefined;
  readonly #footprint: FootprintMeter;
  readonly #starts: StartMeter;
  readonly #slowdowns: readonly Samples[] = LEVELS.map(() => new Samples());
  readonly #reclaims: readonly Samples[] = LEVELS.map(() => new Samples());
  readonly #receipt: Float64Array = newReceipt();
  readonly #counts: Counts = newCounts();
  readonly #measured: Counts = newCounts();
  readonly #warmup: Counts = newCounts();
  #warm = 0;
  #undisturbed = 0;
  #askedFrames = 0;
  #gotFrames = 0;
  readonly #idleTaken: { reclaims: number; cancelled: number; gotFrames: number } = {
    reclaims: 0,
    cancelled: 0,
    gotFrames: 0,
  };

  constructor(spec: SystemSpec, config: SystemReplayConfig) {
    const { trace, machine, warmupMs } = config;
    const pricing = new Pricing(config.prices);
    this.#pricing = pricing;
    this.#name = spec.name;
    this.#config = config;
    this.#system = spec.create({
      machine,
      clock: this.#clock,
      workNs: (operations, frames) => workNs(pricing, operations, frames),
    });
    const { account } = this.#system.host;
    if (config.onEvent !== undefined) {
      this.#listener = new Listener(spec.name, account, config.onEvent);
    }
    this.#pool = new WarmPool(trace.functions.length);
    this.#asksIdle =
      machine.idleReclaimMs !== undefined && this.#system.takeIdleReclaims !== undefined;
    this.#footprint = new FootprintMeter(account, warmupMs, trace.spanMs);
    this.#starts = new StartMeter(pricing, machine.blockFrames);
    const follow: Follow = (slot, frames) => this.#follow(slot, frames);
    this.#sessions = trace.sessions && new SessionPlayer(trace.sessions, this.#clock, follow);
  }

  /** The memory of a session's sandbox is another from now on. */
  #follow(slot: number, frames: number): void {
    const { vm } = this.#pool.container(slot);
    this.#pool.container(slot).follow(frames);
    const counts = newCounts();
    vm.settle(counts);
    this.#take(counts);
    this.#takeOperations(vm);
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
    this.#footprint.advance(toMs);
    this.#clock.moveTo(toMs);
  }

  #playUntil(untilMs: number): void {
    const clock = this.#clock;
    for (let nextMs = clock.next; nextMs <= untilMs; nextMs = clock.next) {
      this.#footprint.advance(nextMs);
      const event = clock.step();
      if (event === TIMER_FIRED) {
        this.#bookIdle();
        this.#bookWork();
        continue;
      }
      const slot = slotOf(event);
      const kind = kindOf(event);
      if (kind === EVENT_END) this.#end(slot);
      else if (kind === EVENT_READY) this.#ready(slot);
      else this.#mayExpire(slot);
    }
  }

  #ready(slot: number): void {
    this.#listener?.tell('ready', slot, this.#clock.now);
    this.#begin(slot);
  }

  get #isMeasured(): boolean {
    return this.#clock.now >= this.#config.warmupMs;
  }

  #arrive(functionId: number, durationMs: number): void {
    const { keepAlive } = this.#config;
    const measured = this.#isMeasured;
    keepAlive.arrived(functionId, this.#clock.now);
    const slot = this.#pool.take(functionId);
    if (slot < 0) {
      this.#start(functionId, durationMs, measured);
      return;
    }
    if (measured) this.#warm += 1;
    this.#setIdle(slot, false);
    this.#pool.setCall(slot, durationMs, measured);
    this.#begin(slot);
  }

  #start(functionId: number, durationMs: number, measured: boolean): void {
    const start = this.#system.start(this.#config.profiles[functionId] as FunctionProfile);
    const { container, newVm, operations, counts } = start;
    if (newVm) this.#take(container.vm.startCounts);
    this.#take(counts);
    if (measured) {
      const all = newVm ? [container.vm.startOperations, operations] : [operations];
      for (const steps of all) {
        for (const step in steps) addRecord(this.#receipt, steps[step] ?? {});
      }
    }
    const readyInMs = this.#starts.price(start, this.#clock.now, measured);
    const slot = this.#pool.add(container, functionId);
    this.#listener?.started(slot, functionId, this.#clock.now);
    this.#pool.setCall(slot, durationMs, measured);
    this.#clock.post(this.#clock.now + readyInMs, eventOf(EVENT_READY, slot));
  }

  /** Where counts are booked: under the measured time or the warm-up. */
  get #total(): Counts {
    return this.#isMeasured ? this.#measured : this.#warmup;
  }

  #take(counts: Counts): void {
    addCounts(this.#total, counts);
  }

  #begin(slot: number): void {
    const container = this.#pool.container(slot);
    const mayBeHeld = container.begin(this.#total, this.#counts);
    const heldUpNs = mayBeHeld ? this.#hold(slot, this.#takeOperations(container.vm)) : 0;
    if (heldUpNs === 0 && this.#pool.isMeasured(slot)) this.#undisturbed += 1;
    const endsMs = this.#clock.now + this.#pool.durationMs(slot) + heldUpNs / NS_PER_MS;
    this.#clock.post(endsMs, eventOf(EVENT_END, slot));
    this.#listener?.tell('call', slot, this.#clock.now);
    this.#sessions?.begin(slot, this.#pool.functionId(slot));
  }

  /** How long the call that begins is held up by what was counted. */
  #hold(slot: number, devices: Operations | undefined): number {
    const { blockFrames } = this.#config.machine;
    const heldUpNs = heldUp(
      this.#pricing,
      this.#counts,
      devices,
      blockFrames,
      this.#pricing.clockLevel,
    );
    if (heldUpNs !== 0 && this.#pool.isMeasured(slot)) {
      this.#recordSlowdown(this.#counts, devices, this.#pool.durationMs(slot));
    }
    return heldUpNs;
  }

  #recordSlowdown(counts: Counts, devices: Operations | undefined, durationMs: number): void {
    const { blockFrames } = this.#config.machine;
    for (let level = 0; level < LEVELS.length; level += 1) {
      const heldUpMs = heldUp(this.#pricing, counts, devices, blockFrames, level) / NS_PER_MS;
      (this.#slowdowns[level] as Samples).push((durationMs + heldUpMs) / durationMs);
    }
  }

  #end(slot: number): void {
    const { now } = this.#clock;
    this.#sessions?.end(slot);
    this.#pool.container(slot).end(this.#total, this.#counts);
    const keepMs = this.#config.keepAlive.keepMs(this.#pool.functionId(slot), now);
    this.#pool.release(slot, now + keepMs);
    this.#arm(slot);
    this.#setIdle(slot, true);
    this.#listener?.tell('end', slot, now);
  }

  /** One expiry event a container is enough: it is moved on when the container was used since. */
  #arm(slot: number): void {
    const expiresMs = this.#pool.expiresMs(slot);
    if (this.#pool.isArmed(slot) || expiresMs === Infinity) return;
    this.#pool.setArmed(slot, true);
    this.#clock.post(expiresMs, eventOf(EVENT_EXPIRE, slot));
  }

  #mayExpire(slot: number): void {
    this.#pool.setArmed(slot, false);
    if (!this.#pool.isIdle(slot)) return;
    if (this.#pool.expiresMs(slot) <= this.#clock.now) this.#stop(slot);
    else this.#arm(slot);
  }

  #stop(slot: number): void {
    const container = this.#pool.container(slot);
    this.#sessions?.end(slot);
    this.#setIdle(slot, false);
    this.#pool.remove(slot);
    const { operations, counts, askedFrames, gotFrames } = this.#system.stop(container);
    this.#listener?.tell('stop', slot, this.#clock.now);
    this.#take(counts);
    if (!this.#isMeasured) return;
    addRecord(this.#receipt, operations);
    if (askedFrames === 0) return;
    const { containerDestroy: _apart, ...given } = operations;
    this.#recordReclaim(askedFrames, gotFrames, given, counts);
  }

  /** What the devices of a VM did since the last time. */
  #takeOperations(vm: MicroVm): Operations | undefined {
    const devices = vm.takeOperations();
    if (devices !== undefined && this.#isMeasured) addRecord(this.#receipt, devices);
    return devices;
  }

  /** Work ends what the host was taking from an idle container, before the work begins. */
  #setIdle(slot: number, isIdle: boolean): void {
    if (!this.#asksIdle) return;
    this.#pool.container(slot).setIdle(isIdle);
    this.#bookIdle();
  }

  /** Books requests to idle containers that have ended. */
  #bookIdle(): void {
    if (!this.#asksIdle) return;
    for (const reclaim of this.#system.takeIdleReclaims?.() ?? []) {
      const counts = newCounts();
      reclaim.vm.settle(counts);
      this.#take(counts);
      this.#takeOperations(reclaim.vm);
      if (this.#isMeasured) this.#recordIdle(reclaim);
    }
  }

  /** Books what devices did by themselves. */
  #bookWork(): void {
    for (const { operations, counts, request } of this.#system.takeWork?.() ?? []) {
      this.#take(counts);
      if (!this.#isMeasured) continue;
      addRecord(this.#receipt, operations);
      if (request === undefined) continue;
      const { askedFrames, gotFrames } = request;
      this.#recordReclaim(askedFrames, gotFrames, request.operations, request.counts);
    }
  }

  #recordIdle({ isCancelled, askedFrames, gotFrames, operations }: IdleReclaim): void {
    if (isCancelled) this.#idleTaken.cancelled += 1;
    if (askedFrames === 0) return;
    if (!isCancelled) this.#idleTaken.reclaims += 1;
    this.#idleTaken.gotFrames += gotFrames;
    this.#recordReclaim(askedFrames, gotFrames, operations, released(gotFrames));
  }

  #recordReclaim(asked: number, got: number, given: Operations, counts: Counts): void {
    this.#askedFrames += asked;
    this.#gotFrames += got;
    const pricing = this.#pricing;
    for (let level = 0; level < LEVELS.length; level += 1) {
      const ns = pricing.operationsNs(given, level) + pricing.pagesNs(counts, level);
      (this.#reclaims[level] as Samples).push(
        (ns + pricing.blocksNs(counts, this.#config.machine.blockFrames, level)) / NS_PER_MS,
      );
    }
  }

  /** Plays to the end of the trace's window, takes the results, then stops all containers. */
  finish(): SystemRun {
    const { trace, machine } = this.#config;
    this.#playUntil(trace.spanMs);
    this.#moveClock(trace.spanMs);
    addToReceipt(this.#receipt, this.#measured, machine.blockFrames);
    const priced = LEVELS.map((_, level) => this.#priced(level));
    const pageOps = pageOpsOf(this.#measured) + pageOpsOf(this.#warmup);
    const run: Omit<SystemRun, 'hash'> = {
      name: this.#name,
      starts: { cold: this.#starts.cold, warm: this.#warm },
      undisturbedCalls: this.#undisturbed,
      priced,
      meanFrames: this.#footprint.meanFrames(),
      peakFrames: this.#footprint.peakFrames,
      series: this.#footprint.series(),
      reclaim: {
        askedFrames: this.#askedFrames,
        gotFrames: this.#gotFrames,
        migratedPages: this.#measured[COUNT_MIGRATED_PAGES] as number,
      },
      idleReclaim: this.#idleTaken,
      receipt: this.#receipt.slice(),
      pageOps,
    };
    const hash = this.#hash(run);
    this.#listener = undefined;
    for (const slot of this.#pool.slots()) this.#stop(slot);
    return { ...run, hash };
  }

  #priced(level: number): PricedRun {
    const name = LEVELS[level] as PricedRun['level'];
    const { guest, host } = costBySideNs(this.#receipt, name, this.#pricing.prices);
    return {
      level: name,
      startupMs: this.#starts.samplesMs(level),
      startupStepsMs: this.#starts.stepsMs(level),
      slowdowns: (this.#slowdowns[level] as Samples).values(),
      reclaimMs: (this.#reclaims[level] as Samples).values(),
      cpuMs: { guest: guest / NS_PER_MS, host: host / NS_PER_MS },
    };
  }

  /** Of every running guest's memory and of every figure. */
  #hash(run: Omit<SystemRun, 'hash'>): string {
    const hash = new NumberHash();
    for (const vm of this.#system.vms()) hash.addAll([vm.id, vm.guest.core.hash()]);
    hash.addAll([run.starts.cold, run.starts.warm, run.undisturbedCalls, run.peakFrames]);
    hash.addAll(run.meanFrames);
    hash.addAll(this.#measured);
    hash.addAll(this.#warmup);
    for (const one of run.priced) {
      for (const samples of [one.startupMs, one.slowdowns, one.reclaimMs]) hash.addAll(samples);
    }
    return hash.digest();
  }
}
