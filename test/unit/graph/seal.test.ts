import { describe, expect, it } from 'vitest';
import { UnreadableState, expectSame, isSealed, seal, unseal } from '../../../src/graph/index.ts';

const PARTS = new Map([
  ['a', Uint8Array.of(1, 2, 3)],
  ['b', new Uint8Array(0)],
  ['c', new Uint8Array(1000).fill(7)],
]);
const BYTES = seal({ kind: 'thing', of: { trace: 'x' }, parts: PARTS });

describe('sealed bytes', () => {
  it('have their kind, what they are of, and their parts', () => {
    const { kind, of, parts } = unseal('thing', BYTES);
    expect([kind, of]).toEqual(['thing', { trace: 'x' }]);
    expect([...parts].map(([name, part]) => [name, [...part]])).toEqual(
      [...PARTS].map(([name, part]) => [name, [...part]]),
    );
    expect(isSealed(BYTES)).toBe(true);
  });

  it('may lie anywhere in a buffer', () => {
    const shifted = new Uint8Array(BYTES.length + 1);
    shifted.set(BYTES, 1);
    expect(unseal('thing', shifted.subarray(1)).parts.size).toBe(3);
  });

  it('are refused where any one bit is another', () => {
    for (let bit = 0; bit < BYTES.length * 8; bit += 7) {
      const damaged = BYTES.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => unseal('thing', damaged), `bit ${bit}`).toThrow(UnreadableState);
    }
  });

  it('are refused when they are cut or longer', () => {
    for (const end of [0, 3, 4, 8, 12, 20, BYTES.length - 4, BYTES.length - 1]) {
      expect(() => unseal('thing', BYTES.slice(0, end)), `${end} bytes`).toThrow(UnreadableState);
    }
    expect(() => unseal('thing', Uint8Array.of(...BYTES, 0, 0, 0, 0))).toThrow(UnreadableState);
  });

  it('of another kind or form are refused in words', () => {
    expect(() => unseal('other', BYTES)).toThrow('expected a other, found a thing');
    const older = BYTES.slice();
    older[4] = 0;
    expect(() => unseal('thing', older)).toThrow(/expected form 1, found form 0: another version/);
    expect(() => unseal('thing', new TextEncoder().encode('start_ms,function'))).toThrow(
      'a file of another kind',
    );
  });
});

it('what was written where something else was is named', () => {
  expect(() => expectSame({ trace: 'x' }, { trace: 'x' })).not.toThrow();
  expect(() => expectSame({ trace: 'x' }, { trace: 'y' })).toThrow(
    'expected the same trace (y), found another (x)',
  );
  expect(() => expectSame({}, { core: 'y' })).toThrow('found another (none)');
});
