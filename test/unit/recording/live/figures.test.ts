// What of a core is compared.

import { expect, it } from 'vitest';
import { GFP_KERNEL } from '../../../../src/core/index.ts';
import { freeFigures, managedFrames } from '../../../../src/recording/live/figures.ts';
import { bootGuest } from '../../../support/core.ts';

it('counts free frames by zone, and what of them lies in whole blocks', () => {
  const core = bootGuest();
  const before = freeFigures(core);
  const zones = core.kernelZones.filter((zone) => zone.present > 0);
  expect(before['free']).toBe(zones.reduce((sum, zone) => sum + zone.free, 0));
  expect(before['free DMA']).toBe(core.kernelZones[0]!.free);
  expect(before['free Movable']).toBeUndefined();
  const whole = before['free 2 MiB blocks']! * 512;
  expect(before['unusable index %']).toBeCloseTo(100 * (1 - whole / before['free']!), 9);
  expect(core.pages.alloc(GFP_KERNEL, 9, 0)).toBeGreaterThan(0);
  const after = freeFigures(core);
  expect(after['free 2 MiB blocks']).toBeLessThan(before['free 2 MiB blocks']!);
  expect(managedFrames(core)).toBe(zones.reduce((sum, zone) => sum + zone.managed, 0));
});
