// A growing array of samples, for as many as there turn out to be.

export class Samples {
  private _values: Float64Array<ArrayBuffer> = new Float64Array(256);
  private _count = 0;

  push(value: number): void {
    if (this._count === this._values.length) {
      const grown = new Float64Array(this._values.length * 2);
      grown.set(this._values);
      this._values = grown;
    }
    this._values[this._count] = value;
    this._count += 1;
  }

  get count(): number {
    return this._count;
  }

  /** The samples in the order in which they came. */
  values(): Float64Array {
    return this._values.slice(0, this._count);
  }
}
