// Codes of containers in a map: the same container has the same code, and with it its colour, at all moments of a reel.

import { USES_MOST, USE_OWNER } from './use.ts';

export class Owners {
  private readonly _codes = new Map<string | number, number>();
  private readonly _names: string[] = [];

  /** Code of a container by whatever it is known by; the first to ask says what it is called. */
  code(key: string | number, name: string): number {
    const known = this._codes.get(key);
    if (known !== undefined) return known;
    // more than there are codes: the last is theirs together
    const code = Math.min(USE_OWNER + this._names.length, USES_MOST - 1);
    this._codes.set(key, code);
    if (USE_OWNER + this._names.length < USES_MOST) this._names.push(name);
    else this._names[this._names.length - 1] = 'other containers';
    return code;
  }

  /** By code from USE_OWNER on. */
  get names(): readonly string[] {
    return this._names;
  }
}
