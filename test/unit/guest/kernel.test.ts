import { describe, expect, it } from 'vitest';
import {
  COUNT_TEMPLATE_COPIES,
  COUNT_TEMPLATE_MAPS,
  GuestKernel,
  memmapFrames,
  newCounts,
  verify,
} from '../../../src/guest/index.ts';
import { CONFIG, CZONE_CONFIG, KERNEL, makeGuest } from '../../support/guest.ts';
import { takeCensus } from '../../support/census.ts';

const SYSTEM_FRAMES =
  KERNEL.imageFrames + KERNEL.dynamicFrames + KERNEL.pageCacheFrames + KERNEL.agentFrames;

describe('GuestKernel', () => {
  it('holds its footprint and the memmap of its memory after a boot', () => {
    const image = GuestKernel.bootImage(CONFIG, false);
    expect(image.backedFrames).toBe(SYSTEM_FRAMES + memmapFrames(CONFIG.memoryFrames));
    expect(memmapFrames(CONFIG.memoryFrames)).toBe(160);
  });

  it('owns all of its frames after a cold boot and none of the template as a clone', () => {
    const booted = makeGuest(CONFIG, false);
    expect(booted.core.privateFrames).toBe(SYSTEM_FRAMES + 160);
    expect(booted.memory.frames.guestOs).toBe(SYSTEM_FRAMES + 160);
    expect(booted.memory.idleFrames).toBe(0);
    const image = GuestKernel.bootImage(CONFIG, true);
    expect(image.backedFrames).toBe(SYSTEM_FRAMES + 160);
  });

  it('comes from no image of a machine that cannot be', () => {
    const image = GuestKernel.bootImage(CONFIG, true);
    const guest = makeGuest(CONFIG, true);
    for (const config of [guest, { ...CONFIG, kernel: undefined }, { ...CONFIG, cpus: 0 }]) {
      const other = { ...image, config: config as never };
      const make = (): GuestKernel => GuestKernel.fromImage(other, guest.core, undefined as never);
      expect(make).toThrow(/^(?:machine|kernel|cpus|memoryFrames)/);
    }
  });

  it('carries out polls in the background as other work of drivers, and counts only that', () => {
    const guest = makeGuest(CONFIG, false);
    const done: string[] = [];
    guest.addPoll(() => done.push('poll'));
    expect(guest.hasDriversWork).toBe(false);
    guest.addWork(() => done.push('work'));
    expect(() => guest.addWork(7 as never)).toThrow('work: expected a function');
    expect(guest.hasDriversWork).toBe(true);
    guest.runBackground();
    expect(done).toEqual(['poll', 'work']);
    expect(() => guest.addPoll(5 as never)).toThrow('work: expected a function, found 5');
    guest.runBackground();
  });

  it('copies what a clone writes and maps what it reads', () => {
    const clone = makeGuest(CONFIG, true);
    const counts = newCounts();
    clone.readCounts(counts);
    expect(counts[COUNT_TEMPLATE_COPIES]).toBe(KERNEL.cloneWrittenFrames);
    expect(counts[COUNT_TEMPLATE_MAPS]).toBe(KERNEL.cloneReadFrames);
    expect(clone.core.privateFrames).toBe(KERNEL.cloneWrittenFrames);
    expect(clone.memory.frames.guestOs).toBe(KERNEL.cloneWrittenFrames);
  });

  it('is sound right after the boot and after the clone woke up', () => {
    for (const config of [CONFIG, CZONE_CONFIG]) {
      for (const template of [false, true]) {
        expect(verify(makeGuest(config, template).core)).toBeUndefined();
      }
    }
  });

  it('writes one frame of the memmap for 64 frames in use', () => {
    const clone = makeGuest(CONFIG, true);
    const before = clone.memory.frames.guestOs;
    clone.noteMemmap();
    expect(clone.memory.frames.guestOs - before).toBe(memmapFrames(before));
    // the memmap's own frames count as in use the next time
    clone.noteMemmap();
    clone.noteMemmap();
    expect(clone.memory.frames.guestOs - before).toBe(memmapFrames(before) + 1);
  });

  it('finds no private free frame in a clone that freed nothing', () => {
    expect(takeCensus(makeGuest().core).idleFrames).toBe(0);
  });
});
