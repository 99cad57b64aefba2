import { expect, it } from 'vitest';
import { FunctionMeter, total } from '../../../src/replay/function-meter.ts';
import type { FunctionProfile, MicroVm } from '../../../src/serverless/index.ts';

const PROFILES = [10, 20].map((anonymousFrames) => ({ anonymousFrames }) as FunctionProfile);

function vmOf(heldMs: number): MicroVm {
  const suspendCounts = { suspends: 3, resumes: 2, writtenFrames: 500, readFrames: 40 };
  return { heldFrameNs: heldMs * 1e6, suspendCounts } as unknown as MicroVm;
}

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
  meter.ended(1, vmOf(70));
  meter.parked(0);
  const rows = meter.rows(Float64Array.of(3, 4), PROFILES);
  meter.ended(1, vmOf(1000));
  expect([...rows.cold, ...rows.warm, total(rows.refused)]).toEqual([1, 0, 0, 2, 0]);
  expect([rows.startMs[0], rows.sandboxMs[0], rows.started[0]]).toEqual([300, 200, 1]);
  expect([...rows.ran, ...rows.slowdown]).toEqual([1, 2, 1, 2.5]);
  expect([...rows.frameMs, ...rows.wastedFrameMs]).toEqual([0, 70, 30, 80]);
  expect([...rows.parks, ...rows.suspends, ...rows.resumes]).toEqual([1, 0, 0, 3, 0, 2]);
  expect([...rows.writtenFrames, ...rows.readFrames]).toEqual([0, 500, 0, 40]);
  expect(meter.calmCalls).toBe(2);
});
