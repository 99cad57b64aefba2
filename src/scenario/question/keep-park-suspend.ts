// Question 10: keep, park or suspend? A sandbox serves ten calls, is idle for minutes, serves one more, is idle again. The idle
// policies of replay say what becomes of its VM meanwhile: what that holds and what the call after it waits for, for a function that
// uses what it has and for one whose calls have another 256 MiB while they run. Another sandbox of the same kind served ten calls
// before it, and then works all the time: what the two share is not counted.

import { FRAMES_PER_MIB, MS_PER_MINUTE, MS_PER_S } from '../../abi/unit.ts';
import {
  type FunctionProfile,
  type IdlePolicy,
  type SystemRun,
  idlePolicyOf,
  replay,
  systemOf,
} from '../../replay/index.ts';
import { profileOf } from '../../serverless/index.ts';
import { type Trace, type TraceFunction, traceOf } from '../../trace/index.ts';
import {
  type Scenario,
  type ScenarioOptions,
  type ScenarioRow,
  type Told,
  rowsOf,
} from '../scenario.ts';
import { mibOf } from './sandbox.ts';

export const IDLE_WAYS = [
  'keep',
  'park:30s',
  'suspend:30s',
  'suspend:30s/working-set',
  'park:30s,suspend:60s',
] as const;

/** VMs of one container, from a template and from an image of the function; and VMs of many, with a zone for each. */
export const IDLE_SYSTEMS = ['scpv-template', 'scpv-snapshot', 'mcpv-czone'] as const;
export type IdleSystem = (typeof IDLE_SYSTEMS)[number];

const FACTS = { id: 0, name: 'sandbox', memoryMib: 140, averageMs: 1000 };
const STEADY: FunctionProfile = profileOf(FACTS);
const BURST_FRAMES = 256 * FRAMES_PER_MIB;

/** Sandboxes by what their calls hold while they run. */
export const SANDBOXES: Readonly<Record<'steady' | 'bursty', FunctionProfile>> = {
  steady: STEADY,
  bursty: {
    ...STEADY,
    callTemporaryFrames: BURST_FRAMES,
    limitFrames: STEADY.limitFrames + BURST_FRAMES,
  },
};
export type SandboxName = keyof typeof SANDBOXES;

const MINUTES = 8;
const END_MS: number = MINUTES * MS_PER_MINUTE;
const CALLS = 10;
const CALL_MS = 500;
/** Longer than any start. */
const APART_MS: number = 3 * MS_PER_S;
/** Function 1 is the sandbox; 0 the other one, whose last call goes on to the end. */
const FIRST_MS: number = MS_PER_MINUTE;
/** Only the second rest knows a working set. */
const RESTS_MS: readonly number[] = [4 * MS_PER_MINUTE, 7 * MS_PER_MINUTE];
const LAST_MS: number = Math.max(...RESTS_MS);

function callsFrom(firstMs: number): number[] {
  return Array.from({ length: CALLS }, (_, at) => firstMs + at * APART_MS);
}

function sandboxTrace(): Trace {
  const durations = {
    source: 'trace',
    averageMs: CALL_MS,
    percentilesMs: [1],
    maximumMs: CALL_MS,
  } as const;
  const one = {
    app: 'a',
    owner: 'o',
    trigger: undefined,
    durations,
    memorySource: 'trace',
  } as const;
  const functions: TraceFunction[] = ['other', 'sandbox'].map((name, id) => {
    return { ...one, id, name, memoryMib: FACTS.memoryMib };
  });
  const rows = [
    ...callsFrom(0).map((startMs) => ({ functionId: 0, startMs, durationMs: CALL_MS })),
    { functionId: 0, startMs: CALLS * APART_MS, durationMs: END_MS },
    ...[...callsFrom(FIRST_MS), ...RESTS_MS].map((startMs) => {
      return { functionId: 1, startMs, durationMs: CALL_MS };
    }),
  ];
  return traceOf({ name: 'keep-park-suspend', functions, rows, minutes: MINUTES });
}

/** What hosts held at an instant, all causes. */
function heldFrames({ series: { tMs, frames } }: SystemRun, atMs: number): number {
  const at = tMs.findLastIndex((ms) => ms <= atMs);
  return frames.reduce((sum, samples) => sum + (samples[at] as number), 0);
}

interface Played {
  readonly system: SystemRun;
  /** By how much the last call was late. */
  readonly lastLateMs: number;
}

async function play(
  system: IdleSystem,
  sandbox: SandboxName,
  idle: () => IdlePolicy,
): Promise<Played> {
  let lastLateMs = 0;
  const records = {
    restart: () => {},
    add: (_: string, { heldUpMs }: { readonly heldUpMs: Float64Array }) => {
      lastLateMs = heldUpMs.at(-1) ?? lastLateMs;
    },
  };
  const played = await replay(sandboxTrace(), {
    systems: [systemOf(system)],
    seed: 0,
    idle,
    records,
    profile: ({ id, name }) => ({ ...SANDBOXES[sandbox], id, name }),
  });
  return { system: played.systems[0] as SystemRun, lastLateMs };
}

function cpuMs({ priced }: SystemRun): number {
  const { guest = 0, host = 0 } = priced[1]?.cpuMs ?? {};
  return guest + host;
}

/** One sandbox, idle in each way. */
export async function idleWayRows(
  system: IdleSystem,
  sandbox: SandboxName,
): Promise<ScenarioRow[]> {
  const rows: ScenarioRow[] = [];
  let keptMs = 0;
  for (const way of IDLE_WAYS) {
    const { system: played, lastLateMs } = await play(system, sandbox, idlePolicyOf(way));
    if (way === 'keep') keptMs = cpuMs(played);
    const others = heldFrames(played, FIRST_MS - 1);
    const { suspends, writtenFrames, resumes, readFrames } = played.rests;
    rows.push({
      sandbox,
      system,
      way,
      busyMib: mibOf(heldFrames(played, FIRST_MS + CALLS * APART_MS) - others),
      idleMib: mibOf(heldFrames(played, LAST_MS - 1) - others),
      writtenMib: suspends === 0 ? 0 : mibOf(writtenFrames) / suspends,
      readMib: resumes === 0 ? 0 : mibOf(readFrames) / resumes,
      workMs: (cpuMs(played) - keptMs) / RESTS_MS.length,
      lateMs: lastLateMs,
    });
  }
  return rows;
}

function run(_options?: Partial<ScenarioOptions>, told?: Told): Promise<ScenarioRow[]> {
  const runs = (['steady', 'bursty'] as const).flatMap((sandbox) =>
    IDLE_SYSTEMS.map((system) => ({ system, sandbox })),
  );
  return rowsOf(runs, ({ system, sandbox }) => idleWayRows(system, sandbox), told);
}

export const IDLE_WAYS_SCENARIO: Scenario = {
  name: 'keep-park-suspend',
  sentence:
    'Question 10: keep, park or suspend? What an idle sandbox holds under each idle policy, and by how much its next call is late.',
  run,
};
