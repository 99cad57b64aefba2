// Every export of the library's faces, and every method of what comes of them, with arguments that callers without types may give:
// each call is carried out or refused with a typed error, and none hangs.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as abi from '../../src/abi/index.ts';
import { ArgumentError } from '../../src/serverless/index.ts';
import * as library from '../../src/node.ts';
import * as report from '../../src/report/index.ts';
import { type Random, randomStream } from '../../src/time/index.ts';
import { Given, LEFT_OUT, PLACES, TAKEN } from './exports-given.ts';
import { type Fuzzer, Tally } from './fuzzer.ts';

const FACES: Readonly<Record<string, unknown>> = { ...library, ...report, ...abi };

/** What a callback of ours throws: it goes through whoever called it. */
class Thrown extends Error {}

type Anything = (...given: readonly unknown[]) => unknown;
type Class = new (...given: readonly unknown[]) => unknown;

const isFunction = (value: unknown): value is Anything => typeof value === 'function';
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isClass = (value: unknown): value is Class =>
  isFunction(value) && /^class\b/.test(Function.prototype.toString.call(value));
const isError = (value: unknown): boolean => isClass(value) && value.prototype instanceof Error;

const TYPED: readonly Class[] = [
  Thrown as unknown as Class,
  ArgumentError as unknown as Class,
  ...Object.values(FACES)
    .filter((value) => isError(value))
    .map((value) => value as Class),
];

function cycle(): object {
  const self: Record<string, unknown> = { length: 3 };
  self['self'] = self;
  return self;
}

function thrown(): never {
  throw new Thrown('of a callback');
}

const WILD: readonly unknown[] = [
  undefined,
  null,
  true,
  -1,
  0,
  0.5,
  3,
  Number.NaN,
  Infinity,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  1e300,
  '5',
  '',
  'qemo',
  '__proto__',
  5n,
  Symbol('x'),
  {},
  Object.create(null),
  [],
  [undefined],
  [{}],
  ['x'],
  new Map(),
  new Uint8Array(3),
  cycle(),
  () => {},
  () => 'x',
  thrown,
  async () => {},
  new Proxy({}, { get: thrown, has: thrown, ownKeys: thrown }),
  Object.defineProperty({ a: 1 }, 'length', { get: thrown, enumerable: true }),
];

/** One call, and what it is called in a message. */
interface Call {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly make: () => unknown;
}

function oneOf<T>(random: Random, list: readonly T[]): T {
  return list[random.nextBelow(list.length)] as T;
}

/** Functions that a value holds by its own or its class's names; those that begin with _ are its own affair. */
function membersOf(value: object): string[] {
  const names = new Set<string>();
  for (
    let at: object | null = value;
    at !== null && !isBuiltin(at);
    at = Object.getPrototypeOf(at)
  ) {
    for (const name of Object.getOwnPropertyNames(at)) {
      if (!name.startsWith('_') && name !== 'constructor') names.add(name);
    }
  }
  return [...names];
}

/** No global has these: a generator is gone through, and throws what it is told to. */
const GENERATORS: readonly unknown[] = [function* () {}, async function* () {}].map((make) =>
  Object.getPrototypeOf(make.prototype),
);

const BUILTIN: ReadonlySet<unknown> = new Set([
  ...Object.getOwnPropertyNames(globalThis)
    .map((name) => (globalThis as Record<string, unknown>)[name])
    .filter((value) => isFunction(value))
    .map((value) => (value as { prototype?: unknown }).prototype),
  ...GENERATORS,
]);

function isBuiltin(at: object): boolean {
  return BUILTIN.has(at) || ArrayBuffer.isView(at);
}

/** Whether something can be called in it. */
function isHandle(value: unknown): value is object {
  if (!isObject(value) || Array.isArray(value) || isBuiltin(value)) return false;
  const above: object | null = Object.getPrototypeOf(value);
  if (above !== null && above !== Object.prototype && isBuiltin(above)) return false;
  if (above !== null && above !== Object.prototype) return true;
  return membersOf(value).some((name) => isFunction((value as Record<string, unknown>)[name]));
}

/** The exports by name, and after a dot what is called in them. */
function exportedCalls(): [string, (random: Random) => [unknown, Anything]][] {
  const calls = new Map<string, [unknown, Anything][]>();
  const add = (name: string, self: unknown, value: unknown): void => {
    if (!isFunction(value) || Object.hasOwn(LEFT_OUT, name) || isError(value)) return;
    const known = calls.get(name) ?? [];
    calls.set(name, [...known, [self, value]]);
  };
  for (const [name, value] of Object.entries(FACES)) {
    add(name, undefined, value);
    if (isClass(value)) {
      for (const key of Object.getOwnPropertyNames(value)) {
        add(`${name}.${key}`, value, (value as unknown as Record<string, unknown>)[key]);
      }
      continue;
    }
    for (const one of Array.isArray(value) ? value : [value]) {
      if (!isObject(one)) continue;
      for (const [key, own] of Object.entries(one)) add(`${name}.${key}`, one, own);
    }
  }
  return [...calls].map(([name, ways]) => [name, (random) => oneOf(random, ways)]);
}

export const EXPORTED: ReadonlyMap<string, (random: Random) => [unknown, Anything]> = new Map(
  exportedCalls(),
);

