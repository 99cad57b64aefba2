// What the numbers of a zone and of its per-cpu lists may be, by how the kernel makes them: the core takes them as they are.

import { PAGEBLOCK_FRAMES, type PcpState, type ZoneState } from '../../core/index.ts';

/** What should be and is not. */
export interface WrongNumber {
  readonly expected: string;
  readonly found: string;
}

/** Largest batch: of zones from 1 GiB on (docs/linux-memory.md A.10). */
const BATCH_MOST = 63;
/** PCP_BATCH_SCALE_MAX */
const BATCH_SCALE_MOST = 5;
/** Batches that a CPU counts of frames freed in a row, and the block with which it passes them. */
const FREE_COUNT_MOST: number = (BATCH_MOST << BATCH_SCALE_MOST) + PAGEBLOCK_FRAMES;
/** `high` of a zone of few frames. */
const HIGH_LEAST = 4;
/** ZONE_BOOSTED_WATERMARK, ZONE_RECLAIM_ACTIVE, ZONE_BELOW_HIGH */
const ZONE_FLAGS_MOST = 7;
/** PCPF_PREV_FREE_HIGH_ORDER, PCPF_FREE_HIGH_BATCH */
const PCP_FLAGS_MOST = 3;

/** Named numbers, each with the most that it may be. */
type Most = readonly (readonly [name: string, value: number, most: number])[];

function tooMuch(all: Most): WrongNumber | undefined {
  const wrong = all.find(([, value, most]) => value > most);
  if (wrong === undefined) return undefined;
  const [name, value, most] = wrong;
  return { expected: `${name} up to ${most}`, found: `${value}` };
}

/** Marks lie evenly: low is as far above min as high above low (A.12). A balloon takes from managed alone, so that present bounds them. */
function wrongMarks({ min, low, high }: ZoneState): WrongNumber | undefined {
  if (min <= low && high - low === low - min) return undefined;
  return { expected: 'marks min, low and high in equal steps', found: `${min}, ${low}, ${high}` };
}

/** Nothing is kept back from the zone's own requests, and the more the higher they may go (A.12). */
function wrongReserve({ index, reserve }: ZoneState): WrongNumber | undefined {
  const isWrong = (frames: number, at: number): boolean =>
    at <= index ? frames !== 0 : frames < (reserve[at - 1] ?? 0);
  if (!reserve.some(isWrong)) return undefined;
  return { expected: `a reserve that grows behind zone ${index}`, found: reserve.join(' ') };
}

/** Numbers of one zone; what lies above it is not known yet. */
export function wrongZone(zone: ZoneState): WrongNumber | undefined {
  const { spanned, present, managed, high, boost, highatomic, flags } = zone;
  const wrong = tooMuch([
    ['present', present, spanned],
    ['managed', managed, present],
    ['high', high, present],
    ['boost', boost, Math.max(present, PAGEBLOCK_FRAMES)],
    ['highatomic', highatomic, present],
    ['flags', flags, ZONE_FLAGS_MOST],
  ]);
  return wrong ?? wrongMarks(zone) ?? wrongReserve(zone);
}

/** A reserve is a part of what the zones above it have. */
export function wrongReserves(
  zones: readonly ZoneState[],
  zone: ZoneState,
): WrongNumber | undefined {
  const above = zones.filter(({ index }) => index > zone.index);
  return tooMuch(
    zone.reserve.map((frames, at) => [
      `reserve ${at}`,
      frames,
      above.reduce((sum, { index, present }) => sum + (index <= at ? present : 0), 0),
    ]),
  );
}

/** Sizes of a CPU's lists. Taking memory offline sets high to 0 and batch to 1 (A.10). */
export function wrongPcp(pcp: PcpState, { present }: ZoneState): WrongNumber | undefined {
  const { high, highMin, highMax, batch, flags, allocFactor, freeCount } = pcp;
  const isBatch = batch > 0 && batch <= BATCH_MOST && ((batch + 1) & batch) === 0;
  if (!isBatch) return { expected: 'a batch of 1, 3, 7, 15, 31 or 63', found: `${batch}` };
  const highMost = Math.max(present, HIGH_LEAST);
  return tooMuch([
    ['high_max', highMax, highMost],
    ['high_min', highMin, highMax],
    ['high', high, highMost],
    ['flags', flags, PCP_FLAGS_MOST],
    ['alloc_factor', allocFactor, BATCH_SCALE_MOST],
    ['free_count', freeCount, FREE_COUNT_MOST],
  ]);
}
