// Where a snapshot is not empty, and that only those parts are written.

import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../src/core/config.ts';
import { snapshotOf, writeRuns } from '../../../src/core/snapshot.ts';
import { RefusedArgument } from '../../../src/check/index.ts';
import { Core, CoreError, type CoreSnapshot, boot, layoutOf } from '../../../src/core/index.ts';

const CONFIG = withDefaults({ frames: 1024 });
const PIECE = 4096;

/** So many bytes, of which those at the given places are not zero. */
function bytesWith(length: number, ...places: number[]): Uint8Array {
  const bytes = new Uint8Array(length);
  for (const at of places) bytes[at] = 1;
  return bytes;
}

const runsOf = (bytes: Uint8Array): number[] => [...snapshotOf(CONFIG, bytes).runs];

describe('runs of a snapshot', () => {
  it('are the pieces with anything in them, neighbours joined', () => {
    expect(runsOf(bytesWith(5 * PIECE))).toEqual([]);
    expect(runsOf(bytesWith(5 * PIECE, PIECE))).toEqual([PIECE, 2 * PIECE]);
    expect(runsOf(bytesWith(5 * PIECE, 2 * PIECE - 1, 2 * PIECE, 4 * PIECE))).toEqual([
      PIECE,
      3 * PIECE,
      4 * PIECE,
      5 * PIECE,
    ]);
  });

  it('end with the bytes, whatever is left of the last piece', () => {
    const length = PIECE + 8;
    expect(runsOf(bytesWith(length, length - 1))).toEqual([PIECE, length]);
  });

  it('are found in a part of a buffer too', () => {
    const whole = bytesWith(3 * PIECE, 0, 2 * PIECE + 5);
    expect(runsOf(whole.subarray(PIECE))).toEqual([PIECE, 2 * PIECE]);
  });
});

describe('writing', () => {
  it('puts the runs at their places behind the base, and touches nothing else', () => {
    const bytes = bytesWith(3 * PIECE, PIECE + 3);
    const target = new Uint8Array(4 * PIECE).fill(7);
    writeRuns(snapshotOf(CONFIG, bytes), target, 100);
    expect(target.subarray(100 + PIECE, 100 + 2 * PIECE)).toEqual(bytes.subarray(PIECE, 2 * PIECE));
    expect([target[99 + PIECE], target[100 + 2 * PIECE]]).toEqual([7, 7]);
  });
});

const LAYOUT = layoutOf(8192, []);
const core = Core.create({ frames: LAYOUT.frames, cpus: 2, czones: 1, objects: 8 });
boot(core, LAYOUT, false);
const WHOLE = core.snapshot();

describe('snapshots', () => {
  it('whole ones come back as they were', () => {
    expect(Core.fromSnapshot(WHOLE).hash()).toBe(core.hash());
    expect(WHOLE.usedBytes).toBeGreaterThan(1000);
    expect(WHOLE.usedBytes).toBeLessThanOrEqual(WHOLE.bytes.length);
  });

  const { bytes, runs, config } = WHOLE;
  const damages: Readonly<Record<string, unknown>> = {
    'no bytes': { ...WHOLE, bytes: undefined },
    'an array for bytes': { ...WHOLE, bytes: [...bytes.subarray(0, 512)] },
    'no runs': { ...WHOLE, runs: undefined },
    'no bytes in the bytes': { ...WHOLE, bytes: new Uint8Array(0) },
    'bytes cut at their end': { ...WHOLE, bytes: bytes.slice(0, -2048) },
    'bytes that go on': { ...WHOLE, bytes: new Uint8Array(bytes.length + 2048).fill(0) },
    'runs cut': { ...WHOLE, runs: runs.slice(0, -2) },
    'half a run': { ...WHOLE, runs: runs.slice(0, -1) },
    'runs past the bytes': { ...WHOLE, runs: Uint32Array.of(0, bytes.length + 4) },
    'runs in disorder': { ...WHOLE, runs: runs.toReversed() },
    'more frames': { ...WHOLE, config: { ...config, frames: 16_384 } },
    'other CPUs': { ...WHOLE, config: { ...config, cpus: 1 } },
    'other zones': { ...WHOLE, config: { ...config, czones: 5 } },
    'other objects': { ...WHOLE, config: { ...config, objects: 9 } },
    'other nodes': { ...WHOLE, config: { ...config, nodes: 9 } },
    'another buffer': { ...WHOLE, config: { ...config, bufferSlots: 9 } },
  };

  it.each(Object.entries(damages))('refuses one with %s', (_, damaged) => {
    expect(() => Core.fromSnapshot(damaged as CoreSnapshot)).toThrow(CoreError);
    expect(() => core.restore(damaged as CoreSnapshot)).toThrow(CoreError);
  });

  it.each([undefined, null, 5, {}, { ...WHOLE, config: undefined }])('refuses %o', (found) => {
    expect(() => Core.fromSnapshot(found as CoreSnapshot)).toThrow(RefusedArgument);
  });
});
