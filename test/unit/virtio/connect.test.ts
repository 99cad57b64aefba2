import { expect, it } from 'vitest';

import { around, HoldingModel, V1 } from '../../support/virtio-model.ts';

it('carries registers one way and each interrupt, at once, the other', () => {
  const model = new HoldingModel(5, V1, [8]);
  const { device, mmio, transport } = around(model);
  const heard: string[] = [];
  expect(transport.probe(5)).toBeUndefined();
  expect(transport.negotiate(0n, (features) => features)).toBeUndefined();
  transport.start({
    configChanged: () => heard.push('config'),
    queueUsed: () => heard.push('used'),
    work: () => heard.push(`work ${device.interruptStatus}`),
  });
  expect(device.isActive).toBe(true);
  model.setConfig32(0, 7);
  // Acknowledged before the driver works, so that the next one is not lost.
  expect(heard).toEqual(['config', 'work 0']);
  expect(mmio.counters.reads).toBeGreaterThan(0);
  expect(transport.readConfig32(0)).toBe(7);
});
