import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import {
  type BootLayout,
  Core,
  CoreError,
  boot,
  layoutOf,
  verify,
} from '../../../src/core/index.ts';

const LAYOUT = layoutOf(8192, []);
const empty = (): Core => Core.create({ frames: LAYOUT.frames, build: 'verify' });

describe('boot', () => {
  it('happens once to a core, and again after a reset', () => {
    const core = empty();
    boot(core, LAYOUT, false);
    expect(() => boot(core, LAYOUT, false)).toThrow(CoreError);
    expect(verify(core)).toBeUndefined();
    core.reset();
    boot(core, LAYOUT, false);
    expect(verify(core)).toBeUndefined();
  });

  it.each([
    ['a range before the first frame', { ram: [{ start: -1, count: 8 }] }],
    ['half a frame', { reserved: [{ start: 4096, count: 0.5 }] }],
    ['a zone beyond 32 bits', { zones: [{ start: 2 ** 32 - 1, count: 2 }] }],
    ['five zones', { zones: [undefined, undefined, undefined, undefined, undefined] }],
    ['a range that is none', { ram: [undefined as never] }],
  ] as const)('refuses %s before it does anything', (_, change) => {
    const core = empty();
    const before = core.hash();
    expect(() => boot(core, { ...LAYOUT, ...change } as BootLayout, false)).toThrow(
      RefusedArgument,
    );
    expect(core.hash()).toBe(before);
  });

  it.each([0, -1, 256, 1.5, Number.NaN, Infinity, 2 ** 33])('lays out no %s frames', (frames) => {
    expect(() => layoutOf(frames, [])).toThrow(RefusedArgument);
  });
});
