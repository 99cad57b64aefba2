import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { Core, CoreError, type CoreSnapshot, boot, layoutOf } from '../../../src/core/index.ts';

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
