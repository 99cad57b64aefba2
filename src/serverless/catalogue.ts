// What containers of known programs measured. Functions in FunctionBench style in memory and time, and below those the
// language runtimes themselves, with how their memory divides.

/** A measured workload: container memory in MiB and mean time in ms over its payloads. */
export interface Workload {
  readonly name: string;
  readonly source: string;
  readonly memoryMib: { readonly min: number; readonly median: number; readonly max: number };
  readonly timeMs: { readonly min: number; readonly median: number; readonly max: number };
}

const FAASRAIL =
  "FaaSRail's 2,291 pairs of function and payload (github.com/cslab-ntua/faasrail, faasrail-shrinkray/artifacts), quantiles derived";

function workload(
  name: string,
  memory: readonly [number, number, number],
  time: readonly [number, number, number],
): Workload {
  return {
    name,
    source: FAASRAIL,
    memoryMib: { min: memory[0], median: memory[1], max: memory[2] },
    timeMs: { min: time[0], median: time[1], max: time[2] },
  };
}

/** Measured workloads, after which functions of traces are modelled. */
export const CATALOGUE: readonly Workload[] = [
  workload('pyaes', [38, 38, 39], [0, 723, 9544]),
  workload('image_rotate', [46, 59, 59], [11, 30, 294]),
  workload('chameleon', [41, 89, 606], [11, 694, 7821]),
  workload('matmul', [49, 55, 103], [0, 133, 11_290]),
  workload('json_serdes', [44, 78, 163], [17, 192, 612]),
  workload('video_processing', [108, 136, 136], [410, 1624, 3630]),
  workload('lr_serving', [187, 187, 187], [1.8, 2, 2]),
  workload('new_lr_serving', [150, 153, 157], [50, 82, 132]),
  workload('lr_training', [200, 242, 383], [3866, 7392, 20_803]),
  workload('rnn_serving', [301, 304, 304], [4, 10.5, 12]),
  workload('cnn_serving', [436, 450, 464], [135, 157, 179]),
];

/** How far a figure lies outside a measured range, as a ratio of 1 or more. */
function outside(value: number, min: number, max: number): number {
  const least = Math.max(min, 1);
  if (value < least) return least / Math.max(value, 1);
  return value > max ? value / max : 1;
}

/**
 * The workload that a function of this memory and average time resembles most: the product of how far it lies outside the
 * workload's ranges of memory and of time is least; of equals, the one whose median memory is nearest, then the first.
 */
export function resembling(memoryMib: number, averageMs: number): Workload {
  let best = CATALOGUE[0] as Workload;
  let bestMiss = Infinity;
  let bestGap = Infinity;
  for (const candidate of CATALOGUE) {
    const { memoryMib: memory, timeMs: time } = candidate;
    const miss =
      outside(memoryMib, memory.min, memory.max) * outside(averageMs, time.min, time.max);
    const gap = Math.abs(memoryMib - memory.median);
    if (miss < bestMiss || (miss === bestMiss && gap < bestGap)) {
      best = candidate;
      bestMiss = miss;
      bestGap = gap;
    }
  }
  return best;
}

/** A language runtime with a program that does next to nothing. */
export interface Runtime {
  /** The language runtime. */
  readonly name: string;
  /** Where its figures are from. */
  readonly source: string;
  /** Resident, least, of a server that has grown as far as it does, most. */
  readonly memoryMib: { readonly min: number; readonly median: number; readonly max: number };
  /** Share of the resident memory that is file-backed. */
  readonly fileShare: number;
  /** Share of the anonymous memory that comes over the first thousand calls. */
  readonly growthShare: number;
}

const PROCESS = 'one idle process, Debian-class user space [M] reference 9.2';
const LAMBDA = 'max memory used, maxday/lambda-perf of 2026-08-22 [E] reference 9.1';

function runtime(
  name: string,
  [min, median, max]: readonly [number, number, number],
  shares: { readonly fileShare: number; readonly growthShare?: number },
  source: string,
): Runtime {
  return { name, source, memoryMib: { min, median, max }, growthShare: 0, ...shares };
}

/** From small to large. Growth is Node's alone: of the others none was measured. */
export const RUNTIMES: readonly Runtime[] = [
  runtime('c', [0.7, 1.2, 1.2], { fileShare: 0.92 }, `static and dynamic: ${PROCESS}`),
  runtime('shell', [1.6, 1.6, 4.8], { fileShare: 0.94 }, `sh, Perl: ${PROCESS}`),
  runtime(
    'go',
    [5.1, 5.1, 17],
    { fileShare: 0.6 },
    `least: open.wcoder.com go-memory [E]; most: ${LAMBDA}; split: no source`,
  ),
  runtime(
    'python',
    [13.2, 20.6, 38],
    { fileShare: 0.495 },
    `bare, http.server: ${PROCESS}; most: Python 3.14, ${LAMBDA}`,
  ),
  runtime(
    'node',
    [40.9, 52, 76],
    { fileShare: 0.78, growthShare: 0.38 },
    `bare, http after 20,000 requests: ${PROCESS}; most: Node 24, ${LAMBDA}`,
  ),
];

/** Below this no FunctionBench container measured anything. */
const BENCH_LEAST_MIB: number = Math.min(...CATALOGUE.map(({ memoryMib }) => memoryMib.min));

/** The runtime that a function of so little memory resembles; undefined: it has room for a FunctionBench workload. */
export function smallRuntime(memoryMib: number): Runtime | undefined {
  if (memoryMib >= BENCH_LEAST_MIB) return undefined;
  const miss = ({ memoryMib: { min, max } }: Runtime): number => outside(memoryMib, min, max);
  return RUNTIMES.reduce((best, one) => (miss(one) < miss(best) ? one : best));
}
