import { describe, expect, it } from 'vitest';
import { HostMemory, ImageStore, TemplateStore } from '../../../src/vmm/index.ts';
import { CONFIG } from '../guest/setup.ts';

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
