// NR_FREE_PAGES as Linux keeps it: each CPU gathers its changes of a zone's count and hands them over when they exceed a
// threshold, or when its vmstat worker has its turn. Watermarks see what was handed over (docs/linux-memory.md A.12).
//
// The changes not handed over lie in the zone: their sum, and a signed byte for each CPU.
//
// The threshold follows from the zone's size when the kernel last set its watermarks. It does that early at boot, before the
// initrd is freed, and then only when memory comes or goes: a recording says what it was, for its size alone does not.

import { CPUS_LAGGING, ZONE_LAG_MOST_OFFSET } from '../../src/abi/layout';
import { FRAMES_PER_MIB } from '../../src/abi/unit';
import { guest } from '../base/guest';
import { WORK_CPU } from '../base/work';
import { Zone } from '../base/zone';
import { COUNTS_LAG, KSWAPD_LAGS } from './version';

/** Memory is counted in so many MiB for the threshold. */
const STEP_FRAMES: u32 = 128 * FRAMES_PER_MIB;
const THRESHOLD_MOST: i32 = 125;


@inline
function bitsOf(value: u32): u32 {
  return 32 - clz<u32>(value);
}

/** Changes up to this stay with the CPU, by the size of the zone: more with more memory and CPUs. */
function mostOf(zone: Zone): i32 {
  const steps = 1 + bitsOf(zone.managed / STEP_FRAMES);
  return min<i32>(THRESHOLD_MOST, 2 * bitsOf(guest.cpus) * steps);
}

/** The same as it was when the watermarks were set last, or as the recording says. */
function threshold(zone: Zone): i32 {
  const set = load<i32>(changetype<usize>(zone) + ZONE_LAG_MOST_OFFSET);
  return set != 0 ? set : mostOf(zone);
}


@inline
function lagAt(zone: Zone, cpu: u32): usize {
  return changetype<usize>(zone) + offsetof<Zone>('lags0') + (cpu & (CPUS_LAGGING - 1));
}

/** The CPU that changes counts from now on. */
@inline
export function countOnCpu(cpu: u32): void {
  if (COUNTS_LAG) store<u32>(WORK_CPU, cpu);
}

/** A change of a zone's free pages on the CPU at hand. */
export function gather(zone: Zone, frames: i32): void {
  const at = lagAt(zone, load<u32>(WORK_CPU));
  const gathered = <i32>load<i8>(at) + frames;
  if (abs(gathered) > threshold(zone)) {
    zone.lag -= load<i8>(at);
    store<i8>(at, 0);
  } else {
    zone.lag += frames;
    store<i8>(at, <i8>gathered);
  }
}

/** The vmstat worker hands over what its CPU has gathered. */
export function handOverCounts(zone: Zone, cpu: u32): void {
  if (!COUNTS_LAG) return;
  const at = lagAt(zone, cpu);
  zone.lag -= load<i8>(at);
  store<i8>(at, 0);
}

/** The watermarks are set anew: the threshold follows the zone's size as it is now. */
export function resizeLag(zone: Zone): void {
  if (COUNTS_LAG) store<i32>(changetype<usize>(zone) + ZONE_LAG_MOST_OFFSET, mostOf(zone));
}

/**
 * kswapd wakes up: what a CPU may keep to itself is now bounded by what lies between two marks, so that all of them together do
 * not hide that the min mark is reached. In small zones that is more than before. A zone has this bound when, at some time, its
 * CPUs' thresholds were more than lies between its marks: at the boot of a second CPU, when there are no marks yet.
 */
export function boundLag(zone: Zone): void {
  if (!KSWAPD_LAGS || guest.cpus < 2) return;
  const most = min<i32>(THRESHOLD_MOST, (zone.wmarkLow - zone.wmarkMin) / guest.cpus);
  store<i32>(changetype<usize>(zone) + ZONE_LAG_MOST_OFFSET, max<i32>(most, 1));
}

/** kswapd goes to sleep until it is woken: the threshold follows the zone's size. */
export function unboundLag(zone: Zone): void {
  if (KSWAPD_LAGS && guest.cpus > 1) resizeLag(zone);
}

/** Free frames as watermarks see them. */
@inline
export function seenFree(zone: Zone): i64 {
  if (!COUNTS_LAG) return zone.free;
  return max<i64>(0, <i64>zone.free - zone.lag);
}
