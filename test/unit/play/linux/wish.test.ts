import { describe, expect, it } from 'vitest';
import { FRAMES_PER_MIB } from '../../../../src/abi/unit.ts';
import { DEVICE, type Wish, Wishes } from '../../../../src/play/linux/wish.ts';
import { loneHost } from '../../../../src/scenario/index.ts';
import { Balloon } from '../../../../src/vmm/index.ts';

function balloon(): Balloon {
  const { vm, clock } = loneHost({ memoryFrames: 256 * FRAMES_PER_MIB });
  return new Balloon(vm, clock, DEVICE);
}

describe('a wish', () => {
  it.each<[Wish, (made: Balloon) => number, number]>([
    [{ kind: 'target', pages: 512 }, ({ model }) => model.actualPages, 512],
    // the driver sends its first buffer by itself
    [{ kind: 'statistics' }, ({ model }) => model.counters.statsRequests, 2],
    [{ kind: 'hint' }, ({ model }) => Math.sign(model.counters.hintedPages), 1],
  ])('%j is granted by the device', (wish, figure, value) => {
    const made = balloon();
    expect(figure(made)).not.toBe(value);
    new Wishes(made.model).grant(wish);
    expect(figure(made)).toBe(value);
  });

  it('for hints ends with the host’s word that it is done', () => {
    const { model } = balloon();
    const wishes = new Wishes(model);
    wishes.grant({ kind: 'hint' });
    expect(model.hinting.hostCmdId).toBeGreaterThan(1);
    wishes.grant({ kind: 'unhint' });
    expect(model.hinting.hostCmdId).toBe(1);
  });

  it('for hints keeps how many there had been', () => {
    const { model } = balloon();
    const wishes = new Wishes(model);
    wishes.grant({ kind: 'hint' });
    const { hintedPages } = model.counters;
    expect([wishes.hintedBefore, hintedPages > 0]).toEqual([0, true]);
    wishes.grant({ kind: 'unhint' });
    wishes.grant({ kind: 'hint' });
    expect(wishes.hintedBefore).toBe(hintedPages);
  });
});
