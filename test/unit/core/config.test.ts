import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { expectSpace, withDefaults } from '../../../src/core/config.ts';
import { Core, type CoreBuild, CoreError, STATUS_NO_MEMORY } from '../../../src/core/index.ts';

const WILD = [-1, 0.5, Number.NaN, Infinity, 2 ** 32 + 5, '5' as unknown as number];

describe('sizes of a core', () => {
  it.each(['frames', 'cpus', 'czones', 'objects', 'nodes', 'bufferSlots'] as const)(
    '%s must be a whole number of 32 bits',
    (name) => {
      for (const value of WILD) {
        expect(() => Core.create({ frames: 8192, [name]: value })).toThrow(
          new RegExp(`^${name}: expected a whole number of`),
        );
      }
    },
  );

  it('are at least one frame and one CPU', () => {
    expect(() => Core.create({ frames: 0 })).toThrow(RefusedArgument);
    expect(() => Core.create({ frames: 8192, cpus: 0 })).toThrow(RefusedArgument);
  });

  it('name a build, or the nearest one is told', () => {
    const build = 'relaese' as CoreBuild;
    expect(() => Core.create({ frames: 8192, build })).toThrow(/did you mean release/);
  });

  it('beyond what a Wasm memory holds are refused with the limit', () => {
    expect(() => Core.create({ frames: 2 ** 29, nodes: 1 })).toThrow(
      /guest of 2048\.0 GiB: a core holds up to 4 GiB/,
    );
    const full = withDefaults({ frames: 8192 });
    expect(() => expectSpace(full, STATUS_NO_MEMORY)).toThrow(CoreError);
    expect(() => expectSpace(full, 0)).not.toThrow();
  });
});
