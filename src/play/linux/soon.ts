// What is asked for often and done once: at the next frame of a page.

export class Soon {
  readonly #later: (run: () => void) => void;
  readonly #act: () => void;
  #isAsked = false;

  /** `later` runs something once, in its own time. */
  constructor(later: (run: () => void) => void, act: () => void) {
    this.#later = later;
    this.#act = act;
  }

  ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#later(() => {
      this.#isAsked = false;
      this.#act();
    });
  }
}
