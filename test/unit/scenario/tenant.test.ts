import { describe, expect, it } from 'vitest';

import { loneVm } from '../../../src/scenario/guest.ts';
import { limitOf, Tenant } from '../../../src/scenario/tenant.ts';
import { Clock } from '../../../src/time/index.ts';
import type { MicroVm } from '../../../src/vmm/index.ts';

const SIZE = { heapFrames: 1000, fileFrames: 300 };

function vmOf(): MicroVm {
  return loneVm({ memoryFrames: 65536, processes: 4, build: 'verify' }, new Clock());
}

function anonymous(vm: MicroVm): number {
  return vm.guest.memory.frames.anonymous;
}

describe('a container', () => {
  it('begins with half of its heap, and is grown after 16 calls', () => {
    const vm = vmOf();
    const tenant = new Tenant(vm, 0, SIZE, undefined);
    expect([anonymous(vm), tenant.isGrown]).toEqual([500, false]);
    for (let call = 0; call < 15; call++) tenant.growingCall();
    expect(tenant.isGrown).toBe(false);
    tenant.growingCall();
    expect([anonymous(vm), tenant.isGrown]).toEqual([1000, true]);
    tenant.growingCall();
    expect(anonymous(vm)).toBe(1000);
  });

  it('of an odd heap grows to it exactly', () => {
    const vm = vmOf();
    const tenant = new Tenant(vm, 0, { heapFrames: 7, fileFrames: 1 }, undefined);
    expect(anonymous(vm)).toBe(4);
    while (!tenant.isGrown) tenant.growingCall();
    expect(anonymous(vm)).toBe(7);
  });

  it('shares its files with the others, and leaves them behind', () => {
    const vm = vmOf();
    const before = vm.guest.files.pages;
    const tenants = [0, 1].map((owner) => new Tenant(vm, owner, SIZE, undefined));
    expect(vm.guest.files.pages - before).toBe(300);
    for (const tenant of tenants) tenant.exit();
    expect([anonymous(vm), vm.guest.files.pages - before]).toEqual([0, 300]);
  });

  it('has a buffer for the length of a call, which counts as held all the time', () => {
    const vm = vmOf();
    const tenant = new Tenant(vm, 0, SIZE, undefined);
    const held = tenant.heldFrames;
    expect(held).toBeGreaterThan(500);
    tenant.call();
    expect([anonymous(vm), tenant.heldFrames]).toEqual([500, held]);
  });

  it('gives the end of its heap back, and can write it again', () => {
    const vm = vmOf();
    const tenant = new Tenant(vm, 0, SIZE, undefined);
    tenant.writeHeap(900);
    tenant.shrinkHeap(200);
    expect(anonymous(vm)).toBe(200);
    tenant.writeHeap(100);
    expect(anonymous(vm)).toBe(200);
    tenant.shrinkHeap(50);
    expect(anonymous(vm)).toBe(50);
    tenant.writeHeap(1000);
    expect([anonymous(vm), tenant.isGrown]).toEqual([1000, true]);
  });
});

describe('the limit of a zone', () => {
  it('is whole blocks for heap and buffer, with some slack', () => {
    const exact = limitOf(SIZE, 1);
    expect(exact).toBeGreaterThan(1000);
    expect(exact).toBeLessThan(3000);
    expect(limitOf(SIZE, 512)).toBe(Math.ceil(exact / 512) * 512);
  });

  it('is enough for all that the container ever holds', () => {
    const tenant = new Tenant(vmOf(), 0, SIZE, undefined);
    while (!tenant.isGrown) tenant.growingCall();
    expect(tenant.heldFrames).toBeLessThan(limitOf(SIZE, 1));
  });
});
