// Writes a graph of objects down, whatever is in it: plain data, arrays, maps, sets, typed arrays over shared buffers, objects of
// named classes, bound functions. What is named stands as its name. Anything else is refused, with the path to it.

import { MIB } from '../abi/unit.ts';
import { joined } from '../check/index.ts';
import { partsOf } from './bound.ts';
import { UnwritableState } from './error.ts';
import {
  BIGINT,
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
  UNDEFINED,
  VIEWS,
  runsOf,
} from './form.ts';
import { type Known, Names } from './known.ts';

/** Nodes that are a text together before they are bytes: the text of a run with thousands of guests is never whole, nor are its nodes. */
const BATCH_NODES = 1024;
/** Memory that is packed together. */
const BATCH_BYTES: number = MIB;
const ENCODER = new TextEncoder();

/**
 * What a piece of the bytes becomes as soon as it is there: what it gives for all pieces, one after the other, is the packed whole.
 * Pieces come in any order, but the last is the last.
 */
export type Pack = (piece: Uint8Array, isLast: boolean) => Uint8Array;

const asItIs: Pack = (piece) => piece;

/** Where a value lies in a node: a property's name, a place in an array, or what stands between <>. */
type Key = string | number;

function textOfKey(key: Key): string {
  return typeof key === 'number' ? `[${key}]` : `.${key}`;
}

class GraphWriter {
  private readonly _names: Names;
  private readonly _ids: Map<object, number> = new Map();
  private readonly _found: object[] = [];
  /** By node: where it was met first. */
  private readonly _parents: number[] = [];
  private readonly _keys: Key[] = [];
  private readonly _shapes: Shape[] = [];
  private readonly _shapeIds: Map<string, number> = new Map();
  private readonly _memory: Uint8Array[] = [];
  private _at = -1;
  private readonly _pack: Pack;

  constructor(names: Names, pack: Pack) {
    this._names = names;
    this._pack = pack;
  }

  write(root: object): Uint8Array {
    const first = JSON.stringify(this._value(root, 'root'));
    const nodes: Uint8Array[] = [];
    let textBytes = 0;
    const put = (text: string): Uint8Array => {
      const piece = ENCODER.encode(text);
      textBytes += piece.length;
      return this._pack(piece, false);
    };
    let batch: Node[] = [];
    for (this._at = 0; this._at < this._found.length; this._at += 1) {
      batch.push(this._node(this._found[this._at] as object));
      if (batch.length < BATCH_NODES && this._at + 1 < this._found.length) continue;
      const comma = nodes.length === 0 ? '' : ',';
      nodes.push(put(comma + JSON.stringify(batch).slice(1, -1)));
      batch = [];
    }
    const head = put(`{"shapes":${JSON.stringify(this._shapes)},"nodes":[`);
    const end = put(`],"root":${first}}`);
    const length = new Uint8Array(TEXT_LENGTH_BYTES);
    new DataView(length.buffer).setUint32(0, textBytes, true);
    return joined([this._pack(length, false), head, ...nodes, end, ...this._packedMemory()]);
  }

  /** The last piece may be empty. */
  private _packedMemory(): Uint8Array[] {
    const packed: Uint8Array[] = [];
    let [batch, bytes]: [Uint8Array[], number] = [[], 0];
    for (const piece of this._memory) {
      batch.push(piece);
      bytes += piece.length;
      if (bytes < BATCH_BYTES) continue;
      packed.push(this._pack(joined(batch), false));
      [batch, bytes] = [[], 0];
    }
    packed.push(this._pack(joined(batch), true));
    return packed;
  }

