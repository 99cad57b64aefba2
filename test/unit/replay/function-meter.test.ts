import { expect, it } from 'vitest';
import { FunctionMeter, total } from '../../../src/replay/function-meter.ts';
import type { FunctionProfile } from '../../../src/serverless/index.ts';

const PROFILES = [10, 20].map((anonymousFrames) => ({ anonymousFrames }) as FunctionProfile);

it('keeps starts, calls and memory of each function apart, and sums of them', () => {
  const meter = new FunctionMeter(2);
  meter.began(0, 'cold');
  meter.began(1, 'warm');
  meter.began(1, 'warm');
  meter.started(0, 300, 200);
  meter.ran(0);
  meter.ran(1);
  meter.ran(1);
  meter.late(1, 1.5);
  meter.held(1, 70);
  const rows = meter.rows(Float64Array.of(3, 4), PROFILES);
  meter.held(1, 1000);
  expect([...rows.cold, ...rows.warm, total(rows.refused)]).toEqual([1, 0, 0, 2, 0]);
  expect([rows.startMs[0], rows.sandboxMs[0], rows.started[0]]).toEqual([300, 200, 1]);
  expect([...rows.ran, ...rows.slowdown]).toEqual([1, 2, 1, 2.5]);
  expect([...rows.frameMs, ...rows.wastedFrameMs]).toEqual([0, 70, 30, 80]);
  expect(meter.calmCalls).toBe(2);
});
