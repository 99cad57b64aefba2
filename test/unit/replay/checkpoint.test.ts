import { describe, expect, it } from 'vitest';
import { UnreadableState } from '../../../src/graph/index.ts';
import { writeKept, readKept, BEGIN } from '../../../src/replay/checkpoint.ts';
import type { SystemReplayConfig } from '../../../src/replay/config.ts';
import { defaultMachine } from '../../../src/replay/default-machine.ts';
import { mapsOf } from '../../../src/replay/map-meter.ts';
import { type ReplayPlan, optionsOf } from '../../../src/replay/plan.ts';
import { profilesOf } from '../../../src/replay/profiles.ts';
import { idleOf, replay as runReplay } from '../../../src/replay/replay.ts';
import { SystemReplay } from '../../../src/replay/system-replay.ts';
import {
  DEFAULT_WORKLOAD,
  HOST_PLACEMENTS,
  KEEP_ALIVES,
  PLACEMENTS,
  GROWTHS,
  SYSTEMS,
  WHEN_FULL,
  systemOf,
  whenFullOf,
} from '../../../src/serverless/index.ts';
import { PUBLISHED } from '../../../src/cost/index.ts';
import { arrivalsOf } from '../../../src/trace/index.ts';
import { smallTrace } from '../../support/traces.ts';

const TRACE = smallTrace();
const PROFILES = profilesOf(TRACE, DEFAULT_WORKLOAD);

function configOf(plan: Partial<ReplayPlan>): SystemReplayConfig {
  const options = optionsOf({ systems: [], seed: 1, hostPlacement: 'first-fit', ...plan });
  return {
    trace: TRACE,
    profiles: PROFILES,
    machine: { ...defaultMachine(), ...options.machine },
    keepAlive: options.keepAlive!(),
    idle: idleOf(options),
    prices: PUBLISHED,
    warmupMs: 0,
    hosts: plan.hosts ?? 1,
    hostPlacement: options.hostPlacement!(),
    whenFull: whenFullOf(plan.whenFull ?? 'evict'),
    contention: true,
    interference: true,
  };
}

/** The hash of a run that is written down and read back after each of some minutes. */
function played(system: string, plan: Partial<ReplayPlan>, minutes: readonly number[]): string {
  const config = configOf({ keepAlive: '30s', ...plan });
  let replay = new SystemReplay(systemOf(system), config);
  let minute = 0;
  for (const rows of arrivalsOf(TRACE)) {
    replay.advance(rows, 0, rows.startMs.length);
    minute += 1;
    if (!minutes.includes(minute)) continue;
    const kept = readKept(writeKept({ playing: { replay, cursor: BEGIN } }, config), config);
    if ('playing' in kept) ({ replay } = kept.playing);
  }
  return replay.finish().hash;
}

it('keeps the memory maps that were made until then', () => {
  const config = { ...configOf({ keepAlive: '30s' }), maps: mapsOf({ moments: 6 }, TRACE, 0) };
  const plain = new SystemReplay(systemOf('mcpv-czone'), config);
  let kept = new SystemReplay(systemOf('mcpv-czone'), config);
  for (const rows of arrivalsOf(TRACE)) {
    for (const replay of [plain, kept]) replay.advance(rows, 0, rows.startMs.length);
    const read = readKept(writeKept({ playing: { replay: kept, cursor: BEGIN } }, config), config);
    if ('playing' in read) kept = read.playing.replay;
  }
  const [one, other] = [plain.finish(), kept.finish()];
  expect(one.maps?.instants).toHaveLength(6);
  expect(other.maps).toEqual(one.maps);
  expect(other.hash).toBe(one.hash);
});

type Case = readonly [system: string, plan: Partial<ReplayPlan>];

/** Every policy of a list, by name. */
function each(
  list: readonly { readonly name: string }[],
  system: string,
  plan: (name: string) => Partial<ReplayPlan>,
): Case[] {
  return list.map(({ name }) => [system, plan(name)]);
}

const CASES: readonly Case[] = [
  ['scpv-snapshot:working-set', {}],
  ['mcpv-czone:zygote', {}],
  ['mcpv-czone', { idleReclaimMs: 1000 }],
  ['mcpv-balloon', { hosts: 2, hostFrames: 150_000, whenFull: 'evict,ask,kill,queue' }],
  ...each(KEEP_ALIVES, 'scpv-template', (keepAlive) => ({ keepAlive })),
  ...each(HOST_PLACEMENTS, 'scpv-template', (hostPlacement) => ({ hosts: 2, hostPlacement })),
  ...each(PLACEMENTS, 'mcpv-static', (placement) => ({ placement })),
  ...each(GROWTHS, 'mcpv-czone', (growth) => ({ growth })),
  ...each(WHEN_FULL, 'scpv-template', (whenFull) => ({ hostFrames: 60_000, whenFull })),
];

const IDLES = ['suspend:5s/working-set', 'suspend:30s,park:2s'] as const;

describe('a run that is written down and read back ends as one that was not', () => {
  it.each(SYSTEMS.map(({ name }) => name))('%s', (name) => {
    expect(played(name, {}, [1, 3, 4])).toBe(played(name, {}, []));
  });

  it.each(
    SYSTEMS.flatMap(({ name, noPark }) =>
      IDLES.filter((idle) => noPark === undefined || !idle.includes('park')).map(
        (idle) => [name, idle] as const,
      ),
    ),
  )('%s, --idle %s', (name, idle) => {
    const plan = { keepAlive: '5m', idle };
    expect(played(name, plan, [1, 2, 3, 4])).toBe(played(name, plan, []));
  });

  it.each(CASES)('%s, %j', (name, plan) => {
    expect(played(name, plan, [2, 4])).toBe(played(name, plan, []));
  });
});

describe('what is kept', () => {
  const config = configOf({ keepAlive: '30s' });
  const replay = new SystemReplay(systemOf('scpv-boot'), config);
  const bytes = writeKept(
    { playing: { replay, cursor: { minute: 2, row: 3, arrived: 4 } } },
    config,
  );

  it('says how far it has come', () => {
    expect(readKept(bytes, config)).toMatchObject({
      playing: { cursor: { minute: 2, row: 3, arrived: 4 } },
    });
  });

  it('is what came of a run, too', () => {
    const run = new SystemReplay(systemOf('scpv-boot'), config).finish();
    expect(readKept(writeKept({ run }, config), config)).toEqual({ run });
  });

  it('is refused in words where it is none that can be played on', async () => {
    const hollow = Object.create(SystemReplay.prototype) as SystemReplay;
    const made = writeKept({ playing: { replay: hollow, cursor: BEGIN } }, config);
    const keeper = { everyMinutes: 1, kept: () => made, keep: () => {}, missed: () => {} };
    const run = runReplay(TRACE, { systems: [systemOf('scpv-boot')], seed: 1, keeper });
    await expect(run).rejects.toThrow(UnreadableState);
    await expect(run).rejects.toThrow(/expected one that can be played on, found one that ends in/);
  });

  it('is refused where it is neither', () => {
    const other = writeKept({} as never, config);
    expect(() => readKept(other, config)).toThrow(UnreadableState);
  });
});
