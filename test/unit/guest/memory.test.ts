// Who is asked about a shortage, and in which order.

import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { STATUS_BUSY, STATUS_NO_MEMORY, STATUS_ZONE_FULL } from '../../../src/core/index.ts';
import { GuestMemory, GuestOutOfMemory, Process } from '../../../src/guest/index.ts';
import { usedFrames } from '../../../src/guest/use.ts';
import { bootGuest } from '../../support/core.ts';
import { CONFIG, makeGuest } from '../../support/guest.ts';

function makeMemory(): { memory: GuestMemory; asked: string[] } {
  return { memory: new GuestMemory(bootGuest(), false), asked: [] };
}

describe('GuestMemory', () => {
  it('asks the relievers of a status in the order in which they registered', () => {
    const { memory, asked } = makeMemory();
    const reliever = (name: string, helps: boolean) => (cpu: number) => {
      asked.push(`${name} ${cpu}`);
      return helps;
    };
    memory.addReliever(STATUS_NO_MEMORY, reliever('first', false));
    memory.addReliever(STATUS_ZONE_FULL, reliever('zone', true));
    memory.addReliever(STATUS_NO_MEMORY, reliever('second', true));
    memory.addReliever(STATUS_NO_MEMORY, reliever('third', true));
    expect(memory.askRelievers(STATUS_NO_MEMORY, 3)).toBe(true);
    expect(asked).toEqual(['first 3', 'second 3']);
    expect(memory.askRelievers(STATUS_BUSY, 0)).toBe(false);
  });

  it('has shrinkers give up pages one after the other until there are enough', () => {
    const { memory, asked } = makeMemory();
    for (const pages of [20, 30, 40]) {
      const shrink = (wanted: number): number => {
        asked.push(`${pages}: ${wanted}`);
        return Math.min(wanted, pages);
      };
      memory.addShrinker({ pages, shrink });
    }
    expect(memory.cachedPages).toBe(90);
    expect(memory.shrink(32)).toBe(32);
    expect(asked).toEqual(['20: 32', '30: 12']);
  });

  it('asks every OOM notifier, whether or not one before it gave pages', () => {
    const { memory, asked } = makeMemory();
    for (const [name, pages] of [
      ['balloon', 8],
      ['other', 0],
    ] as const) {
      memory.addOomNotifier(() => {
        asked.push(name);
        return pages;
      });
    }
    expect(memory.notifyOom()).toBe(true);
    expect(asked).toEqual(['balloon', 'other']);
  });
});

describe('the account', () => {
  it('after a touch that ran out of memory half-way is what a walk finds, and so after its exit', () => {
    const guest = makeGuest();
    const { core, memory } = guest;
    const process = new Process(guest, { cpu: 0, kernelFrames: 8, mappedPages: 1000 });
    process.touch(0, 100, true);
    expect(memory.used.anonymous).toBe(100);
    // the agent's memory looks like a process's where nobody says whose it is
    const walk = (): number => usedFrames(core, new Map(), 0).anonymous;
    const agent = walk() - 100;
    expect(() => process.touch(100, CONFIG.memoryFrames, true)).toThrow(GuestOutOfMemory);
    expect(memory.used.anonymous).toBe(walk() - agent);
    expect(memory.used.anonymous).toBeGreaterThan(1000);
    expect(memory.idleFrames).toBe(
      core.privateFrames - Object.values(memory.used).reduce((sum, frames) => sum + frames, 0),
    );
    process.exit();
    expect(memory.used.anonymous).toBe(0);
  });
});

it('whoever is asked in a shortage can be asked', () => {
  const { memory } = makeMemory();
  const calls: readonly (() => unknown)[] = [
    () => memory.addShrinker({ pages: 5 } as never),
    () => memory.addReliever(1, 5 as never),
    () => memory.addOomNotifier('x' as never),
    () => memory.addMoveListener(undefined as never),
    () => memory.addOwner({} as never),
    () => memory.asSystem(-1 as never),
    () => memory.shrink(5n as never),
    () => memory.reclaimDirectly(Symbol('x') as never),
    () => memory.dropSystemPages(Symbol('x') as never, () => 0),
    () => memory.dropSystemPages(5, 5 as never),
  ];
  for (const call of calls) expect(call).toThrow(RefusedArgument);
});
