// Question 6: how many agent sandboxes fit a node, and at which overcommit? Sessions of coding agents hold about 200 MiB and
// rarely, while a tool runs, several times as much (arXiv 2602.09345). Memory that a burst leaves behind is the guest's unless
// something gives it back.

import { FRAMES_PER_GIB, FRAMES_PER_MIB, NS_PER_S } from '../../abi/unit.ts';
import { type Random, randomStream } from '../../time/index.ts';
import { type MicroVm, type Process, Reporting, Vmm, newCounts } from '../../vmm/index.ts';
import { guestConfig, vmmFootprint } from '../guest.ts';
import { type Scenario, type ScenarioRow, rowsOf } from '../scenario.ts';
import { mibOf, newProcess } from './sandbox.ts';

const NODE_GIB = 16;
/** The largest session of the source needs 1.8 GiB. */
const VM_MIB = 2048;
const SECONDS = 300;

/** Of the source's 24 sessions: memory between tools, and peaks at the 0th, 25th, 50th, 75th, 90th and 100th percentile. */
const BASE_MIB = 190;
const PEAKS_MIB = [215, 250, 280, 325, 415, 1776];
const PEAK_SHARES = [0, 0.25, 0.5, 0.75, 0.9, 1];
/** A burst lasts ten seconds; a tenth of the time is spent in them. */
const BURST_S = 10;
const BURST_SHARE = 0.1;

/** Peak of a session, between the percentiles on a line. */
function drawPeakMib(random: Random): number {
  const at = random.nextUnit();
  const upper = Math.max(
    1,
    PEAK_SHARES.findIndex((share) => at <= share),
  );
  const [low, high] = [PEAK_SHARES[upper - 1] as number, PEAK_SHARES[upper] as number];
  const [from, to] = [PEAKS_MIB[upper - 1] as number, PEAKS_MIB[upper] as number];
  return from + ((to - from) * (at - low)) / (high - low);
}

/** A sandbox at work: what it holds above its base in each stretch of ten seconds. */
class Session {
  readonly vm: MicroVm;
  readonly reporting: Reporting | undefined;
  readonly #process: Process;
  readonly #random: Random;
  readonly #peakFrames: number;

  constructor(vmm: Vmm, random: Random, reports: boolean) {
    this.#random = random;
    this.#peakFrames = Math.round((drawPeakMib(random) - BASE_MIB) * FRAMES_PER_MIB);
    const size = { memoryFrames: VM_MIB * FRAMES_PER_MIB };
    this.vm = vmm.start(guestConfig(size), true);
    if (reports) this.reporting = new Reporting(this.vm, vmm.clock);
    this.#process = newProcess(this.vm, VM_MIB * FRAMES_PER_MIB);
    this.#process.touch(0, BASE_MIB * FRAMES_PER_MIB, true);
  }

  /** A stretch begins: the last one's burst ends, and with luck another starts. */
  turn(): void {
    const base = BASE_MIB * FRAMES_PER_MIB;
    this.#process.free(base, this.#peakFrames);
    if (this.#random.nextUnit() < BURST_SHARE) this.#process.touch(base, this.#peakFrames, true);
  }
}

/** So many sandboxes at once for five minutes on a host that has room for all. */
export function agentsRow(mechanism: 'none' | 'reporting', sandboxes: number): ScenarioRow {
  const vmm = new Vmm({ hostFrames: Infinity, footprint: vmmFootprint() });
  const random = randomStream(1, 'agents-per-node');
  const sessions = Array.from(
    { length: sandboxes },
    () => new Session(vmm, random, mechanism === 'reporting'),
  );
  const [starts, node] = [sessions.map((_, at) => at % BURST_S), NODE_GIB * FRAMES_PER_GIB];
  let [sum, peak, secondsOver] = [0, 0, 0];
  for (let second = 0; second < SECONDS; second += 1) {
    for (const [at, session] of sessions.entries()) {
      if (second % BURST_S === starts[at]) session.turn();
    }
    vmm.advance(NS_PER_S);
    const held = vmm.host.heldFrames;
    sum += held;
    peak = Math.max(peak, held);
    if (held > node) secondsOver += 1;
  }
  for (const { vm } of sessions) vm.stop(newCounts());
  return {
    mechanism,
    sandboxes,
    overcommit: (sandboxes * VM_MIB) / (NODE_GIB * 1024),
    meanMib: mibOf(sum / SECONDS),
    peakMib: mibOf(peak),
    mibPerSandbox: mibOf(sum / SECONDS / sandboxes),
    secondsOver,
    fits: secondsOver === 0,
  };
}

const SANDBOXES = [16, 32, 40, 48, 56, 64];

export const AGENTS_SCENARIO: Scenario = {
  name: 'agents-per-node',
  sentence:
    'Question 6: how many agent sandboxes of 2 GiB fit a node of 16 GiB, at which overcommit, with and without reporting?',
  run: (_, told) =>
    rowsOf(
      (['none', 'reporting'] as const).flatMap((mechanism) =>
        SANDBOXES.map((sandboxes) => [mechanism, sandboxes] as const),
      ),
      ([mechanism, sandboxes]) => agentsRow(mechanism, sandboxes),
      told,
    ),
};
