/** Small right records for the tests of this room. */
import type { Details, LevelFigures, TimeSeries } from '../../src/report/detail.ts';
import type { RecordRows } from '../../src/report/records.ts';
import type { FunctionResult, Results, SystemResult } from '../../src/report/results.ts';

const MIB = 2 ** 20;

function functionOf(factor: number): FunctionResult {
  return {
    id: 3,
    name: 'only',
    cold: 1234,
    warm: 98_766,
    queued: 0,
    refused: 0,
    startupMs: 76 * factor,
    sandboxMs: 62 * factor,
    slowdown: 1.01,
    footprintGiBSeconds: 900,
    idleSeconds: 3600,
    wastedGiBSeconds: 90,
    parks: 7,
    suspends: 5,
    resumes: 4,
    writtenBytes: 128 * MIB,
    readBytes: 32 * MIB,
  };
}

export function system(name: string, factor = 1): SystemResult {
  const footprintBy = {
    guestOs: 50 * MIB * factor,
    vmm: 5 * MIB,
    fileShared: 12 * MIB,
    anonymous: 200 * MIB,
    idleUnused: 30 * MIB * factor,
    hostCache: 0,
    pageTables: 3 * MIB,
  };
  const mean = Object.values(footprintBy).reduce((a, b) => a + b, 0);
  return {
    name,
    starts: { cold: 1234, warm: 98_766, queued: 0, refused: 0 },
    queueMs: { mean: 0, p99: 0, max: 0 },
    shortage: { evicted: 0, killedVms: 0, killedCalls: 0, undoneStarts: 0, unserved: 0 },
    prewarms: { started: 0, used: 0 },
    idle: { containerSeconds: 3600, wastedGiBSeconds: 90 },
    rests: {
      parks: 7,
      parkedBytes: 64 * MIB,
      suspends: 5,
      resumes: 4,
      writtenBytes: 128 * MIB,
      readBytes: 32 * MIB,
    },
    containers: { mean: 40, peak: 90, started: 1234, runningVmShare: 0.25 },
    vms: { mean: 30, peak: 60, started: 925 },
    sandboxMs: {
      mean: 62 * factor,
      p50: 60 * factor,
      p95: 70 * factor,
      p99: 90 * factor,
      max: 200 * factor,
    },
    startupMs: {
      mean: 76 * factor,
      p50: 74 * factor,
      p95: 90 * factor,
      p99: 120.5 * factor,
      max: 300 * factor,
      steps: { vmm: 12 * factor, clone: 50 * factor, container: 14 * factor },
    },
    footprintBytes: { mean, peak: 1.5 * mean },
    footprintGiBSeconds: (mean / 2 ** 30) * 3600,
    footprintBy,
    overheadBytes: { mean: (58 + 80 * factor - 50) * MIB, peak: (60 + 80 * factor) * MIB },
    reclaim: {
      askedBytes: 64 * MIB,
      gotBytes: 48 * MIB,
      migratedPages: 17,
      meanMs: 1.25,
      p99Ms: 4,
    },
    slowdown: { mean: 1.01, p99: 1.2 },
    cpuMs: { guest: 1000, host: 500 * factor },
    pageOps: 5_000_000,
    hash: 'deadbeef01',
    overTime: { tMs: [0, 60_000], containers: [30, 50], idle: [20, 30], vms: [25, 35] },
    functions: [functionOf(factor)],
  };
}

export function results(...systems: SystemResult[]): Results {
  return {
    schema: 1,
    seed: 1,
    trace: { name: 'made', functions: 10, invocations: 100_000, spanMs: 3_600_000 },
    systems: systems.length > 0 ? systems : [system('scpv-template'), system('mcpv-czone', 0.5)],
    wall: { ms: 2000, invocationsPerSecond: 50_000, pageOpsPerSecond: 2_500_000 },
  };
}

export function series(name: string, length = 5): TimeSeries {
  return {
    system: name,
    tMs: Float64Array.from({ length }, (_, index) => index * 60_000),
    columns: {
      guestOs: new Float64Array(length).fill(50 * MIB),
      anonymous: Float64Array.from({ length }, (_, index) => (index % 3) * 100 * MIB),
    },
  };
}

export function details(): Details {
  return {
    series: [series('scpv-template'), series('mcpv-czone')],
    starts: [{ system: 'scpv-template', columns: { startupMs: Float64Array.of(70, 300) } }],
    cdfs: {
      startupMs: [
        {
          system: 'scpv-template',
          values: Float64Array.of(70, 74, 80, 300),
          share: Float64Array.of(0.25, 0.5, 0.75, 1),
        },
      ],
    },
    levels: [levels('scpv-template', [1, 1, 1]), levels('mcpv-czone', [0.4, 0.5, 0.7])],
  };
}

/** Figures that are 100 times these at the three levels; the slowdown is 1.1 at typical prices alone. */
export function levels(name: string, times: readonly [number, number, number]): LevelFigures {
  const at = times.map((one) => 100 * one) as unknown as readonly [number, number, number];
  return {
    system: name,
    figures: {
      startupMs: at,
      startupP99Ms: at,
      sandboxMs: at,
      footprintGiBSeconds: at,
      slowdown: name === 'scpv-template' ? [1, 1, 1] : [0.9, 1.1, 1.3],
      cpuMs: at,
    },
  };
}

/** Rows of that many calls, every other one cold. */
export function recordRows(length: number): RecordRows {
  const column = (of: (row: number) => number): Float64Array =>
    Float64Array.from({ length }, (_, row) => of(row));
  return {
    atMs: column((row) => row * 10),
    function: column((row) => row % 3),
    how: column((row) => row % 2),
    queueMs: column(() => 0),
    startupMs: column((row) => (row % 2 === 0 ? 300.5 : 0)),
    sandboxMs: column((row) => (row % 2 === 0 ? 100 : 0)),
    newVm: column((row) => Number(row % 2 === 0)),
    durationMs: column(() => 20),
    heldUpMs: column(() => 0.25),
  };
}
