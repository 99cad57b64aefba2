import { describe, expect, it } from 'vitest';
import { bound, readGraph, writeGraph } from '../../../src/graph/index.ts';

class Ticker {
  count = 0;

  tick(by: number): void {
    this.count += by;
  }
}

describe('what is refused says where it lies', () => {
  it.each([
    ['a closure', { a: { b: [() => 1] } }, /^root\.a\.b\[0\]: a function/],
    ['a class without a name', { a: new Ticker() }, /^root\.a: .*Ticker/],
    [
      'an accessor',
      {
        get a() {
          return 1;
        },
      },
      /^root\.a: an accessor/,
    ],
    ['a symbol', { a: Symbol('s') }, /^root\.a: a symbol/],
    ['a weak map', new Map([[1, new WeakMap()]]), /^root\.<map>: .*WeakMap/],
    ['memory that threads share', [new SharedArrayBuffer(8)], /^root\[0\]: .*SharedArrayBuffer/],
  ])('%s', (_what, root, message) => {
    expect(() => writeGraph(root, {})).toThrow(message);
  });

  it('a function bound to what has no such method', () => {
    const ticker = Object.assign(new Ticker(), { own(): void {} });
    const root = { fire: bound(ticker, ticker.own) };
    expect(() => writeGraph(root, { classes: { Ticker } })).toThrow(/^root\.fire: /);
  });
});

function someGraph(): object {
  return { a: [1, 2], memory: new Uint8Array(1_000_000), b: new Map() };
}

it('bytes are equal for equal graphs, and zero pages take none', () => {
  const bytes = writeGraph(someGraph(), {});
  expect(writeGraph(someGraph(), {})).toEqual(bytes);
  expect(bytes.length).toBeLessThan(1000);
});

it('what is named is not copied', () => {
  const named = { big: 'x'.repeat(1000) };
  const known = { values: { named } };
  const bytes = writeGraph([named], known);
  expect(bytes.length).toBeLessThan(200);
  expect((readGraph(bytes, known) as object[])[0]).toBe(named);
});

it('more nodes than are a text together come back', () => {
  const many = Array.from({ length: 5000 }, (_, at) => ({ at, name: `ä${at}` }));
  expect(readGraph(writeGraph(many, {}), {})).toEqual(many);
});

it('pieces are packed one by one, and what they become is the whole', () => {
  const pages = Array.from({ length: 300 }, (_, at) => new Uint8Array(8192).fill(at + 1));
  const root = { pages, many: Array.from({ length: 3000 }, (_, at) => ({ at })) };
  const plain = writeGraph(root, {});
  const lasts: boolean[] = [];
  const packed = writeGraph(root, {}, (piece, isLast) => {
    lasts.push(isLast);
    return piece.map((byte) => byte ^ 0xff);
  });
  expect(packed.map((byte) => byte ^ 0xff)).toEqual(plain);
  expect(lasts.length).toBeGreaterThan(4);
  expect(lasts.indexOf(true)).toBe(lasts.length - 1);
});
