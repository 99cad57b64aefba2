// All that a system's replay measures, and the record that is made of it at the end.

import { bound } from '../graph/index.ts';
import { NS_PER_MS } from '../abi/unit.ts';
import { type Receipt, costBySideNs } from '../cost/index.ts';
import type { FunctionProfile, HostCache, MicroVm } from '../serverless/index.ts';
import { DisturbanceMeter } from './disturbance-meter.ts';
import { type Census, FootprintMeter } from './footprint-meter.ts';
import { FunctionMeter, total } from './function-meter.ts';
import { overheadOf } from './overhead.ts';
import { Population } from './population.ts';
import { LEVELS, type Pricing } from './pricing.ts';
import { ReclaimMeter } from './reclaim-meter.ts';
import type { PricedRun, SystemRun } from './run.ts';
import { Samples } from './samples.ts';
import { StartMeter } from './start-meter.ts';
import { type Weights, msOfEach } from './weights.ts';

export interface MetersConfig {
  readonly pricing: Pricing;
  /** Of the hosts. */
  readonly accounts: readonly Float64Array[];
  readonly functions: number;
  readonly blockFrames: number;
  readonly hostCache: HostCache | undefined;
  /** The measured time. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly idleContainers: () => number;
  readonly vms: () => Iterable<MicroVm>;
}

/** What of a run the meters know. */
export type Measured = Pick<
  SystemRun,
  | 'starts'
  | 'queueMs'
  | 'containers'
  | 'vms'
  | 'undisturbedCalls'
  | 'priced'
  | 'weights'
  | 'functions'
  | 'idle'
  | 'rests'
  | 'meanFrames'
  | 'peakFrames'
  | 'overhead'
  | 'series'
  | 'idleReclaim'
>;

export class Meters {
  readonly functions: FunctionMeter;
  readonly population: Population;
  readonly footprint: FootprintMeter;
  readonly starts: StartMeter;
  readonly disturbances: DisturbanceMeter;
  readonly reclaims: ReclaimMeter;
  readonly queueMs: Samples = new Samples();
  private readonly _config: MetersConfig;

  constructor(config: MetersConfig) {
    const { pricing, accounts, functions, blockFrames, fromMs, untilMs, hostCache } = config;
    this._config = config;
    this.functions = new FunctionMeter(functions);
    this.population = new Population(fromMs);
    const overhead = overheadOf(hostCache);
    const census: Census = bound(this, this._census);
    this.footprint = new FootprintMeter(accounts, { fromMs, untilMs, overhead, census });
    this.starts = new StartMeter(pricing, blockFrames);
    this.reclaims = new ReclaimMeter(pricing, blockFrames);
    this.disturbances = new DisturbanceMeter(pricing, blockFrames);
  }

  private _census(): ReturnType<Census> {
    const { containers, vms } = this.population;
    let [freeFrames, wholeFrames] = [0, 0];
    for (const vm of this._config.vms()) {
      const space = vm.unstirred.core.freeSpace();
      freeFrames += space?.frames ?? 0;
      wholeFrames += space?.wholeFrames ?? 0;
    }
    return { containers, idle: this._config.idleContainers(), vms, freeFrames, wholeFrames };
  }

  /** At the end of the measured time, when each VM has been told of and the receipt is whole. */
  measured(profiles: readonly FunctionProfile[], idleMs: Float64Array, receipt: Receipt): Measured {
    const { hostCache, untilMs } = this._config;
    const { footprint, starts } = this;
    const functions = this.functions.rows(idleMs, profiles);
    const meanFrames = footprint.meanFrames();
    const { containers, vms } = this.population.tally(untilMs);
    const overhead = overheadOf(hostCache);
    return {
      starts: {
        cold: total(functions.cold),
        warm: total(functions.warm),
        queued: total(functions.queued),
        refused: total(functions.refused),
      },
      queueMs: this.queueMs.values(),
      containers: { ...containers, started: starts.count },
      vms: { ...vms, started: starts.newVms },
      undisturbedCalls: this.functions.calmCalls,
      weights: this._weights(total(functions.ran), receipt),
      priced: LEVELS.map((_, level) => this._priced(level, receipt)),
      functions,
      idle: { containerMs: total(functions.idleMs), frameMs: total(functions.wastedFrameMs) },
      rests: {
        parks: total(functions.parks),
        parkedFrames: this.reclaims.parkedFrames + this.reclaims.idle.gotFrames,
        suspends: total(functions.suspends),
        resumes: total(functions.resumes),
        writtenFrames: total(functions.writtenFrames),
        readFrames: total(functions.readFrames),
      },
      meanFrames,
      peakFrames: footprint.peakFrames,
      overhead: {
        meanFrames: meanFrames.reduce((sum, frames, at) => sum + frames * overhead[at]!, 0),
        peakFrames: footprint.peakOverhead,
      },
      series: footprint.series(),
      idleReclaim: this.reclaims.idle,
    };
  }

  private _weights(calls: number, receipt: Receipt): Weights {
    const { starts, disturbances } = this;
    const { startup, sandbox } = starts.receipts;
    const slowdown = msOfEach(disturbances.receipt, calls);
    const { awaited } = this._config.pricing;
    return {
      startupMs: msOfEach(startup, starts.count),
      sandboxMs: msOfEach(sandbox, starts.count),
      slowdown,
      cpuMs: msOfEach(receipt, 1),
      onClock: awaited.map((is, slot) => Number(is + startup[slot]! + slowdown[slot]! > 0)),
    };
  }

  private _priced(level: number, receipt: Receipt): PricedRun {
    const name = LEVELS[level] as PricedRun['level'];
    const { guest, host } = costBySideNs(receipt, name, this._config.pricing.prices);
    return {
      level: name,
      startupMs: this.starts.samplesMs(level),
      startupStepsMs: this.starts.stepsMs(level),
      sandboxMs: this.starts.sandboxesMs(level),
      slowdowns: this.disturbances.slowdowns(level),
      reclaimMs: this.reclaims.samplesMs(level),
      cpuMs: { guest: guest / NS_PER_MS, host: host / NS_PER_MS },
    };
  }
}
