import { expect, it } from 'vitest';
import { makeSystem, PROFILE } from '../../../support/serverless.ts';

it('holds less with templates than without', () => {
  const held = ['scpv-boot', 'scpv-template'].map((name) => {
    const system = makeSystem(name);
    for (let count = 0; count < 3; count += 1) system.start(PROFILE);
    return system.host.heldFrames;
  });
  expect(held[1]).toBeLessThan(held[0] as number);
});

it('clones its VM: no kernel boots, and the image is there once however many VMs there are', () => {
  const system = makeSystem('scpv-template');
  const [one, two] = [system.start(PROFILE), system.start(PROFILE)];
  for (const { container } of [one, two]) {
    expect(container.vm.startOperations['clone']).toEqual({ templateClone: 1 });
    expect(container.vm.startOperations['kernel']).toBeUndefined();
  }
});
