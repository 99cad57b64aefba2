// The device part of verifying a recording: our driver half and our device against what Linux's
// driver wrote to QEMU's.

import * as P from '../program/index.ts';
import { compileGuided, CorePort, type GuidedProgram } from '../program/index.ts';
import { type Capture, NO_FRAME } from '../read/index.ts';
import { checkBalloon } from './device-balloon.ts';
import { checkMem } from './device-mem.ts';
import { runProgram, type Score } from './verify.ts';

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

/** Allocations whose frame the allocator did not predict, by event. */
function wrongAllocations(program: GuidedProgram, mismatches: readonly number[]): Set<number> {
  const wrong = new Set<number>();
  const commands = new Set<number>();
  for (let i = 0; i < mismatches.length; i += 3) {
    const command = mismatches[i] ?? 0;
    commands.add(command);
    wrong.add(program.commands[command * P.COMMAND_WORDS + 3] ?? 0);
  }
  for (let i = 0; i < program.confirmed.length; i += 2) {
    const event = program.confirmed[i] ?? 0;
    if (commands.has(program.confirmed[i + 1] ?? 0)) wrong.add(event);
    else wrong.delete(event);
  }
  return wrong;
}

/**
 * Frames that a core must span to follow a recording to its end: memory that came and went again
 * included.
 */
function spanOf(capture: Capture): number {
  const zones = [...capture.start.zones, ...capture.end.zones];
  let end = Math.max(...zones.map((zone) => zone.startPfn + zone.spanned));
  const { pfn, order, count } = capture.trace;
  for (let event = 0; event < count; event += 1) {
    const frame = pfn[event] ?? NO_FRAME;
    if (frame !== NO_FRAME) end = Math.max(end, frame + 2 ** (order[event] ?? 0));
  }
  return end;
}

/**
 * Verifies the drivers against a recording with a device.log; undefined without one. `program` and
 * `mismatches` of a guided run save making it again.
 */
export function verifyDevice(
  capture: Capture,
  guided?: { readonly program: GuidedProgram; readonly mismatches: readonly number[] },
): DeviceResult | undefined {
  const kind = deviceKind(capture);
  if (kind === undefined) return undefined;
  const program = guided?.program ?? compileGuided(capture);
  const port = new CorePort(spanOf(capture));
  if (kind === 'mem') return { kind, ...checkMem(capture, program, port) };
  let mismatches = guided?.mismatches;
  if (mismatches === undefined) {
    port.load(capture.start);
    ({ mismatches } = runProgram(port, program.commands));
  }
  return { kind, ...checkBalloon(capture, wrongAllocations(program, mismatches)) };
}
