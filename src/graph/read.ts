// Reads back what write.ts wrote. No constructor runs: objects get their class and their properties. The bytes are not trusted
// with more than what the program names; what they say of it is.

import { bound, partial } from './bound.ts';
import { UnreadableState } from './error.ts';
import {
  BIGINT,
  type GraphText,
  HOLE,
  KIND_ARRAY,
  KIND_BOUND,
  KIND_BUFFER,
  KIND_MAP,
  KIND_NAMED,
  KIND_PARTIAL,
  KIND_SET,
  KIND_SPECIAL,
  KIND_VIEW,
  type Node,
  ODD_NUMBERS,
  PAGE_BYTES_OF_RUNS,
  type Shape,
  TEXT_LENGTH_BYTES,
  VIEWS,
} from './form.ts';
import { type Known, Names } from './known.ts';

type Call = (...args: unknown[]) => unknown;

function expect(holds: boolean, what: string): asserts holds {
  if (!holds) throw new UnreadableState(`state: expected ${what}`);
}

/** A whole number of 0 or more that no array of this size goes beyond. */
function expectCount(value: unknown, most: number, what: string): number {
  expect(Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most, what);
  return value as number;
}

const ODD = new Map(ODD_NUMBERS);

/** No buffer or memory is larger. */
const BYTES_MAX = 2 ** 32;

class GraphReader {
  private readonly _names: Names;
  private readonly _text: GraphText;
  private readonly _memory: Uint8Array;
  private _used = 0;
  private readonly _made: object[] = [];
  /** Functions that are being made: one that is among its own arguments is none of ours. */
  private readonly _open: Set<number> = new Set();

  constructor(names: Names, text: GraphText, memory: Uint8Array) {
    this._names = names;
    this._text = text;
    this._memory = memory;
  }

  read(): unknown {
    const { nodes, root } = this._text;
    // memory lies in the order of the nodes
    for (let id = 0; id < nodes.length; id += 1) {
      const node = this._node(id);
      if (node[0] === KIND_BUFFER || node[0] === KIND_SPECIAL) this._made[id] = this._shell(node);
    }
    for (let id = 0; id < nodes.length; id += 1) this._get(id);
    for (let id = 0; id < nodes.length; id += 1)
      this._fill(this._made[id] as object, this._node(id));
    expect(this._used === this._memory.length, 'memory that belongs to a node');
    return this._value(root);
  }

  private _node(id: number): Node {
    const node = this._text.nodes[id];
    expect(Array.isArray(node), 'a node');
    return node;
  }

  private _get(id: number): object {
    const known = this._made[id];
    if (known !== undefined) return known;
    expect(!this._open.has(id), 'a graph without a function in itself');
    this._open.add(id);
    const made = this._shell(this._node(id));
    this._open.delete(id);
    this._made[id] = made;
    return made;
  }

  private _reference(value: unknown): object {
    return this._get(expectCount(value, this._text.nodes.length - 1, 'the number of a node'));
  }

  /** The object of a node, empty where others are in it. */
  private _shell(node: Node): object {
    switch (node[0]) {
      case KIND_ARRAY:
        return [];
      case KIND_MAP:
        return new Map();
      case KIND_SET:
        return new Set();
      case KIND_VIEW:
        return this._view(node);
      case KIND_BUFFER:
        return this._buffer(node);
      case KIND_BOUND:
        return this._bound(node);
      case KIND_PARTIAL:
        return partial(this._function(node[1]), ...node.slice(2).map((one) => this._value(one)));
      case KIND_NAMED:
        return this._named(node[1]);
      case KIND_SPECIAL:
        return this._special(node);
      default:
        return this._object(node);
    }
  }

  private _shape(node: Node): Shape {
    const { shapes } = this._text;
    const shape = shapes[expectCount(node[0], shapes.length - 1, 'the number of a shape')];
    const isShape = Array.isArray(shape) && shape.every((one) => typeof one === 'string');
    expect(isShape && shape.length === node.length && !shape.includes('__proto__'), 'a shape');
    return shape as Shape;
  }

  private _object(node: Node): object {
    const [name] = this._shape(node);
    if (name === '') return {};
    const prototype = this._names.prototypeOf(name);
    expect(prototype !== undefined, `a class of this program, found ${JSON.stringify(name)}`);
    return Object.create(prototype) as object;
  }

  private _named(name: unknown): object {
    const value = this._names.value(String(name));
    expect(value !== undefined, `a name of this program, found ${JSON.stringify(name)}`);
    return value;
  }

  private _view([, name, buffer, offset, length]: Node): object {
    const View = Object.hasOwn(VIEWS, String(name)) ? VIEWS[String(name)] : undefined;
    expect(View !== undefined, 'a kind of array');
    const held = this._reference(buffer);
    expect(held instanceof ArrayBuffer, 'a buffer under an array');
    const from = expectCount(offset, held.byteLength, 'an offset in a buffer');
    const size = expectCount(length, held.byteLength, 'a length in a buffer');
    try {
      return new View(held, from, size);
    } catch {
      throw new UnreadableState('state: expected an array that lies in its buffer');
    }
  }