/** The value with something in it replaced, or another one. */
function spoiled(value: unknown, random: Random, others: readonly unknown[]): unknown {
  const keys = isPlain(value) ? Object.keys(value) : [];
  if (keys.length === 0 || random.nextBelow(3) === 0) {
    return oneOf(random, random.nextBelow(4) === 0 ? others : WILD);
  }
  const key = oneOf(random, keys);
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<
    string,
    unknown
  >;
  if (random.nextBelow(8) === 0) delete copy[key];
  else copy[key] = spoiled(copy[key], random, others);
  return copy;
}

function isPlain(value: unknown): value is object {
  if (!isObject(value)) return false;
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}

/** What the calls of a case have given, by turns with what every case has. */
export class World {
  readonly given: Given;
  readonly #handles: object[] = [];

  /** What is written lies in a folder. */
  constructor(folder: string) {
    this.given = new Given(folder);
  }

  add(value: unknown): void {
    if (isHandle(value) && this.#handles.length < 200) this.#handles.push(value);
  }

  get others(): readonly unknown[] {
    const { given } = this;
    return [given.vm, given.ended, given.ended.guest, given.core, ...this.#handles];
  }

  async exported(name: string, random: Random): Promise<Call> {
    const [self, fn] = (EXPORTED.get(name) as (random: Random) => [unknown, Anything])(random);
    const taken = [...((await TAKEN[name]?.(this.given)) ?? [])];
    if (taken.length > 0 && random.nextBelow(12) > 0) {
      const at = random.nextBelow(taken.length);
      taken[at] = spoiled(taken[at], random, this.others);
    }
    const place = PLACES[name];
    if (typeof place === 'number' && typeof taken[place] === 'string') {
      taken[place] = join(this.given.folder, 'x', taken[place]);
    }
    const make = (): unknown => (isClass(fn) ? new fn(...taken) : fn.apply(self, taken));
    return { name, args: taken, make };
  }

  /** A member of a handle, read or called. */
  member(random: Random): Call {
    const handles = this.others.filter((value) => isHandle(value));
    const self = oneOf(random, handles);
    const key = oneOf(random, membersOf(self));
    const about = `${self.constructor?.name}.${key}`;
    const count = random.nextBelow(4);
    const args = Array.from({ length: count }, () => this.#argument(random));
    const make = (): unknown => {
      const value = (self as Record<string, unknown>)[key];
      return isFunction(value) && !isClass(value) ? value.apply(self, args) : value;
    };
    return { name: about, args, make };
  }

  #argument(random: Random): unknown {
    const kind = random.nextBelow(4);
    if (kind === 0) return random.nextBelow(2000);
    return oneOf(random, kind === 1 ? this.others : WILD);
  }
}

/** A value in few words: what an argument holds may be a whole VM. */
function brief(value: unknown, depth = 0): string {
  if (isFunction(value)) return value.name === '' ? 'a function' : value.name;
  if (!isObject(value)) return typeof value === 'string' ? JSON.stringify(value) : String(value);
  if (!isPlain(value)) return Object.getPrototypeOf(value)?.constructor.name ?? 'no prototype';
  if (depth === 3) return '…';
  const entries = Object.entries(Object.getOwnPropertyDescriptors(value)).slice(0, 8);
  const inner = entries.map(([key, own]) => `${key}: ${brief(own.value, depth + 1)}`).join(', ');
  return Array.isArray(value) ? `[${inner}]` : `{ ${inner} }`;
}

/** How a call ended; `choose` may meet a handle that an earlier call has ended. An error that is not typed is handed to `untyped`. */
export async function outcomeOf(
  world: World,
  choose: () => Call | Promise<Call>,
  untyped: (call: Call | undefined, error: unknown) => void,
): Promise<string> {
  let call: Call | undefined;
  try {
    call = await choose();
    const value = await call.make();
    world.add(value);
    if (isObject(value) && Symbol.iterator in value && !Array.isArray(value)) drain(value as never);
    return 'done';
  } catch (error) {
    if (TYPED.some((kind) => error instanceof kind)) return (error as Error).name;
    untyped(call, error);
    return 'untyped';
  }
}

function drain(values: Iterable<unknown>): void {
  let left = 20;
  for (const _ of values) if ((left -= 1) === 0) return;
}

const NAMES: readonly string[] = [...EXPORTED.keys()];

/** By turns an export, and a member of what came of earlier calls. */
export function chosen(world: World, random: Random): Call | Promise<Call> {
  if (random.nextBelow(2) > 0) return world.member(random);
  return world.exported(oneOf(random, NAMES), random);
}

export const exports: Fuzzer = {
  name: 'exports',
  sentence:
    'Every export and every method of what comes of it, given anything, ends typed or is done.',
  cases: 40,
  night: 10_000,
  create: () => {
    const folder = mkdtempSync(join(tmpdir(), 'guestmem-exports-'));
    const tally = new Tally(['done', 'RefusedArgument', 'HandleEnded']);
    const calls = fc.array(fc.nat(), { minLength: 4, maxLength: 12 });
    const property = fc.asyncProperty(calls, async (seeds) => {
      const world = new World(folder);
      for (const seed of seeds) {
        const random = randomStream(seed, 'call');
        const outcome = await outcomeOf(
          world,
          () => chosen(world, random),
          (call, cause) => {
            const args = call?.args.map((value) => brief(value)) ?? [];
            throw new Error(`${call?.name ?? 'a handle'}(${args.join(', ')})`, { cause });
          },
        );
        tally.add(outcome);
      }
    });
    const close = (): void => rmSync(folder, { recursive: true, force: true });
    return { property, missing: tally.missing, close };
  },
};
