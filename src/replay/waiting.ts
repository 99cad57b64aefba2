// Calls that wait for memory, first come first served; one for whose function a container becomes idle goes before its turn.

/** A call as the trace has it. */
export interface Call {
  readonly functionId: number;
  readonly durationMs: number;
  readonly arrivedMs: number;
  readonly isMeasured: boolean;
  /** It had to wait. */
  readonly isQueued: boolean;
}

export class Waiting {
  #calls: Call[] = [];
  /** Calls before it have gone. */
  #first = 0;
  readonly #ofFunction = new Map<number, number>();

  get size(): number {
    return this.#calls.length - this.#first;
  }

  /** The call whose turn it is. */
  get first(): Call | undefined {
    return this.#calls[this.#first];
  }

  push(call: Call): void {
    this.#calls.push(call);
    this.#count(call, 1);
  }

  /** The call whose turn it is goes. */
  shift(): void {
    const { first } = this;
    if (first === undefined) return;
    this.#count(first, -1);
    this.#first += 1;
    if (this.#first * 2 < this.#calls.length) return;
    this.#calls = this.#calls.slice(this.#first);
    this.#first = 0;
  }

  /** The first call of a function goes. */
  takeOf(functionId: number): Call | undefined {
    if ((this.#ofFunction.get(functionId) ?? 0) === 0) return undefined;
    let at = this.#first;
    while ((this.#calls[at] as Call).functionId !== functionId) at += 1;
    const [call] = this.#calls.splice(at, 1) as [Call];
    this.#count(call, -1);
    return call;
  }

  #count({ functionId }: Call, by: number): void {
    this.#ofFunction.set(functionId, (this.#ofFunction.get(functionId) ?? 0) + by);
  }

  [Symbol.iterator](): Iterator<Call> {
    return this.#calls.slice(this.#first).values();
  }
}
