// Loading and saving the allocator's state in the pagestate form.

import { describe, expect, it } from 'vitest';
import { GUEST_RECORDS_OFFSET } from '../../../src/abi/layout.ts';
import { instanceOf } from '../../../src/core/core.ts';
import { Core, boot, layoutOf } from '../../../src/core/index.ts';
import { loadState, saveState, stateFrames } from '../../../src/core/state.ts';
import { rawOf } from '../../../src/core/raw.ts';

function bootedCore(): Core {
  const layout = layoutOf(16_384, [{ start: 4096, count: 1500 }]);
  const core = Core.create({ frames: layout.frames, build: 'verify' });
  boot(core, layout, false);
  return core;
}

describe('a state', () => {
  it('comes back as it was saved, order of every list included', () => {
    const first = bootedCore();
    for (let i = 0; i < 300; i += 1) rawOf(first).allocPages(0x100cca, 0, 0, 0);
    rawOf(first).allocPages(0xcc0, 3, 0, 0);
    const state = saveState(first, 'once');
    const second = Core.create({ frames: stateFrames(state), build: 'verify' });
    loadState(second, state);
    expect(saveState(second, 'once')).toEqual(state);
  });

  it('is of a core, and one of another shape spans nothing', () => {
    const core = bootedCore();
    for (const none of [undefined, 5, {}, core.program]) {
      expect(() => saveState(none as never, 'x')).toThrow('core: expected a Core');
      expect(() => stateFrames(none as never)).toThrow('state');
    }
    expect(() => stateFrames({ zones: [{ name: 5 }] } as never)).toThrow(
      'state.zones[0].name: expected text',
    );
  });

  it('refuses a list that names a frame outside memory', () => {
    const state = saveState(bootedCore(), 'booted');
    const [zone] = state.zones;
    (zone?.free ?? [])[1] = Uint32Array.of(0x7fff_fff0);
    const core = Core.create({ frames: stateFrames(state) });
    expect(() => loadState(core, state)).toThrow(/stateFree/);
  });

  it('of which a list goes round in a circle is refused', () => {
    const core = bootedCore();
    const list = saveState(core, 'whole').zones[0]?.free.find((frames) => frames.length > 1);
    const [first = 0] = list ?? [];
    const instance = instanceOf(core);
    instance.setWord(instance.headerWord(GUEST_RECORDS_OFFSET) + 8 * first, first);
    expect(() => saveState(core, 'round')).toThrow(/a list goes round in a circle/);
  });
});
