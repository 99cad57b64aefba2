/** What the drivers and devices of a playground's machine say to each other. */
import { describe, expect, it } from 'vitest';
import { Rings } from '../../../src/play/rings.ts';
import { Session } from '../../../src/play/session.ts';

function messagesOf(...lines: readonly string[]): ReturnType<Session['run']>['messages'] {
  const session = new Session();
  return lines.map((line) => session.run(line)).at(-1)?.messages ?? [];
}

/** Queue, message and answer of each. */
function wordsOf(...lines: readonly string[]): string[] {
  return messagesOf(...lines).flatMap(({ device, last }) => {
    return last.map(({ queue, asked, answer }) => `${device} ${queue}: ${asked} → ${answer}`);
  });
}

it.each([undefined, {}, { device: {} }])('there are no rings of %j', (none) => {
  const rings = new Rings();
  expect(() => rings.watch('x', none as never)).toThrow('ringed');
  expect(rings.take()).toEqual([]);
});

describe('messages on the rings of a step', () => {
  it('are those of the step alone, each with its descriptors', () => {
    const [inflated, ...others] = messagesOf('boot 256', 'inflate 4', 'inflate 2');
    expect(others).toEqual([]);
    expect(inflated).toMatchObject({ device: 'balloon', count: 2 });
    expect(inflated?.last.map(({ queue, answer }) => [queue, answer])).toEqual([
      ['inflate', 'taken'],
      ['inflate', 'taken'],
    ]);
    expect(inflated?.last[0]?.asked).toMatch(/^have 256 pages: \d+–\d+/);
    expect(inflated?.last[0]?.descriptors).toMatch(/^0: 1024 B at 0x[\da-f]+ to read$/);
    expect(messagesOf('boot 256', 'inflate 4', 'start a')).toEqual([]);
  });

  it('of which there are many are counted, and the last shown', () => {
    const [inflated] = messagesOf('boot 256', 'inflate 40');
    expect(inflated?.count).toBe(40);
    expect(inflated?.last).toHaveLength(12);
  });

  it('say how a zone begins, is asked while it is idle, and ends', () => {
    const begin = ['boot 256 zones=128', 'start a 64 zone=64'];
    expect(wordsOf(...begin)).toEqual([
      'czone-virtio requests: create zone 1, limit 64 MiB → done',
      'czone-virtio requests: plug zone 1: 1 block from 0 → done, 1',
    ]);
    const idle = [...begin, 'touch a 20', 'idle a'];
    expect(wordsOf(...idle)).toEqual(['czone-virtio requests: zone 1 is idle → done']);
    expect(wordsOf(...idle, 'wait 4')).toEqual([
      'czone-virtio events: room for an event → reclaim zone 1, everything, request 1',
      'czone-virtio reports: request 1, zone 1 has free nothing, the last → done',
    ]);
    expect(wordsOf(...idle, 'exit a')).toEqual([
      'czone-virtio requests: destroy zone 1 → done, 10, 20 MiB',
    ]);
  });

  it('say what reporting tells the host, a buffer a range', () => {
    const [reported] = messagesOf('boot 256 reporting', 'wait 4');
    const [first] = reported?.last ?? [];
    expect(first?.asked).toMatch(/^free: \d+ pages: .* and \d+ more ranges$/);
    expect(first?.descriptors).toMatch(/^0: 4194304 B at 0x[\da-f]+ to write, .* and \d+ more$/);
  });
});
