// N sandboxes of one small function on one host, started one after the other or all at once, by every system: how long a start
// takes and what a sandbox costs in memory. Beside ours what RunD's authors measured (ATC '22), where a system is like one of theirs.

import { FRAMES_PER_MIB, MS_PER_MINUTE, MS_PER_S } from '../abi/unit.ts';
import {
  CAUSES,
  RUNTIMES,
  SYSTEMS,
  type FunctionProfile,
  type SystemRun,
  type SystemSpec,
  defaultMachine,
  helloProfile,
  replay,
} from '../replay/index.ts';
import { memmapFrames } from '../vmm/index.ts';
import { soloConfig, systemFrames } from '../serverless/index.ts';
import { traceOf } from '../trace/index.ts';
import {
  type Scenario,
  type ScenarioOptions,
  type ScenarioRow,
  type Told,
  rowsOf,
} from './scenario.ts';

const NUMBERS: readonly number[] = [1, 10, 50, 100, 200, 400];
const VM_MIB = 128;
/** One after the other: each is up long before the next begins. */
const APART_MS: number = 5 * MS_PER_S;

export const START_ORDERS = ['one by one', 'all at once'] as const;
export type StartOrder = (typeof START_ORDERS)[number];

interface Published {
  /** Time until the last of so many that start at once is up, ms. */
  readonly makespanMs: Readonly<Record<number, number>>;
  /** Of one sandbox of 128 MiB beside 999 others: USS. */
  readonly mib: number;
}

/** kata-fc, and RunD: RunD's artifact, github.com/chengjiagan/RunD_ATC22 paper_data. */
const PUBLISHED: Readonly<Record<string, Published>> = {
  'scpv-boot': {
    makespanMs: { 1: 311, 10: 1265, 50: 6331, 100: 12_780, 200: 27_205, 400: 86_255 },
    mib: 75.1,
  },
  'scpv-template': {
    makespanMs: { 1: 84, 10: 125, 50: 265, 100: 475, 200: 1085, 400: 2442 },
    mib: 23.9,
  },
};

/** The smallest function there is, in a sandbox whose VM, where it has one to itself, is of so many MiB. */
export function sandboxProfile(vmMib: number): FunctionProfile {
  const [smallest] = RUNTIMES;
  if (smallest === undefined) throw new Error('no runtime is known');
  const machine = defaultMachine();
  const hello = helloProfile(0, smallest);
  const memory = vmMib * FRAMES_PER_MIB;
  const own = systemFrames(machine) + machine.containerKernelFrames + memmapFrames(memory);
  // a twelfth is headroom, a 256th page tables (src/vmm/size.ts)
  const room = Math.floor((memory * 12) / 13) - own;
  return { ...hello, limitFrames: Math.max(hello.limitFrames, room - Math.ceil(room / 256)) };
}

/** Each sandbox has one call, which lasts to the end. */
async function play(
  spec: SystemSpec,
  profile: FunctionProfile,
  count: number,
  order: StartOrder,
): Promise<SystemRun> {
  const apartMs = order === 'one by one' ? APART_MS : 0;
  const minutes = Math.ceil((count * apartMs) / MS_PER_MINUTE) + 5;
  const durationMs = 2 * minutes * MS_PER_MINUTE;
  const rows = Array.from({ length: count }, (_, at) => ({
    functionId: 0,
    startMs: at * apartMs,
    durationMs,
  }));
  const durations = {
    source: 'trace',
    averageMs: durationMs,
    percentilesMs: [1],
    maximumMs: durationMs,
  } as const;
  const one = { name: profile.name, app: 'a', owner: 'o', trigger: undefined } as const;
  const functions = [{ id: 0, ...one, memoryMib: 1, memorySource: 'trace', durations }] as const;
  const trace = traceOf({ name: 'density', functions: [...functions], rows, minutes });
  const played = await replay(trace, { systems: [spec], seed: 0, profile: () => profile });
  return played.systems[0] as SystemRun;
}

/** What a host holds, by cause, in MiB for each of so many. */
export function mibEach(frames: ArrayLike<number>, count: number): Record<string, number> {
  return Object.fromEntries(
    CAUSES.map((cause, at) => [cause, (frames[at] ?? 0) / FRAMES_PER_MIB / count]),
  );
}

/** One row: so many sandboxes by one system, in one order. */
export async function densityRow(
  spec: SystemSpec,
  count: number,
  order: StartOrder,
  vmMib: number = VM_MIB,
): Promise<ScenarioRow> {
  const profile = sandboxProfile(vmMib);
  const { priced, series } = await play(spec, profile, count, order);
  const sandboxMs = priced[1]?.sandboxMs ?? new Float64Array(0);
  const sumMs = sandboxMs.reduce((sum, ms) => sum + ms, 0);
  const isApart = order === 'one by one';
  const frames = series.frames.map((samples) => samples.at(-1) ?? 0);
  const each = mibEach(frames, count);
  const published = PUBLISHED[spec.name];
  return {
    system: spec.name,
    vmMib: soloConfig(defaultMachine(), profile).memoryFrames / FRAMES_PER_MIB,
    containers: count,
    order,
    startMs: sumMs / count,
    makespanMs: isApart ? sumMs : Math.max(...sandboxMs),
    mib: Object.values(each).reduce((sum, mib) => sum + mib, 0),
    ...each,
    publishedMakespanMs: (isApart ? undefined : published?.makespanMs[count]) ?? null,
    publishedMib: (vmMib === VM_MIB ? published?.mib : undefined) ?? null,
  };
}

function run(
  { containers, mib }: Partial<ScenarioOptions> = {},
  told?: Told,
): Promise<ScenarioRow[]> {
  const counts = containers === undefined ? NUMBERS : [containers];
  const runs = START_ORDERS.flatMap((order) =>
    counts.flatMap((count) => SYSTEMS.map((spec) => ({ order, count, spec }))),
  );
  return rowsOf(runs, ({ spec, count, order }) => densityRow(spec, count, order, mib), told);
}

export const DENSITY_SCENARIO: Scenario = {
  name: 'density',
  sentence:
    'N sandboxes of one small function on a host, one by one and all at once, by every system: start, makespan, memory by cause; RunD’s figures beside.',
  takes: ['containers', 'mib'],
  hasManyGuests: true,
  run,
};
