// Random commands on the builds for recordings and on the model with their rules: per-cpu lists of three kernels, a free count that
// lags by CPU, requests made again and attempts in vain. The same frames, refills and drains, the same state at the end.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  GFP_ATOMIC,
  GFP_DIRECT_RECLAIM,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  GFP_NOWAIT,
  GFP_RECLAIMABLE,
  KERNELS,
  type KernelRules,
} from '../../src/core/index.ts';
import type { AllocatorState } from '../../src/core/state.ts';
import { CorePort } from '../../src/recording/program/core-port.ts';
import * as P from '../../src/recording/program/program.ts';
import { M, R, U, makeState, withPcp } from '../model/fixture.ts';
import { Model } from '../model/model.ts';
import { KSWAPD_STEPS } from '../model/port.ts';
import { sized } from './size.ts';

const CPUS = 3;
const DMA32 = 1;
/** Requests that may not reclaim: what reclaim would do is not the allocator's. */
const MASKS = [
  GFP_KERNEL,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL | GFP_RECLAIMABLE,
  GFP_ATOMIC,
  GFP_NOWAIT,
].map((gfp) => gfp & ~GFP_DIRECT_RECLAIM);
/** No request fails: single pages with so much left above the mark of any lag, blocks with more. */
const LEAST_FREE = 24;
const LEAST_FREE_BLOCKS = 964;

/** Sixteen pageblocks of which five are free, with marks within reach; a CPU may keep `lagMost` pages to itself. */
function startOf(kernel: KernelRules, lagMost: number): AllocatorState {
  const types = Array.from({ length: 16 }, (_, block) => [M, U, R, M][block % 4] ?? M);
  const state = makeState(types, [
    [9, M, [1536, 3584, 5632]],
    [9, U, [2560]],
    [9, R, [3072]],
  ]);
  const sizes = { high: 40, highMin: 40, highMax: kernel.pcpTunes ? 400 : 40, batch: 7 };
  const [zone] = withPcp(state, sizes).zones;
  if (zone === undefined) throw new Error('no zone');
  const pcps = Array.from({ length: CPUS }, () => structuredClone(zone.pcps)).flat();
  const marks = { min: 200, low: 350, high: 500, lagMost };
  return { label: 'start', zones: [{ ...zone, ...marks, pcps }] };
}

const MOVE = fc.record({
  what: fc.nat(14),
  gfp: fc.constantFrom(...MASKS),
  order: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(4)),
  cpu: fc.nat(CPUS - 1),
  times: fc.integer({ min: 1, max: 150 }),
  pick: fc.nat(),
});
type Move = typeof MOVE extends fc.Arbitrary<infer T> ? T : never;

/** What happens on the model, written down as commands for the core. */
class Life {
  readonly model: Model;
  readonly commands: P.ProgramBuilder = new P.ProgramBuilder();
  readonly log: P.RunLog = P.emptyLog();
  readonly #held: (readonly [pfn: number, order: number])[] = [];

  constructor(kernel: KernelRules, start: AllocatorState) {
    this.model = new Model({ ...kernel, countsLag: true });
    this.model.loadState(start);
    // each acts on the model first, and is written down then
    this.model.events = {
      refilled: (pfn) => this.log.refills.push(this.commands.count, pfn),
      drained: (pfn) => this.log.drains.push(this.commands.count, pfn),
    };
  }

  live(move: Move): void {
    this.model.onCpu(move.cpu);
    for (let time = 0; time < move.times; time += 1) {
      if (move.what < 6) this.#request(move);
      else if (move.what < 9) this.#release(move, time);
      else if (time === 0) this.#background(move);
    }
  }

  #request({ what, gfp, order, cpu }: Move): void {
    const { model } = this;
    const { freePages, boost, marks, lag } = model.zone(DMA32);
    const isVictim = what === 1 && order === 0;
    const mark = isVictim ? (marks.min + boost) / 2 : marks.min + boost;
    const least = order === 0 ? LEAST_FREE : LEAST_FREE_BLOCKS;
    if (freePages < mark + CPUS * (lag?.most ?? 0) + least) return;
    const isAgain = what === 0;
    if (isAgain) this.commands.add(P.OP_AGAIN, { cpu }, 0, 0, 0);
    if (isVictim) this.commands.add(P.OP_VICTIM, { cpu }, 0, 0, 0);
    let pfn = isAgain ? model.allocAgain(gfp, order, cpu) : model.allocPages(gfp, order, cpu);
    if (pfn < 0 && isVictim) pfn = model.allocVictim(gfp, order, cpu);
    expect(pfn).toBeGreaterThanOrEqual(0);
    this.commands.add(P.OP_REQUEST, { zone: DMA32, order, cpu }, pfn, gfp, 0);
    this.#held.push([pfn, order]);
  }

  #release({ what, pick, cpu }: Move, time: number): void {
    const at = (pick + time * (what - 6)) % (this.#held.length + 1);
    const [block] = this.#held.splice(at, 1);
    if (block === undefined) return;
    const [pfn, order] = block;
    this.model.freePages(pfn, order, cpu);
    this.commands.add(P.OP_RELEASE, { zone: DMA32, order, cpu }, pfn, 0, 0);
  }

  #background({ what, gfp, order, cpu, pick }: Move): void {
    const { model, commands } = this;
    const zone = model.zone(DMA32);
    if (what === 9) {
      model.decayZone(zone, cpu);
      commands.add(P.OP_DECAY, { zone: DMA32, cpu }, 0, 0, 0);
    } else if (what === 10) {
      model.drainCpu(zone, cpu);
      commands.add(P.OP_DRAIN_ALL, { zone: DMA32, cpu }, 0, P.DRAIN_CPU_ZONE, 0);
    } else if (what === 11) {
      model.refuse(gfp, order);
      commands.add(P.OP_REFUSED, { order, cpu }, 0, gfp, 0);
    } else if (what === 12) {
      this.#kswapd(pick % KSWAPD_STEPS.length, cpu);
    } else if (what === 13) {
      model.startKhugepaged();
      commands.add(P.OP_RAISE, { cpu }, 0, 0, 0);
    }
  }

  #kswapd(operand: number, cpu: number): void {
    this.model.kswapd(KSWAPD_STEPS[operand] ?? 'ends', DMA32);
    this.commands.add(P.OP_RECLAIM, { zone: DMA32, cpu }, 0, operand, 0);
  }
}

const zonesOf = ({ zones }: AllocatorState): unknown =>
  zones.map(({ lagMost: _lagMost, ...zone }) => zone);

describe.each(KERNELS)('Linux $name', (kernel) => {
  it('serves, refills and drains as the model with its rules does, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.array(MOVE, { minLength: 10, maxLength: 60 }),
        fc.constantFrom(0, 4, 12),
        (moves, lagMost) => {
          const start = startOf(kernel, lagMost);
          const life = new Life(kernel, start);
          for (const move of moves) life.live(move);
          const port = new CorePort(0, kernel.build);
          port.load(start);
          const log = P.runProgram(port, life.commands.finish());
          expect(log).toEqual(life.log);
          expect(zonesOf(port.save('end'))).toEqual(zonesOf(life.model.state()));
        },
      ),
      { numRuns: sized(40, 2000), seed: 14 },
    );
  });
});
