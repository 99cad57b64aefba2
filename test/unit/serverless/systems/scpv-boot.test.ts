import { expect, it } from 'vitest';
import { makeSystem, PROFILE } from '../../../support/serverless.ts';

it('boots a kernel and an agent for each container', () => {
  const system = makeSystem('scpv-boot');
  for (let count = 0; count < 2; count += 1) {
    const { startOperations } = system.start(PROFILE).container.vm;
    expect(startOperations).toMatchObject({
      kernel: { kernelBoot: 1 },
      agent: { agentStart: 1 },
    });
    expect(startOperations['clone']).toBeUndefined();
  }
});
