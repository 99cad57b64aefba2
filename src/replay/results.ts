// From a replay's plain records to the record that is reported: summaries, bytes instead of frames, one level of prices.

import { FRAME_BYTES, GIB, MS_PER_S } from '../abi/unit.ts';
import type { FootprintBy, Results, SystemResult } from '../report/index.ts';
import { CAUSES, type Cause } from '../serverless/index.ts';
import { type Summary, summarize } from './quantile.ts';
import type { PricedRun, ReplayRun, SystemRun } from './run.ts';

/** A system's figures at one level of prices. */
export function levelOf(system: SystemRun, level: PricedRun['level']): PricedRun {
  const found = system.priced.find((one) => one.level === level);
  if (found === undefined) throw new RangeError(`${system.name} has no figures at ${level} prices`);
  return found;
}

/** Of the slowdowns of all calls: those that were not disturbed are 1 each. */
function slowdownOf(calls: number, slowdowns: Float64Array): { mean: number; p99: number } {
  if (calls === 0) return { mean: 1, p99: 1 };
  const sum = slowdowns.reduce((total, value) => total + value, calls - slowdowns.length);
  const rank = Math.max(0, Math.ceil(0.99 * calls - 1e-9) - 1);
  const undisturbed = calls - slowdowns.length;
  const p99 = rank < undisturbed ? 1 : (slowdowns.toSorted()[rank - undisturbed] as number);
  return { mean: sum / calls, p99 };
}

/** Mean and quantiles; the mean is the steps' sum, so that both come from the same additions. */
function startupOf({ startupMs, startupStepsMs }: PricedRun): SystemResult['startupMs'] {
  const { p50, p95, p99, max }: Summary = summarize(startupMs);
  const mean = Object.values(startupStepsMs).reduce((sum, ms) => sum + ms, 0);
  return { mean, p50, p95, p99, max, steps: { ...startupStepsMs } };
}

/** The record has the host's causes, all of them and no others: this does not compile otherwise. */
function footprintBy(frames: ArrayLike<number>): FootprintBy & Record<Cause, number> {
  const entries = CAUSES.map((cause, index) => [cause, (frames[index] as number) * FRAME_BYTES]);
  return Object.fromEntries(entries) as Record<Cause & keyof FootprintBy, number>;
}

function systemResult(
  system: SystemRun,
  measuredMs: number,
  level: PricedRun['level'],
): SystemResult {
  const priced = levelOf(system, level);
  const by = footprintBy(system.meanFrames);
  const mean = Object.values(by).reduce((sum, bytes) => sum + bytes, 0);
  const calls = system.undisturbedCalls + priced.slowdowns.length;
  const reclaim = summarize(priced.reclaimMs);
  return {
    name: system.name,
    starts: { ...system.starts },
    startupMs: startupOf(priced),
    footprintBytes: { mean, peak: Math.max(mean, system.peakFrames * FRAME_BYTES) },
    footprintGiBSeconds: (mean / GIB) * (measuredMs / MS_PER_S),
    footprintBy: by,
    reclaim: {
      askedBytes: system.reclaim.askedFrames * FRAME_BYTES,
      gotBytes: system.reclaim.gotFrames * FRAME_BYTES,
      migratedPages: system.reclaim.migratedPages,
      meanMs: reclaim.mean,
      p99Ms: reclaim.p99,
    },
    slowdown: slowdownOf(calls, priced.slowdowns),
    cpuMs: { ...priced.cpuMs },
    pageOps: system.pageOps,
    hash: system.hash,
  };
}

/** Why a system is missing, in one line. */
export function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, ' ');
}

/** The record of `results.json`, at one level of prices: that of the clock unless another one is asked for. */
export function resultsOf(run: ReplayRun, level: PricedRun['level'] = run.priceLevel): Results {
  const missing = run.missing.map(({ system, error }) => ({ system, reason: reasonOf(error) }));
  return {
    schema: 1,
    seed: run.seed,
    trace: { ...run.trace },
    systems: run.systems.map((system) => systemResult(system, run.measuredMs, level)),
    ...(missing.length > 0 && { missing }),
    wall: { ...run.wall },
  };
}
