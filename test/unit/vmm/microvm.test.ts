import { describe, expect, it } from 'vitest';
import {
  CAUSE_GUEST_OS,
  CAUSE_VMM,
  KernelClocks,
  CorePool,
  HostFiles,
  HostMemory,
  HostOutOfMemory,
  MicroVm,
  TemplateStore,
  type VmContext,
  newCounts,
} from '../../../src/vmm/index.ts';
import { HandleEnded, RefusedArgument } from '../../../src/check/index.ts';
import { Clock } from '../../../src/time/index.ts';
import { CONFIG, KERNEL } from '../../support/guest.ts';

const VMM = { processFrames: 100, tableFramesPerFrame: 1 / 512 };

function context(capacityFrames = 1e6): VmContext {
  const host = new HostMemory(capacityFrames);
  return {
    clocks: new KernelClocks(new Clock()),
    files: new HostFiles(host, 'shared'),
    host,
    pool: new CorePool(),
    vmm: VMM,
  };
}

describe('MicroVm', () => {
  it('shares the template once and keeps it while a clone lives', () => {
    const made = context();
    const template = new TemplateStore(made.host).get(CONFIG, true);
    const { account } = made.host;
    expect(made.host.heldFrames).toBe(0);
    const first = new MicroVm(0, template, made);
    const shared = template.image.backedFrames;
    expect(account[CAUSE_GUEST_OS]).toBe(shared + KERNEL.cloneWrittenFrames);
    const second = new MicroVm(1, template, made);
    expect(account[CAUSE_GUEST_OS]).toBe(shared + 2 * KERNEL.cloneWrittenFrames);
    expect(account[CAUSE_VMM]).toBe(200);
    first.stop(newCounts());
    expect(account[CAUSE_GUEST_OS]).toBe(shared + KERNEL.cloneWrittenFrames);
    second.stop(newCounts());
    expect(made.host.heldFrames).toBeCloseTo(0, 6);
  });

  it('owns everything when it booted by itself', () => {
    const made = context();
    const image = new TemplateStore(made.host).get(CONFIG, false);
    const vms = [0, 1].map((id) => new MicroVm(id, image, made));
    expect(made.host.account[CAUSE_GUEST_OS]).toBe(2 * image.image.backedFrames);
    expect(Object.keys(vms[0]?.startOperations ?? {})).toEqual(['vmm', 'kernel', 'agent']);
    for (const vm of vms) vm.stop(newCounts());
    expect(made.host.heldFrames).toBeCloseTo(0, 6);
  });

  it('starts from the same bytes after its core was used by another', () => {
    const made = context();
    const template = new TemplateStore(made.host).get(CONFIG, true);
    const first = new MicroVm(0, template, made);
    const hash = first.guest.core.hash();
    first.guest.files.read('data', 300, 0);
    expect(first.guest.core.hash()).not.toBe(hash);
    first.stop(newCounts());
    expect(new MicroVm(1, template, made).guest.core.hash()).toBe(hash);
  });

  it('does not start when the host has no room', () => {
    const made = context(2000);
    const image = new TemplateStore(made.host).get(CONFIG, false);
    expect(() => new MicroVm(0, image, made)).toThrow(HostOutOfMemory);
  });

  it('books no debt that its account does not have, and none after its end', () => {
    const made = context();
    const vm = new MicroVm(0, new TemplateStore(made.host).get(CONFIG, false), made);
    const debtor = { payBack(): void {} };
    const before = [...made.host.account];
    expect(() => vm.takeBack(1)).toThrow(RefusedArgument);
    expect(() => vm.putOff(debtor, 2 ** 50)).toThrow(RefusedArgument);
    expect([...made.host.account]).toEqual(before);
    vm.stop(newCounts());
    expect(() => vm.takeBack(0)).toThrow(HandleEnded);
    expect(() => vm.putOff(debtor, 0)).toThrow(HandleEnded);
    expect(made.host.heldFrames).toBeCloseTo(0, 6);
  });

  it('says why it ended in text', () => {
    const made = context();
    const vm = new MicroVm(0, new TemplateStore(made.host).get(CONFIG, false), made);
    expect(() => vm.kill(Object.create(null) as never)).toThrow(RefusedArgument);
    vm.kill('its host is off');
    expect(() => vm.expectRunning()).toThrow('its host is off');
  });
});
