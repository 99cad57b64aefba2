// Functions that can be written down: a method of an object, or a function of a file, with the arguments that come first.
// What lies in the state of a run is one of these; a closure says to nobody what it holds.

const BOUND: unique symbol = Symbol('bound');

/** What a bound function is made of. */
export interface BoundParts {
  /** undefined: the function is no method. */
  readonly target: object | undefined;
  readonly method: (...args: never[]) => unknown;
  readonly first: readonly unknown[];
}

interface Tagged {
  [BOUND]?: BoundParts;
}

function tagged<F extends (...args: never[]) => unknown>(call: F, parts: BoundParts): F {
  (call as Tagged)[BOUND] = parts;
  return call;
}

/** The method of an object, called with `first` and then with what the caller gives. It must lie on the object's prototype. */
export function bound<T extends object, F extends unknown[], A extends unknown[], R>(
  target: T,
  method: (this: T, ...args: [...F, ...A]) => R,
  ...first: F
): (...rest: A) => R {
  const parts = { target, method, first };
  if (first.length === 0) {
    const plain = method as unknown as (this: T, ...args: A) => R;
    return tagged((...rest: A): R => plain.call(target, ...rest), parts);
  }
  return tagged((...rest: A): R => method.call(target, ...first, ...rest), parts);
}

/** A function of a file, called with `first` and then with what the caller gives. Its room must name it (`Known.values`). */
export function partial<F extends unknown[], A extends unknown[], R>(
  method: (...args: [...F, ...A]) => R,
  ...first: F
): (...rest: A) => R {
  return tagged((...rest: A): R => method(...first, ...rest), { target: undefined, method, first });
}

/** undefined: the function is none of these. */
export function partsOf(call: object): BoundParts | undefined {
  return (call as Tagged)[BOUND];
}
