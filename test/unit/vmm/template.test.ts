// Images of booted machines: one for each machine, on the host as long as a VM uses it.

import { describe, expect, it } from 'vitest';
import { CAUSE_GUEST_OS, HostMemory, HostOutOfMemory } from '../../../src/vmm/host.ts';
import { ImageStore, TemplateStore } from '../../../src/vmm/template.ts';
import { CONFIG, KERNEL } from '../../support/guest.ts';

describe('a store of templates', () => {
  it('boots a machine once', () => {
    const store = new TemplateStore(new HostMemory(1e6));
    const template = store.get(CONFIG, true);
    expect(store.get({ ...CONFIG, kernel: { ...KERNEL } }, true)).toBe(template);
  });

  it.each([
    ['memory', { memoryFrames: 44 * 256 }],
    ['CPUs', { cpus: 1 }],
    ['kernel', { kernel: { ...KERNEL, agentFrames: 301 } }],
    ['build', { build: 'release' as const }],
    ['huge pages', { thp: false }],
    ['processes', { processes: 5 }],
  ])('takes one of another %s for another', (_, different) => {
    const store = new TemplateStore(new HostMemory(1e6));
    expect(store.get({ ...CONFIG, ...different }, true)).not.toBe(store.get(CONFIG, true));
  });

  it('keeps what is shared apart from what is not', () => {
    const store = new TemplateStore(new HostMemory(1e6));
    expect(store.get(CONFIG, false)).not.toBe(store.get(CONFIG, true));
  });
});

describe('a template', () => {
  it('is on the host once, from its first VM to its last', () => {
    const host = new HostMemory(1e6);
    const template = new TemplateStore(host).get(CONFIG, true);
    expect(host.heldFrames).toBe(0);
    template.hold();
    template.hold();
    expect(host.account[CAUSE_GUEST_OS]).toBe(template.image.backedFrames);
    template.drop();
    expect(host.heldFrames).toBe(template.image.backedFrames);
    template.drop();
    expect(host.heldFrames).toBe(0);
  });

  it('that clones do not share is not on the host: each of them is', () => {
    const host = new HostMemory(1e6);
    const template = new TemplateStore(host).get(CONFIG, false);
    template.hold();
    expect(host.heldFrames).toBe(0);
  });

  it('must fit', () => {
    const template = new TemplateStore(new HostMemory(10)).get(CONFIG, true);
    expect(() => template.hold()).toThrow(HostOutOfMemory);
  });
});

describe('images of booted machines', () => {
  it('are shared by hosts, and what a host holds of them is not', () => {
    const images = new ImageStore();
    const hosts = [new HostMemory(1e6), new HostMemory(1e6)] as const;
    const templates = hosts.map((host) => new TemplateStore(host, images).get(CONFIG, true));
    expect(templates[0]?.image).toBe(templates[1]?.image);
    templates[0]?.hold();
    expect(hosts[0].heldFrames).toBe(templates[0]?.image.backedFrames);
    expect(hosts[1].heldFrames).toBe(0);
  });

  it('differ with what a machine is, and with whether its frames are shared', () => {
    const store = new TemplateStore(new HostMemory(1e6), new ImageStore());
    const template = store.get(CONFIG, true);
    expect(store.get({ ...CONFIG }, true)).toBe(template);
    expect(store.get(CONFIG, false)).not.toBe(template);
    expect(store.get({ ...CONFIG, cpus: CONFIG.cpus + 1 }, true).image).not.toBe(template.image);
    const kernel = { ...CONFIG.kernel, agentFrames: CONFIG.kernel.agentFrames + 1 };
    expect(store.get({ ...CONFIG, kernel }, true).image).not.toBe(template.image);
  });

  it('are the oldest that are given up', () => {
    const images = new ImageStore(1);
    const first = images.get('a', CONFIG, true);
    expect(images.get('a', CONFIG, true)).toBe(first);
    images.get('b', CONFIG, true);
    expect(images.get('a', CONFIG, true)).not.toBe(first);
  });
});
