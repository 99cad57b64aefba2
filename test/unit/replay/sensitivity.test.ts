import { describe, expect, it } from 'vitest';
import { PRICE_NAMES, type OperationName } from '../../../src/cost/index.ts';
import {
  type ReplayRun,
  SYSTEMS,
  fixedKeepAlive,
  playEnds,
  pricesOf,
  replay,
  resultsOf,
  sensitivityOf,
} from '../../../src/replay/index.ts';
import { parseResults } from '../../../src/report/index.ts';
import { smallTrace } from '../../support/traces.ts';

const NAMES = ['scpv-template', 'mcpv-static', 'mcpv-czone'];

/** Without contention and interference: what they add is no count times a price. */
function play(prices = pricesOf()): Promise<ReplayRun> {
  return replay(smallTrace(), {
    systems: SYSTEMS.filter(({ name }) => NAMES.includes(name)),
    seed: 1,
    warmupMinutes: 1,
    prices,
    contention: false,
    interference: false,
    keepAlive: () => fixedKeepAlive(5000),
  });
}

const RUN = await play();

function effect(result: ReturnType<typeof sensitivityOf>, price: string): object | undefined {
  return result.prices.find((one) => one.price === price);
}

describe('sensitivityOf', () => {
  it('adds up to what the run says at all low and all high prices, but for waiting', () => {
    const { prices } = sensitivityOf(RUN, pricesOf());
    const base = resultsOf(RUN);
    for (const [end, level] of (['low', 'high'] as const).entries()) {
      for (const [at, system] of resultsOf(RUN, level).systems.entries()) {
        const before = base.systems[at]!;
        const sum = (figure: 'startupMs' | 'cpuMs' | 'slowdown', from: number): number =>
          prices.reduce((moved, { effects }) => {
            const own = effects.find((one) => one.system === system.name)?.[figure];
            return own === undefined ? moved : moved + own[end]! - from;
          }, from);
        const { wait = 0 } = system.startupMs.steps;
        const { wait: waited = 0 } = before.startupMs.steps;
        const startupMs = sum('startupMs', before.startupMs.mean) + wait - waited;
        expect(startupMs).toBeCloseTo(system.startupMs.mean, 6);
        const cpuMs = sum('cpuMs', before.cpuMs.guest + before.cpuMs.host);
        expect(cpuMs).toBeCloseTo(system.cpuMs.guest + system.cpuMs.host, 4);
        expect(sum('slowdown', before.slowdown.mean)).toBeCloseTo(system.slowdown.mean, 9);
      }
    }
  });

  it('says which prices move the clock, and leaves the footprint to runs at their ends', () => {
    const { prices } = sensitivityOf(RUN, pricesOf());
    expect(effect({ tolerance: 0, prices }, 'functionInit')).toMatchObject({
      movesClock: true,
      isPlayed: false,
    });
    expect(effect({ tolerance: 0, prices }, 'containerDestroy')).toMatchObject({
      movesClock: false,
    });
    const moved = prices.flatMap(({ effects }) => effects.flatMap((one) => Object.keys(one)));
    expect(moved).not.toContain('footprintGiBSeconds');
    expect(prices.map(({ swing }) => swing)).toEqual(
      prices.map(({ swing }) => swing).toSorted((a, b) => b - a),
    );
  });

  it('takes a played end as it came out', async () => {
    const high = 200e6;
    const own = { functionInit: { lowNs: 1e6, typicalNs: 35e6, highNs: high } };
    const runs = {
      low: await play(pricesOf({ own: { functionInit: 1e6 } })),
      high: await play(pricesOf({ own: { functionInit: high } })),
    };
    const played = new Map([['functionInit' as OperationName, runs]]);
    const base = await play(pricesOf({ own }));
    const { prices } = sensitivityOf(base, pricesOf({ own }), played);
    const found = prices.find(({ price }) => price === 'functionInit')!;
    expect(found.isPlayed).toBe(true);
    const [first] = found.effects;
    const { systems } = resultsOf(runs.high);
    expect(first?.startupMs?.[1]).toBe(systems[0]!.startupMs.mean);
    expect(first?.footprintGiBSeconds?.[1]).toBe(systems[0]!.footprintGiBSeconds);
    expect(() =>
      parseResults({ ...resultsOf(base), sensitivity: { tolerance: 0.01, prices } }),
    ).not.toThrow();
  });

  it('leaves out a system that an end did not play to its end', () => {
    const short = { ...RUN, systems: RUN.systems.slice(1) };
    const played = new Map([['functionInit' as OperationName, { low: RUN, high: short }]]);
    const { prices } = sensitivityOf(RUN, pricesOf(), played);
    const found = prices.find(({ price }) => price === 'functionInit')!;
    expect(found.effects).toEqual([]);
    expect(found.flips).toEqual([]);
  });

  it('finds an order that an end turns, and none where systems are as good as each other', () => {
    // what only zones do, so dear that they lose
    const own = { czonePlug2MiB: { lowNs: 1e3, typicalNs: 1e3, highNs: 1e9 } };
    const prices = pricesOf({ own });
    const flips = sensitivityOf(RUN, prices).prices.flatMap((one) => one.flips);
    expect(flips).toContainEqual(
      expect.objectContaining({ at: 'high', better: 'mcpv-czone', worse: 'scpv-template' }),
    );
    for (const { ratio, after } of flips) {
      expect(ratio).toBeGreaterThan(1.01);
      expect(after).toBeLessThan(1 / 1.01);
    }
  });
});

it('plays only prices that have two ends and move the clock', async () => {
  const asked: string[] = [];
  const one = Object.fromEntries(PRICE_NAMES.map((name) => [name, 1000]));
  const prices = pricesOf({
    own: {
      ...one,
      functionInit: { lowNs: 1, typicalNs: 2, highNs: 3 },
      containerDestroy: { lowNs: 1, typicalNs: 2, highNs: 3 },
    },
  });
  const ends = await playEnds(RUN, prices, (price, ns, runs) => {
    asked.push(`${price} ${ns} of ${runs}`);
    return Promise.resolve(RUN);
  });
  expect(asked).toEqual(['functionInit 1 of 2', 'functionInit 3 of 2']);
  expect([...ends.keys()]).toEqual(['functionInit']);
});
