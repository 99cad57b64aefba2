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
  private _calls: Call[] = [];
  /** Calls before it have gone. */
  private _first = 0;
  private readonly _ofFunction = new Map<number, number>();

  get size(): number {
    return this._calls.length - this._first;
  }

  /** The call whose turn it is. */
  get first(): Call | undefined {
    return this._calls[this._first];
  }

  push(call: Call): void {
    this._calls.push(call);
    this._count(call, 1);
  }

  /** The call whose turn it is goes. */
  shift(): void {
    const { first } = this;
    if (first === undefined) return;
    this._count(first, -1);
    this._first += 1;
    if (this._first * 2 < this._calls.length) return;
    this._calls = this._calls.slice(this._first);
    this._first = 0;
  }

  /** The first call of a function goes. */
  takeOf(functionId: number): Call | undefined {
    if ((this._ofFunction.get(functionId) ?? 0) === 0) return undefined;
    let at = this._first;
    while ((this._calls[at] as Call).functionId !== functionId) at += 1;
    const [call] = this._calls.splice(at, 1) as [Call];
    this._count(call, -1);
    return call;
  }

  private _count({ functionId }: Call, by: number): void {
    this._ofFunction.set(functionId, (this._ofFunction.get(functionId) ?? 0) + by);
  }

  [Symbol.iterator](): Iterator<Call> {
    return this._calls.slice(this._first).values();
  }
}
