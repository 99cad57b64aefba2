// What may stand in a graph besides plain data, by name. Each room names its own and refers to those under it.

import { UnwritableState } from './error.ts';

type Class = abstract new (...args: never[]) => object;

/** A class whose objects are not their properties: they are made again by their room, around bytes. */
export interface Special<T extends object = object> {
  readonly type: abstract new (...args: never[]) => T;
  /** JSON, and the memory behind it. */
  parts(it: T): { readonly note: unknown; readonly memory: Uint8Array };
  /** The same again. `fill` writes the memory, each time the same. Throws for a note that is none. */
  make(note: unknown, fill: (memory: Uint8Array) => void): T;
}

export interface Known {
  readonly classes?: Readonly<Record<string, Class>>;
  /** Functions and objects that are there before a run begins: they are named, not copied. */
  readonly values?: Readonly<Record<string, object>>;
  readonly specials?: Readonly<Record<string, Special>>;
  readonly below?: readonly Known[];
}

export class Names {
  private readonly _classes: Map<string, object> = new Map();
  private readonly _ofClass: Map<object, string> = new Map();
  private readonly _values: Map<string, object> = new Map();
  private readonly _ofValue: Map<object, string> = new Map();
  private readonly _specials: Map<string, Special> = new Map();
  private readonly _ofSpecial: Map<object, string> = new Map();

  constructor(known: Known) {
    this._add(known, new Set());
  }

  private _add(known: Known, seen: Set<Known>): void {
    if (seen.has(known)) return;
    seen.add(known);
    const { classes = {}, values = {}, specials = {}, below = [] } = known;
    for (const [name, { prototype }] of Object.entries(classes)) {
      enter(name, prototype as object, this._classes, this._ofClass);
    }
    for (const [name, value] of Object.entries(values)) {
      enter(name, value, this._values, this._ofValue);
    }
    for (const [name, special] of Object.entries(specials)) {
      if (this._specials.has(name)) throw twice(name);
      this._specials.set(name, special);
      this._ofSpecial.set(special.type.prototype as object, name);
    }
    for (const one of below) this._add(one, seen);
  }

  classOf(prototype: object): string | undefined {
    return this._ofClass.get(prototype);
  }

  prototypeOf(name: string): object | undefined {
    return this._classes.get(name);
  }

  valueName(value: object): string | undefined {
    return this._ofValue.get(value);
  }

  value(name: string): object | undefined {
    return this._values.get(name);
  }

  specialOf(prototype: object): readonly [name: string, special: Special] | undefined {
    const name = this._ofSpecial.get(prototype);
    return name === undefined ? undefined : [name, this._specials.get(name) as Special];
  }

  special(name: string): Special | undefined {
    return this._specials.get(name);
  }

  /** Each name and the text of its class or function, by name. */
  texts(): (readonly [name: string, text: string])[] {
    const all: (readonly [string, unknown])[] = [
      ...[...this._classes].map(([name, it]) => [name, it.constructor] as const),
      ...this._values,
      ...[...this._specials].map(([name, { type }]) => [name, type] as const),
    ];
    const texts = all.map(
      ([name, it]) => [name, typeof it === 'function' ? String(it) : ''] as const,
    );
    return texts.toSorted(([a], [b]) => (a < b ? -1 : 1));
  }
}

function twice(name: string): UnwritableState {
  return new UnwritableState(`two things that may stand in a graph are called ${name}`);
}

/** A name stands for one thing; a thing may have several names, and is written under the first. */
function enter(
  name: string,
  thing: object,
  byName: Map<string, object>,
  byThing: Map<object, string>,
): void {
  const known = byName.get(name);
  if (known !== undefined && known !== thing) throw twice(name);
  byName.set(name, thing);
  if (!byThing.has(thing)) byThing.set(thing, name);
}
