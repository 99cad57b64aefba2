// Who is asked about a shortage, and in which order.

import { describe, expect, it } from 'vitest';
import { STATUS_BUSY, STATUS_NO_MEMORY, STATUS_ZONE_FULL } from '../../../src/core/index.ts';
import { GuestMemory } from '../../../src/guest/index.ts';
import { bootGuest } from '../../support/core.ts';

function makeMemory(): { memory: GuestMemory; asked: string[] } {
  return { memory: new GuestMemory(bootGuest(), false), asked: [] };
}

describe('GuestMemory', () => {
  it('asks the relievers of a status in the order in which they registered', () => {
    const { memory, asked } = makeMemory();
    const reliever = (name: string, helps: boolean) => (): boolean => {
      asked.push(name);
      return helps;
    };
    memory.addReliever(STATUS_NO_MEMORY, reliever('first', false));
    memory.addReliever(STATUS_ZONE_FULL, reliever('zone', true));
    memory.addReliever(STATUS_NO_MEMORY, reliever('second', true));
    memory.addReliever(STATUS_NO_MEMORY, reliever('third', true));
    expect(memory.askRelievers(STATUS_NO_MEMORY)).toBe(true);
    expect(asked).toEqual(['first', 'second']);
    expect(memory.askRelievers(STATUS_BUSY)).toBe(false);
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
