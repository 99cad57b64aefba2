import { expect, it } from 'vitest';
import { PUBLISHED } from '../../../src/cost/index.ts';
import { Pricing, released } from '../../../src/replay/pricing.ts';
import { ReclaimMeter } from '../../../src/replay/reclaim-meter.ts';
import type { IdleReclaim } from '../../../src/serverless/index.ts';

it('adds up requests, prices each, and counts idle ones that asked for something or were cancelled', () => {
  const pricing = new Pricing(PUBLISHED);
  const meter = new ReclaimMeter(pricing, 512);
  meter.record(100, 40, { czoneMessage: 2 }, released(40));
  const idle = { isCancelled: false, askedFrames: 10, gotFrames: 5, operations: {} };
  meter.recordIdle(idle as unknown as IdleReclaim);
  meter.recordIdle({ ...idle, isCancelled: true, askedFrames: 0 } as unknown as IdleReclaim);
  expect(meter.frames).toEqual({ askedFrames: 110, gotFrames: 45 });
  expect(meter.idle).toEqual({ reclaims: 1, cancelled: 1, gotFrames: 5 });
  const ms = pricing.workNs({ czoneMessage: 2 }, 40) / 1e6;
  expect([...meter.samplesMs(pricing.clockLevel)]).toEqual([ms, pricing.workNs({}, 5) / 1e6]);
});
