import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import {
  type Known,
  UnreadableState,
  bound,
  partial,
  readGraph,
  writeGraph,
} from '../../../src/graph/index.ts';

function addTo(sum: { total: number }, value: number): void {
  sum.total += value;
}

class Node {
  private readonly _name: string;
  next: Node | undefined;
  fire: () => void = bound(this, this._grow);
  grown = 0;

  constructor(name: string) {
    this._name = name;
  }

  private _grow(): void {
    this.grown += 1;
  }

  get name(): string {
    return this._name;
  }
}

const KNOWN: Known = { classes: { Node }, values: { addTo } };

function again<T>(root: T & object): T {
  return readGraph(writeGraph(root, KNOWN), KNOWN) as T;
}

describe('a graph that is read back', () => {
  it('has equal values of every kind', () => {
    const holes = [1];
    holes[3] = 4;
    const root = {
      numbers: [0, -0, Number.NaN, Infinity, -Infinity, 1e-300, 2 ** 53, 0.1],
      words: ['', 'ä€𝄞', 'NaN', '\ud800'],
      others: [undefined, null, true, 12345678901234567890n, -1n],
      holes,
      map: new Map<unknown, unknown>([
        ['a', 1],
        [2, { b: 3 }],
      ]),
      set: new Set([1, 'a', 3n]),
      nothing: {},
    };
    const back = again(root);
    expect(back).toEqual(root);
    expect(Object.is(back.numbers[1], -0)).toBe(true);
    expect(1 in back.holes).toBe(false);
  });

  it('shares what was shared: circles, buffers under several arrays, objects in maps', () => {
    const a = new Node('a');
    a.next = new Node('b');
    a.next.next = a;
    const { buffer } = new Float64Array([1, 2, 3]);
    const root = {
      a,
      parts: [new Uint8Array(buffer, 8, 8), new Float64Array(buffer)],
      by: new Map([[a, 1]]),
    };
    const back = again(root);
    expect(back.a).toBeInstanceOf(Node);
    expect(back.a.name).toBe('a');
    expect(back.a.next?.next).toBe(back.a);
    expect(back.by.get(back.a)).toBe(1);
    const [bytes, doubles] = back.parts as [Uint8Array, Float64Array];
    expect(bytes.buffer).toBe(doubles.buffer);
    expect([...doubles]).toEqual([1, 2, 3]);
    expect(bytes.byteOffset).toBe(8);
  });

  it('has functions that act on what was read, not on what was written', () => {
    const a = new Node('a');
    const sum = { total: 0 };
    const root = { a, sum, add: partial(addTo, sum) };
    const back = again(root);
    back.a.fire();
    back.add(5);
    expect([back.a.grown, back.sum.total, a.grown, sum.total]).toEqual([1, 5, 0, 0]);
  });

  it('keeps plain data whatever it is', () => {
    const data = fc
      .jsonValue()
      .filter(
        (one) =>
          typeof one === 'object' && one !== null && !JSON.stringify(one).includes('__proto__'),
      );
    fc.assert(
      fc.property(data, (one) => {
        expect(again(one as object)).toEqual(one);
      }),
    );
  });
});

function text(nodes: unknown[], shapes: unknown[] = []): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify({ shapes, nodes, root: [0] }));
  const out = new Uint8Array(4 + json.length);
  new DataView(out.buffer).setUint32(0, json.length, true);
  out.set(json, 4);
  return out;
}

describe('bytes that are no graph', () => {
  const bytes = writeGraph({ a: new Node('a'), memory: new Uint8Array(10_000).fill(1) }, KNOWN);

  it('are refused however they are cut', () => {
    for (const end of [0, 3, 4, 50, bytes.length - 1]) {
      expect(() => readGraph(bytes.slice(0, end), KNOWN)).toThrow(UnreadableState);
    }
    expect(() => readGraph(Uint8Array.of(...bytes.slice(0, 400), 0), KNOWN)).toThrow(
      UnreadableState,
    );
  });

  it('are read or refused in words when a byte is another', () => {
    for (let at = 0; at < Math.min(bytes.length, 600); at += 1) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] as number) ^ 1;
      try {
        readGraph(damaged, KNOWN);
      } catch (error) {
        expect(error).toBeInstanceOf(UnreadableState);
      }
    }
  });

  it('name no class, function or method that the program does not', () => {
    const foreign = [
      text([[0]], [['Other']]),
      text([[0, 1]], [['', '__proto__']]),
      text([[-8, 'eval']]),
      text([[-6, [1], 'constructor'], [0]], [['Node']]),
      text([[-6, [1], 'toString'], [0]], [['Node']]),
      text([[-7, [0]]]),
      text([
        [-4, 'Uint8Array', 1, 0, 9],
        [-5, 4],
      ]),
      text([[-5, 1e12]]),
    ];
    for (const one of foreign) expect(() => readGraph(one, KNOWN)).toThrow(UnreadableState);
  });
});
