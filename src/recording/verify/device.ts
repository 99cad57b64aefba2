// The device part of verifying a recording: our driver half and our device against what Linux's
// driver wrote to QEMU's.

import * as P from '../program/index.ts';
import { compileGuided, CorePort, type GuidedProgram } from '../program/index.ts';
import { type Capture, recordedFrames } from '../read/index.ts';
import { checkBalloon } from './device-balloon.ts';
import { checkMem } from './device-mem.ts';
import { type Divergence, type Score, verifyGuided } from './verify.ts';

export interface DeviceResult {
  readonly kind: 'balloon' | 'mem';
  /** Frame numbers in arrays, in order. virtio-mem has none. */
  readonly pages: Score;
  /** Messages of the balloon; plug and unplug requests with their answers. */
  readonly requests: Score;
}

/** Which device a recording has in play. */
export function deviceKind(capture: Capture): DeviceResult['kind'] | undefined {
  for (const line of capture.deviceLog) {
    if (line.startsWith('virtio_balloon_')) return 'balloon';
    if (line.startsWith('virtio_mem_')) return 'mem';
  }
  return undefined;
}

/** A guided run: its program, and where the core was wrong. */
export interface GuidedRun {
  readonly program: GuidedProgram;
  readonly divergences: readonly Divergence[];
}

function runGuided(capture: Capture): GuidedRun {
  const program = compileGuided(capture);
  const { divergences } = verifyGuided(capture, program, new CorePort(recordedFrames(capture)));
  return { program, divergences };
}

/** Allocations whose frame the allocator did not predict, by event. */
function wrongAllocations({ program: { confirmed }, divergences }: GuidedRun): Set<number> {
  const events = new Set(divergences.map(({ event }) => event));
  const commands = new Set(divergences.map(({ command }) => command));
  for (let i = 0; i < confirmed.length; i += 2) {
    const event = confirmed[i] ?? 0;
    if (commands.has(confirmed[i + 1] ?? 0)) events.add(event);
    else events.delete(event);
  }
  return events;
}

/** Places of compaction that the allocator did not predict. */
function wrongPlaces({ program: { commands }, divergences }: GuidedRun): Set<number> {
  const wrong = divergences.filter(({ command }) => P.opOf(commands, command) === P.OP_SCAN_TAKE);
  return new Set(wrong.map(({ command }) => P.frameOf(commands, command)));
}

/**
 * Verifies the drivers against a recording with a device.log; undefined without one. A guided run
 * that the caller has made already is not made again.
 */
export function verifyDevice(capture: Capture, guided?: GuidedRun): DeviceResult | undefined {
  const kind = deviceKind(capture);
  if (kind === undefined) return undefined;
  if (kind === 'mem') {
    const program = guided?.program ?? compileGuided(capture);
    return { kind, ...checkMem(capture, program, new CorePort(recordedFrames(capture))) };
  }
  const run = guided ?? runGuided(capture);
  return { kind, ...checkBalloon(capture, wrongAllocations(run), wrongPlaces(run)) };
}