  private _value(value: unknown, key: Key): unknown {
    if (value === undefined) return UNDEFINED;
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number') {
      const odd = ODD_NUMBERS.find(([, one]) => Object.is(one, value));
      return odd === undefined ? value : [odd[0]];
    }
    if (typeof value === 'bigint') return [BIGINT, String(value)];
    if (typeof value === 'symbol') throw this._refused(key, 'a symbol');
    return [this._idOf(value, key)];
  }

  private _idOf(value: object, key: Key): number {
    const known = this._ids.get(value);
    if (known !== undefined) return known;
    const id = this._found.length;
    this._ids.set(value, id);
    this._found.push(value);
    this._parents.push(this._at);
    this._keys.push(key);
    return id;
  }

  private _node(value: object): Node {
    const name = this._names.valueName(value);
    if (name !== undefined) return [KIND_NAMED, name];
    if (typeof value === 'function') return this._function(value);
    if (Array.isArray(value)) {
      const items = Array.from(value, (one, at) =>
        Object.hasOwn(value, at) ? this._value(one, at) : [HOLE],
      );
      return [KIND_ARRAY, ...items];
    }
    if (value instanceof Map) {
      const items = [...value].flat().map((one) => this._value(one, '<map>'));
      return [KIND_MAP, ...items];
    }
    if (value instanceof Set)
      return [KIND_SET, ...[...value].map((one) => this._value(one, '<set>'))];
    if (ArrayBuffer.isView(value)) return this._view(value);
    if (value instanceof ArrayBuffer) return [KIND_BUFFER, ...this._bytes(new Uint8Array(value))];
    return this._object(value);
  }

  private _view(view: ArrayBufferView): Node {
    const name = view.constructor.name;
    if (VIEWS[name] === undefined) throw this._refused(undefined, `a ${name}`);
    const { buffer, byteOffset, byteLength } = view;
    const length = view instanceof DataView ? byteLength : (view as Uint8Array).length;
    return [KIND_VIEW, name, this._idOf(buffer, 'buffer'), byteOffset, length];
  }

  private _bytes(bytes: Uint8Array): number[] {
    const runs = runsOf(bytes);
    for (let at = 0; at < runs.length; at += 2) {
      const from = (runs[at] as number) * PAGE_BYTES_OF_RUNS;
      const to = from + (runs[at + 1] as number) * PAGE_BYTES_OF_RUNS;
      this._memory.push(bytes.subarray(from, Math.min(to, bytes.length)));
    }
    return [bytes.length, ...runs];
  }

  private _object(value: object): Node {
    const prototype = Object.getPrototypeOf(value) as object | null;
    const special = prototype === null ? undefined : this._names.specialOf(prototype);
    if (special !== undefined) {
      const { note, memory } = special[1].parts(value);
      return [KIND_SPECIAL, special[0], note, ...this._bytes(memory)];
    }
    const isPlain = prototype === Object.prototype;
    const name = isPlain ? '' : prototype === null ? undefined : this._names.classOf(prototype);
    if (name === undefined) {
      const found = (prototype as { constructor?: { name?: string } } | null)?.constructor?.name;
      throw this._refused(
        undefined,
        `an object of a class that no room names (${found ?? 'none'})`,
      );
    }
    const keys = Object.keys(value);
    return [this._shapeOf([name, ...keys]), ...keys.map((key) => this._property(value, key))];
  }

  private _property(value: object, key: string): unknown {
    const { get, set, value: held } = Object.getOwnPropertyDescriptor(value, key) ?? {};
    if (get !== undefined || set !== undefined) throw this._refused(key, 'an accessor');
    return this._value(held, key);
  }

  private _shapeOf(shape: Shape): number {
    const key = shape.join('\n');
    const known = this._shapeIds.get(key);
    if (known !== undefined) return known;
    this._shapeIds.set(key, this._shapes.length);
    this._shapes.push(shape);
    return this._shapes.length - 1;
  }

  private _function(value: object): Node {
    const parts = partsOf(value);
    if (parts === undefined) {
      const source = String(value).replaceAll(/\s+/g, ' ').slice(0, 80);
      throw this._refused(undefined, `a function (${source})`);
    }
    const { target, method, first } = parts;
    const args = first.map((one, at) => this._value(one, `<argument ${at}>`));
    if (target === undefined) return [KIND_PARTIAL, this._value(method, '<function>'), ...args];
    const name = methodName(target, method);
    if (name === undefined)
      throw this._refused(undefined, `a function bound to what has no such method`);
    return [KIND_BOUND, this._value(target, '<target>'), name, ...args];
  }

  /** `key`: of what the node at hand holds; undefined: the node itself. */
  private _refused(key: Key | undefined, what: string): UnwritableState {
    const keys = key === undefined ? [] : [textOfKey(key)];
    let at = this._at;
    for (; at > 0; at = this._parents[at] as number) keys.push(textOfKey(this._keys[at] as Key));
    return new UnwritableState(`root${keys.toReversed().join('')}: ${what} cannot be written down`);
  }
}

/** The name under which a method lies on an object's prototypes. */
function methodName(target: object, method: unknown): string | undefined {
  let at = Object.getPrototypeOf(target) as object | null;
  while (at !== null && at !== Object.prototype) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (value === method) return name;
    }
    at = Object.getPrototypeOf(at) as object | null;
  }
  return undefined;
}

/** Throws UnwritableState. */
export function writeGraph(root: object, known: Known, pack: Pack = asItIs): Uint8Array {
  return new GraphWriter(new Names(known), pack).write(root);
}
