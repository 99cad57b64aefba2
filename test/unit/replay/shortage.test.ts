/** Hosts that are full: who pays for it is counted, by every policy and for every system. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FRAMES_PER_MIB } from '../../../src/abi/unit.ts';
import {
  type ReplayOptions,
  KEEP_ALIVES,
  type ReplayEvent,
  SYSTEMS,
  type SystemRun,
  fixedKeepAlive,
  policyOf,
  replay,
  whenFullOf,
} from '../../../src/replay/index.ts';
import { shortTrace } from '../../support/traces.ts';

type Calls = readonly (readonly [number, number, number])[];

/** Clones of a function's image hold about a quarter of what other systems' VMs hold: so do their hosts here. */
const HOST_SHARE: Readonly<Record<string, number>> = { 'scpv-snapshot': 0.26 };

async function play(
  calls: Calls,
  hostMib: number,
  whenFull: string,
  more: Partial<ReplayOptions> = {},
): Promise<readonly SystemRun[]> {
  const runs: SystemRun[] = [];
  for (const spec of SYSTEMS) {
    const hostFrames = Math.floor(hostMib * FRAMES_PER_MIB * (HOST_SHARE[spec.name] ?? 1));
    const { systems } = await replay(shortTrace(calls), {
      systems: [spec],
      seed: 1,
      machine: { hostFrames },
      whenFull: whenFullOf(whenFull),
      ...more,
    });
    runs.push(...systems);
  }
  return runs;
}

/** Two functions in turn, then both at once: function, start and duration in ms. */
const IN_TURN: Calls = [
  [0, 0, 500],
  [1, 5000, 500],
  [0, 10_000, 500],
  [1, 15_000, 500],
];
const AT_ONCE: Calls = [
  [0, 0, 4000],
  [1, 100, 4000],
];
/** What a balloon gives back when a container ends fills the host, with no start or call beside it. */
const OVER_AT_AN_END: [number, number, number][] = [
  [1, 4341, 7241],
  [2, 5, 7],
  [2, 0, 964],
  [1, 49_986, 6406],
  [0, 11, 6055],
  [1, 49_997, 7],
  [1, 49_996, 226],
  [0, 5188, 5469],
  [0, 44_656, 6],
  [2, 50_000, 8987],
  [1, 49_992, 12],
  [2, 7, 8],
];
/** A host with memory for one container and its VM, of every system, but not for two of two functions. */
const HOST_MIB = 170;

describe('a full host', () => {
  it('under evict loses warm starts', async () => {
    for (const { name, starts, shortage } of await play(IN_TURN, HOST_MIB, 'evict')) {
      expect([name, starts]).toEqual([name, { cold: 4, warm: 0, queued: 0, refused: 0 }]);
      expect([name, shortage.evicted]).toEqual([name, 3]);
    }
    for (const { starts } of await play(IN_TURN, 1000, 'evict')) {
      expect(starts).toEqual({ cold: 2, warm: 2, queued: 0, refused: 0 });
    }
  });

  it('evicts first of all when keep-alive is lru, whatever else it is told', async () => {
    const keepAlive = policyOf('lru', KEEP_ALIVES);
    for (const { name, starts, shortage } of await play(IN_TURN, HOST_MIB, 'queue', {
      keepAlive,
    })) {
      expect([name, starts]).toEqual([name, { cold: 4, warm: 0, queued: 0, refused: 0 }]);
      expect([name, shortage.evicted]).toEqual([name, 3]);
    }
  });

  it('under queue delays calls', async () => {
    for (const run of await play(AT_ONCE, HOST_MIB, 'queue', {
      keepAlive: () => fixedKeepAlive(1000),
    })) {
      expect([run.name, run.starts]).toEqual([
        run.name,
        { cold: 1, warm: 0, queued: 1, refused: 0 },
      ]);
      expect(run.queueMs[0]).toBeGreaterThan(4900);
    }
  });

  it('under refuse loses calls', async () => {
    for (const { name, starts } of await play(AT_ONCE, HOST_MIB, 'refuse')) {
      expect([name, starts]).toEqual([name, { cold: 1, warm: 0, queued: 0, refused: 1 }]);
    }
  });

  it('under kill loses what runs', async () => {
    for (const { name, starts, shortage } of await play(AT_ONCE, HOST_MIB, 'kill')) {
      expect([name, starts]).toEqual([name, { cold: 2, warm: 0, queued: 0, refused: 0 }]);
      expect(shortage.killedVms).toBeGreaterThan(0);
      expect([name, shortage.killedCalls]).toEqual([name, shortage.killedVms]);
    }
  });

  it('tells a listener of the end of every container that is killed or undone, and nothing of it afterwards', async () => {
    for (const policy of ['kill', 'evict', 'queue']) {
      const told: ReplayEvent[] = [];
      const onEvent = (event: ReplayEvent) => told.push(event);
      const runs = await play(AT_ONCE, HOST_MIB, policy, { onEvent });
      for (const { name, shortage } of runs) {
        const own = told.filter(({ system }) => system === name);
        const stops = own.filter(({ kind }) => kind === 'stop');
        const { killedVms, evicted, undoneStarts } = shortage;
        expect([name, stops.length]).toEqual([name, killedVms + evicted + undoneStarts]);
        for (const { container } of stops) {
          expect(own.findLast((event) => event.container === container)?.kind).toBe('stop');
        }
      }
    }
  });

  it('that can never hold a container refuses its calls, whatever the policy', async () => {
    for (const policy of ['evict', 'queue', 'ask,kill,queue']) {
      for (const { name, starts } of await play(AT_ONCE, 30, policy)) {
        expect([name, starts]).toEqual([name, { cold: 0, warm: 0, queued: 0, refused: 2 }]);
      }
    }
  });

  it('is no trouble where there is another', async () => {
    for (const { name, starts } of await play(AT_ONCE, HOST_MIB, 'refuse', { hosts: 2 })) {
      expect([name, starts]).toEqual([name, { cold: 2, warm: 0, queued: 0, refused: 0 }]);
    }
  });

  it('counts every call once, holds no more than it has, and gives all back, over random small workloads', async () => {
    const call = fc.tuple(fc.nat(2), fc.nat(50_000), fc.integer({ min: 1, max: 9000 }));
    const policies = ['evict', 'queue', 'refuse', 'kill', 'ask,queue', 'ask,evict,kill,queue'];
    const property = fc.asyncProperty(
      fc.array(call, { minLength: 1, maxLength: 12 }),
      fc.constantFrom(...policies),
      fc.integer({ min: 60, max: 500 }),
      fc.constantFrom(1, 2),
      fc.constantFrom(0, 3000, Infinity),
      async (calls, policy, hostMib, hosts, keepMs) => {
        const keepAlive = () => fixedKeepAlive(keepMs);
        for (const run of await play(calls, hostMib, policy, { hosts, keepAlive })) {
          const { cold, warm, queued, refused } = run.starts;
          expect(cold + warm + queued + refused).toBe(calls.length);
          expect(run.peakFrames).toBeLessThanOrEqual(hosts * hostMib * FRAMES_PER_MIB);
          expect([...run.meanFrames].every((frames) => frames >= -1e-6)).toBe(true);
          expect(keepMs === 0 ? warm : 0).toBe(0);
        }
      },
    );
    await fc.assert(property, { numRuns: 6, examples: [[OVER_AT_AN_END, 'ask,queue', 234, 1, 0]] });
  });
});
