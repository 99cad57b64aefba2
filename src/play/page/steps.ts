// A real kernel's events one by one, with the emulator's prediction beside each.

import { type RecordedSteps, nextWrong, stepWords } from '../steps.ts';
import { button, byId, element, fillTable } from './dom.ts';

/** Steps shown before and after the one at hand. */
const AROUND = 5;

export class StepsPanel {
  readonly #steps: RecordedSteps;
  readonly #moved: (atMs: number) => void;
  readonly #slider = element('input');
  readonly #table = element('table');
  readonly #said = element('output');
  /** Frames that are the kernel's. */
  readonly #same: number;
  #at = 0;

  /** `moved` is told the time of the step that is shown. */
  constructor(steps: RecordedSteps, moved: (atMs: number) => void) {
    this.#steps = steps;
    this.#moved = moved;
    this.#same = steps.frame.filter((pfn, at) => pfn === steps.predicted[at]).length;
    const slider = this.#slider;
    slider.type = 'range';
    slider.max = String(steps.atMs.length - 1);
    slider.setAttribute('aria-label', 'step of the kernel');
    slider.addEventListener('input', () => this.show(Number(slider.value)));
    const ways = element('p', '', 'ways');
    const wrong = button('Next other frame', () => {
      const next = nextWrong(steps, this.#at);
      if (next !== undefined) this.show(next);
    });
    wrong.disabled = nextWrong(steps, -1) === undefined;
    ways.append(
      button('Step back', () => this.show(this.#at - 1)),
      button('Step', () => this.show(this.#at + 1), 'main'),
      wrong,
      this.#said,
    );
    const wide = element('div', '', 'wide');
    wide.tabIndex = 0;
    wide.setAttribute('role', 'group');
    wide.setAttribute('aria-label', 'Events of the kernel');
    wide.append(this.#table);
    byId('steps').replaceChildren(element('h3', 'Its events, one by one'), ways, slider, wide);
    this.show(0);
  }

  show(step: number): void {
    const { atMs, total } = this.#steps;
    const last = atMs.length - 1;
    const at = Math.min(last, Math.max(0, step));
    this.#at = at;
    this.#slider.value = String(at);
    const from = Math.max(0, Math.min(at - AROUND, last - 2 * AROUND));
    const shown = Array.from(
      { length: Math.min(last + 1, 2 * AROUND + 1) },
      (_, row) => from + row,
    );
    const names = ['step', 'time', 'task', 'what', 'of', 'kernel', 'emulator', 'frame is the'];
    fillTable(
      this.#table,
      names,
      shown.map((one) => {
        const words = stepWords(this.#steps, one);
        const { time, task, what, block } = words;
        const verdict = words.isRight ? 'same' : 'other';
        return [one + 1, time, task, what, block, words.frame, words.predicted, verdict];
      }),
    );
    this.#table.rows[1 + at - from]?.setAttribute('aria-current', 'step');
    this.#said.textContent = `step ${at + 1} of ${total}; ${this.#same} of ${last + 1} frames are the kernel's`;
    this.#moved(atMs[at] ?? 0);
  }
}
