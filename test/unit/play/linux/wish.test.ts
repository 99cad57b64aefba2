import { describe, expect, it } from 'vitest';
import { FRAMES_PER_MIB } from '../../../../src/abi/unit.ts';
import { DEVICE, type Wish, grant } from '../../../../src/play/linux/wish.ts';
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
    grant(made.model, wish);
    expect(figure(made)).toBe(value);
  });

  it('for hints ends with the host’s word that it is done', () => {
    const { model } = balloon();
    grant(model, { kind: 'hint' });
    expect(model.hinting.hostCmdId).toBeGreaterThan(1);
    grant(model, { kind: 'unhint' });
    expect(model.hinting.hostCmdId).toBe(1);
  });
});
