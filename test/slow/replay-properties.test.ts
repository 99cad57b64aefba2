/** What holds for every system over any small workload: what a run says adds up, and memory comes back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PAGEBLOCK_FRAMES } from '../../src/abi/unit.ts';
import { type Price, PRICE_INDEX, PRICE_NAMES, PRICES } from '../../src/cost/index.ts';
import {
  type OperationName,
  type PriceChoice,
  type Prices,
  type ReplayRun,
  type ServerlessSystem,
  type SystemRun,
  type SystemSpec,
  SYSTEMS,
  fixedKeepAlive,
  idlePolicyOf,
  pricesOf,
  replay,
  resultsOf,
} from '../../src/replay/index.ts';
import { checkResults, parseResults } from '../../src/report/schema.ts';
import { type MicroVm, whenFullOf } from '../../src/serverless/index.ts';
import { type Trace, generateSynthetic } from '../../src/trace/index.ts';
import { sized } from './size.ts';

const RUNS = sized(2, 40);

interface Workload {
  readonly trace: Trace;
  readonly keepAliveMs: number;
  readonly idleReclaimMs: number | undefined;
  readonly idle: string;
  /** GiB of the host. */
  readonly host: number;
  readonly whenFull: string;
}

const IDLE: readonly string[] = [
  'keep',
  'park:1s',
  'suspend:1s',
  'suspend:500ms/working-set',
  'park:500ms,suspend:3s',
];

const WORKLOADS: fc.Arbitrary<Workload> = fc
  .record({
    seed: fc.nat(1000),
    functionCount: fc.integer({ min: 2, max: 6 }),
    perMinute: fc.integer({ min: 1, max: 80 }),
    averageMs: fc.integer({ min: 20, max: 4000 }),
    memoryMib: fc.integer({ min: 1, max: 120 }),
    burstyShare: fc.constantFrom(0, 0.5),
    keepAliveMs: fc.constantFrom(0, 2000, 60_000),
    idleReclaimMs: fc.constantFrom(undefined, 300),
    idle: fc.constantFrom(...IDLE),
    host: fc.constantFrom(1, 4, 64),
    whenFull: fc.constantFrom('evict', 'evict,queue', 'refuse', 'ask,evict,kill'),
  })
  .map(({ seed, functionCount, burstyShare, perMinute, averageMs, memoryMib, ...others }) => ({
    ...others,
    trace: generateSynthetic(
      { seed },
      {
        name: 'any',
        functionCount,
        minutes: 3,
        popular: { perMinute, averageMs, memoryMib },
        maximumOfferedCalls: 2,
        burstyShare,
        burstOnShare: 0.5,
      },
    ),
  }));

/** A system whose hosts and VMs are looked at: with each event, and when all has stopped. */
interface Watched {
  readonly spec: SystemSpec;
  readonly systems: ServerlessSystem[];
  /** Most frames that guests had for themselves at an event. */
  mostPrivate: number;
}

function watched(spec: SystemSpec): Watched {
  const systems: ServerlessSystem[] = [];
  const create: SystemSpec['create'] = (context) => {
    const system = spec.create(context);
    systems.push(system);
    return system;
  };
  return { spec: { ...spec, create }, systems, mostPrivate: 0 };
}

function play(watch: Watched, workload: Workload, prices?: Prices): Promise<ReplayRun> {
  const { trace, keepAliveMs, idleReclaimMs, host, whenFull } = workload;
  const parks = workload.idle.includes('park');
  const idle = parks && watch.spec.noPark !== undefined ? 'suspend:1s' : workload.idle;
  return replay(trace, {
    systems: [watch.spec],
    seed: 1,
    prices,
    whenFull: whenFullOf(whenFull),
    keepAlive: () => fixedKeepAlive(keepAliveMs),
    idle: idlePolicyOf(idle),
    machine: { idleReclaimMs: parks ? undefined : idleReclaimMs, hostFrames: host * 2 ** 18 },
    onEvent() {
      const vms: MicroVm[] = watch.systems.flatMap((system) => [...system.vms()]);
      const frames = vms.reduce((sum, vm) => sum + vm.guest.core.privateFrames, 0);
      watch.mostPrivate = Math.max(watch.mostPrivate, frames);
    },
  });
}

