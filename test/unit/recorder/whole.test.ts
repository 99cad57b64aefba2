import { describe, expect, it } from 'vitest';
import { expectWhole } from '../../../src/recorder/whole.ts';

const STATS = 'entries: 5\noverrun: 0\ncommit overrun: 0\ndropped events: 0\nread events: 5\n';
const STATE = 'pagestate start pageblock_order 9 pcp_lists 14\nend\n';

function files(changed: Readonly<Record<string, string>> = {}): Map<string, Uint8Array> {
  const all = {
    tracestats: STATS,
    extrastats: STATS,
    'pagestate.start': STATE,
    'pagestate.end': STATE,
    ...changed,
  };
  return new Map(Object.entries(all).map(([name, text]) => [name, Buffer.from(text)]));
}

describe('what a guest left', () => {
  it('is all of it', () => {
    expect(() => expectWhole(files())).not.toThrow();
  });

  it.each([
    ['overrun', 2],
    ['commit overrun', 3],
    ['dropped events', 4],
  ])('lacks events by %s', (word, line) => {
    const lost = STATS.replace(`${word}: 0`, `${word}: 12`);
    expect(() => expectWhole(files({ extrastats: lost }))).toThrow(
      `extrastats:${line}: 12 events lost (${word})`,
    );
  });

  it('has a state that is cut off', () => {
    const cut = STATE.replace('end\n', 'free 0 1 17');
    expect(() => expectWhole(files({ 'pagestate.end': cut }))).toThrow('pagestate.end:2: cut off');
  });

  it('has no state at all', () => {
    expect(() => expectWhole(new Map())).toThrow('pagestate.start:1: cut off');
  });
});
