// A growing array of samples, for as many as there turn out to be.

export class Samples {
  #values: Float64Array<ArrayBuffer> = new Float64Array(256);
  #count = 0;

  push(value: number): void {
    if (this.#count === this.#values.length) {
      const grown = new Float64Array(this.#values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#count] = value;
    this.#count += 1;
  }

  get count(): number {
    return this.#count;
  }

  /** The samples in the order in which they came. */
  values(): Float64Array {
    return this.#values.slice(0, this.#count);
  }
}