  private _buffer([, length, ...runs]: Node): ArrayBuffer {
    const size = expectCount(length, BYTES_MAX, 'the size of a buffer');
    let buffer: ArrayBuffer;
    try {
      buffer = new ArrayBuffer(size);
    } catch {
      throw new UnreadableState(
        `state: expected a buffer that there is memory for (${size} bytes)`,
      );
    }
    this._fillRuns(new Uint8Array(buffer), runs);
    return buffer;
  }

  /** The memory is zero; so are the pages that are in no run. */
  private _fillRuns(memory: Uint8Array, runs: readonly unknown[]): void {
    expect(runs.length % 2 === 0, 'runs of pages');
    const pages = Math.ceil(memory.length / PAGE_BYTES_OF_RUNS);
    for (let at = 0; at < runs.length; at += 2) {
      const first = expectCount(runs[at], pages, 'the first page of a run');
      const count = expectCount(runs[at + 1], pages - first, 'the pages of a run');
      const from = first * PAGE_BYTES_OF_RUNS;
      const to = Math.min(memory.length, from + count * PAGE_BYTES_OF_RUNS);
      expect(this._used + to - from <= this._memory.length, 'the memory of a run');
      memory.set(this._memory.subarray(this._used, this._used + to - from), from);
      this._used += to - from;
    }
  }

  private _special([, name, note, length, ...runs]: Node): object {
    const special = this._names.special(String(name));
    expect(special !== undefined, `a class of this program, found ${JSON.stringify(name)}`);
    const size = expectCount(length, BYTES_MAX, 'the size of a memory');
    const from = this._used;
    return special.make(note, (memory) => {
      this._used = from;
      expect(memory.length === size, `a memory of ${memory.length} bytes, found ${size}`);
      this._fillRuns(memory, runs);
    });
  }

  private _function(value: unknown): Call {
    const found = this._value(value);
    expect(typeof found === 'function', 'a function');
    return found as Call;
  }

  private _bound([, target, method, ...first]: Node): object {
    const held = this._value(target);
    expect(typeof held === 'object' && held !== null, 'an object that a function is bound to');
    const found = (Object.getPrototypeOf(held) as Record<string, unknown>)[String(method)];
    const isMethod =
      typeof found === 'function' && !Object.hasOwn(Object.prototype, String(method));
    expect(isMethod && method !== 'constructor', 'a method of an object');
    return bound(held, found as Call, ...first.map((one) => this._value(one)));
  }

  private _value(value: unknown): unknown {
    if (!Array.isArray(value)) {
      expect(typeof value !== 'object' || value === null, 'a value');
      return value;
    }
    const [word] = value as unknown[];
    if (word === undefined) return undefined;
    if (typeof word === 'number') return this._reference(word);
    if (word === BIGINT && /^-?\d+$/.test(String(value[1]))) return BigInt(String(value[1]));
    const odd = ODD.get(String(word));
    expect(odd !== undefined, 'a value');
    return odd;
  }

  private _fill(made: object, node: Node): void {
    const kind = node[0] as number;
    if (kind === KIND_ARRAY) {
      const items = made as unknown[];
      for (const value of node.slice(1)) {
        if (Array.isArray(value) && value[0] === HOLE) items.length += 1;
        else items.push(this._value(value));
      }
    } else if (kind === KIND_MAP) {
      expect(node.length % 2 === 1, 'pairs in a map');
      for (let at = 1; at < node.length; at += 2) {
        (made as Map<unknown, unknown>).set(this._value(node[at]), this._value(node[at + 1]));
      }
    } else if (kind === KIND_SET) {
      for (let at = 1; at < node.length; at += 1) {
        (made as Set<unknown>).add(this._value(node[at]));
      }
    } else if (kind >= 0) {
      const shape = this._shape(node);
      for (let at = 1; at < node.length; at += 1) {
        (made as Record<string, unknown>)[shape[at] as string] = this._value(node[at]);
      }
    }
  }
}

function textOf(bytes: Uint8Array): GraphText {
  try {
    const text = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as GraphText;
    const isText = Array.isArray(text.nodes) && Array.isArray(text.shapes);
    expect(isText, 'nodes and shapes');
    return text;
  } catch (error) {
    if (error instanceof UnreadableState) throw error;
    throw new UnreadableState('state: expected a JSON text of nodes');
  }
}

/** The root that writeGraph() was given. Throws UnreadableState. */
export function readGraph(bytes: Uint8Array, known: Known): unknown {
  expect(bytes.length >= TEXT_LENGTH_BYTES, 'the length of its text');
  const { buffer, byteOffset } = bytes;
  const length = new DataView(buffer, byteOffset).getUint32(0, true);
  const end = TEXT_LENGTH_BYTES + length;
  expect(end <= bytes.length, 'its whole text');
  const text = textOf(bytes.subarray(TEXT_LENGTH_BYTES, end));
  return new GraphReader(new Names(known), text, bytes.subarray(end)).read();
}
