/** What every system must hold to. One small function, a real core behind it. */
import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  CAUSE_ANONYMOUS,
  COUNT_HOST_FAULTS,
  SYSTEMS,
  START_STEPS,
  type StartStep,
  newCounts,
  systemOf,
} from '../../../../src/serverless/index.ts';
import { makeSystem, PROFILE, vmCount } from '../../../support/serverless.ts';

const LLFREE_ROW_FRAMES = 64;

/** Steps of a VM's start and of a container's in it. */
const STEPS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'scpv-boot': [
    ['vmm', 'kernel', 'agent'],
    ['container', 'runtime'],
  ],
  'scpv-template': [
    ['vmm', 'clone'],
    ['container', 'runtime'],
  ],
  'scpv-snapshot': [['vmm', 'clone'], ['memory']],
  'scpv-fork': [['clone'], ['parent']],
  'mcpv-static': [
    ['vmm', 'clone'],
    ['container', 'runtime'],
  ],
  'mcpv-czone': [
    ['vmm', 'clone'],
    ['zone', 'container', 'runtime'],
  ],
  'mcpv-balloon': [
    ['vmm', 'clone'],
    ['grow', 'container', 'runtime'],
  ],
  'mcpv-hyperalloc': [
    ['vmm', 'clone'],
    ['grow', 'container', 'runtime'],
  ],
  'mcpv-reporting': [
    ['vmm', 'clone'],
    ['grow', 'container', 'runtime'],
  ],
  'mcpv-virtio-mem': [
    ['vmm', 'clone'],
    ['grow', 'container', 'runtime'],
  ],
  'mcpv-dimm': [
    ['vmm', 'clone'],
    ['grow', 'container', 'runtime'],
  ],
  'mcpv-squeezy': [
    ['vmm', 'clone'],
    ['zone', 'container', 'runtime'],
  ],
  'mcpv-faascale': [
    ['vmm', 'clone'],
    ['zone', 'container', 'runtime'],
  ],
};

/** Containers that go on from an image have to themselves what they write of it, and the image stays with the host. */
const FROZEN: readonly string[] = ['scpv-snapshot', 'scpv-fork'];

describe('the list', () => {
  it('says of each system where it is described and what it does not do', () => {
    for (const { name, source, limits } of SYSTEMS) {
      for (const text of [source, limits]) expect(text, name).toMatch(/^[A-Za-z].*\.$/);
    }
  });

  it('is read with arguments where a system has some, and refuses what it cannot read', () => {
    expect(systemOf('mcpv-reporting:0/500ms').name).toBe('mcpv-reporting:0/500ms');
    expect(systemOf('mcpv-dimm:online_kernel').name).toBe('mcpv-dimm:online_kernel');
    for (const text of [
      'mcpv',
      'mcpv-static:1',
      'mcpv-reporting:11',
      'mcpv-reporting:9/2',
      'mcpv-virtio-mem:offline',
      'mcpv-dimm:',
    ]) {
      expect(() => systemOf(text), text).toThrow(ArgumentError);
    }
  });
});

describe.each(SYSTEMS.map((spec) => spec.name))('%s', (name) => {
  it.skipIf(FROZEN.includes(name))(
    'holds what containers hold while they live, and nothing after',
    () => {
      const system = makeSystem(name);
      const { account } = system.host;
      const containers = [0, 1, 2].map(() => system.start(PROFILE).container);
      expect(account[CAUSE_ANONYMOUS]).toBe(3 * PROFILE.anonymousFrames);
      for (const container of containers) system.stop(container);
      expect(account[CAUSE_ANONYMOUS]).toBe(0);
      expect(system.host.heldFrames).toBeCloseTo(0, 6);
      expect(vmCount(system)).toBe(0);
    },
  );

  it.skipIf(FROZEN.includes(name))(
    'gives a call temporary memory until it ends, faulting host memory only the first time',
    () => {
      const system = makeSystem(name);
      const { container } = system.start(PROFILE);
      const { account } = system.host;
      const first = newCounts();
      container.begin(first, newCounts());
      expect(account[CAUSE_ANONYMOUS]).toBe(PROFILE.anonymousFrames + PROFILE.callTemporaryFrames);
      container.end(newCounts(), newCounts());
      expect(account[CAUSE_ANONYMOUS]).toBe(PROFILE.anonymousFrames);
      const second = newCounts();
      container.begin(second, newCounts());
      // LLFree goes on in the row where it was: what is left of that row is new
      const most = name === 'mcpv-hyperalloc' ? LLFREE_ROW_FRAMES - 1 : 0;
      expect(second[COUNT_HOST_FAULTS]).toBeLessThanOrEqual(most);
    },
  );

  it('starts in the steps of its kind, in the order in which reports add them up', () => {
    const start = makeSystem(name).start(PROFILE);
    const vm = Object.keys(start.container.vm.startOperations);
    const container = Object.keys(start.operations);
    expect([vm, container]).toEqual(STEPS[name]);
    for (const steps of [vm, container]) {
      const order = steps.map((step) => START_STEPS.indexOf(step as StartStep));
      expect(order).toEqual(order.toSorted((a, b) => a - b));
      expect(order).not.toContain(-1);
    }
  });
});
