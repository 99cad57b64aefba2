import { describe, expect, it } from 'vitest';
import { type Census, FootprintMeter } from '../../../src/replay/footprint-meter.ts';

const NOTHING = { containers: 0, idle: 0, vms: 0, freeFrames: 0, wholeFrames: 0 };
const CONFIG = { overhead: [0, 1], census: () => NOTHING };

describe('FootprintMeter', () => {
  it('integrates a step function exactly, inside its window only', () => {
    const account = Float64Array.of(10, 1);
    const meter = new FootprintMeter([account], { ...CONFIG, fromMs: 1000, untilMs: 5000 });
    meter.advance(2000);
    account[0] = 30;
    meter.advance(4000);
    account[0] = 1000;
    account[1] = 5;
    meter.advance(4000);
    account[0] = 0;
    meter.advance(9000);
    const mean = meter.meanFrames();
    expect(mean[0]).toBe((10 * 1000 + 30 * 2000) / 4000);
    expect(mean[1]).toBe((1 * 3000 + 5 * 1000) / 4000);
  });

  it('sees the peak of what lasted, and none of the warm-up', () => {
    const account = Float64Array.of(500);
    const meter = new FootprintMeter([account], { ...CONFIG, fromMs: 1000, untilMs: 5000 });
    meter.advance(1000);
    account[0] = 7;
    meter.advance(1500);
    account[0] = 9;
    meter.advance(1600);
    account[0] = 800;
    meter.advance(1600);
    account[0] = 2;
    meter.advance(5000);
    expect(meter.peakFrames).toBe(9);
  });

  it('samples what held at each instant of the series', () => {
    const account = Float64Array.of(1);
    const meter = new FootprintMeter([account], { ...CONFIG, fromMs: 0, untilMs: 4000 });
    meter.advance(1500);
    account[0] = 2;
    meter.advance(4000);
    const { tMs, frames } = meter.series();
    expect([...tMs]).toEqual([0, 1000, 2000, 3000]);
    expect([...(frames[0] ?? [])]).toEqual([1, 1, 2, 2]);
  });

  it('knows most of what was not the functions’ own, apart from the peak of all', () => {
    const account = Float64Array.of(0, 7);
    const meter = new FootprintMeter([account], { ...CONFIG, fromMs: 0, untilMs: 3000 });
    meter.advance(1000);
    account.set([100, 2]);
    meter.advance(3000);
    expect([meter.peakFrames, meter.peakOverhead]).toEqual([102, 7]);
  });

  it('counts what there is at the instants of the series', () => {
    let containers = 3;
    const census: Census = () => ({ ...NOTHING, containers, idle: 1, vms: 2 });
    const meter = new FootprintMeter([Float64Array.of(1)], {
      ...CONFIG,
      census,
      fromMs: 0,
      untilMs: 2000,
    });
    meter.advance(500);
    containers = 4;
    meter.advance(2000);
    const { counts } = meter.series();
    expect(counts).toEqual({
      containers: Float64Array.of(3, 4),
      idle: Float64Array.of(1, 1),
      vms: Float64Array.of(2, 2),
      freeFrames: Float64Array.of(0, 0),
      wholeFrames: Float64Array.of(0, 0),
    });
  });
});