function only({ systems }: ReplayRun): SystemRun {
  return systems[0] as SystemRun;
}

/** What prices may move by the clock alone. */
function countsOf(run: ReplayRun): object {
  const { starts, meanFrames, peakFrames, reclaim, receipt, pageOps, functions, series } =
    only(run);
  const { startMs: _start, sandboxMs: _sandbox, slowdown: _slow, ...rows } = functions;
  return { starts, meanFrames, peakFrames, reclaim, receipt, pageOps, rows, series };
}

function times({ receipt }: SystemRun, ...names: OperationName[]): number {
  return names.reduce((sum, name) => sum + (receipt[PRICE_INDEX[name]] as number), 0);
}

/** The same typical figures with other ends, and other figures for what the clock does not go by. */
function otherPrices({ weights }: SystemRun, factor: number): Prices {
  const own = PRICE_NAMES.map((name, slot) => {
    const { typicalNs }: Price = PRICES[name];
    const ns = weights.onClock[slot] === 1 ? typicalNs : typicalNs * factor;
    return [name, { lowNs: ns / factor, typicalNs: ns, highNs: ns * factor }];
  });
  return pricesOf({ own: Object.fromEntries(own) as PriceChoice['own'] });
}

describe.each(SYSTEMS)('$name, over any small workload', (spec) => {
  it('adds up, gives no more than it was asked for, touches what it holds, and gives all back', async () => {
    const property = fc.asyncProperty(WORKLOADS, async (workload) => {
      const watch = watched(spec);
      const run = await play(watch, workload);
      for (const level of ['low', 'typical', 'high'] as const) {
        expect(checkResults(parseResults(resultsOf(run, level)))).toEqual([]);
      }
      const { starts, reclaim, startedVms } = { ...only(run), startedVms: only(run).vms.started };
      const { cold, warm, queued, refused } = starts;
      expect(cold + warm + queued + refused).toBe(workload.trace.invocations);
      expect(reclaim.gotFrames).toBeLessThanOrEqual(reclaim.askedFrames);
      expect(startedVms).toBeLessThanOrEqual(only(run).containers.started);
      const { rests } = only(run);
      expect(rests.resumes).toBeLessThanOrEqual(rests.suspends);
      expect(rests.readFrames === 0 || rests.resumes > 0).toBe(true);
      expect(rests.writtenFrames).toBeLessThanOrEqual(times(only(run), 'imageWrite4KiB'));
      const touched =
        times(only(run), 'hostFault4KiB', 'templateCowCopy') +
        PAGEBLOCK_FRAMES * times(only(run), 'hyperallocInstall2MiB');
      expect(watch.mostPrivate).toBeLessThanOrEqual(touched);
      for (const { host, vms } of watch.systems.map((one) => ({
        host: one.host,
        vms: one.vms(),
      }))) {
        expect([...vms]).toEqual([]);
        expect(host.heldFrames).toBeCloseTo(0, 3);
      }
    });
    await fc.assert(property, { numRuns: RUNS, seed: 1 });
  });

  it('counts the same whatever is not on the clock costs', async () => {
    const property = fc.asyncProperty(
      WORKLOADS,
      fc.constantFrom(2, 50),
      async (workload, factor) => {
        const run = await play(watched(spec), workload);
        const other = await play(watched(spec), workload, otherPrices(only(run), factor));
        expect(countsOf(other)).toEqual(countsOf(run));
      },
    );
    await fc.assert(property, { numRuns: RUNS, seed: 2 });
  });
});
