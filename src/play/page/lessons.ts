// The lesson at hand: its step's text, figures that the machine confirms, and the way on.

import { type Lesson, piecesOf } from '../lesson.ts';
import { LESSONS } from '../lessons.ts';
import { button, byId, element } from './dom.ts';

export class LessonPanel {
  readonly #load: (script: string) => void;
  #lesson: Lesson | undefined;
  #step = 0;

  /** `load` is given the script of a lesson up to a step. */
  constructor(load: (script: string) => void) {
    this.#load = load;
    const list = byId<HTMLOListElement>('lessons');
    for (const lesson of LESSONS) {
      const item = element('li');
      item.append(button(lesson.title, () => this.open(lesson)));
      list.append(item);
    }
  }

  open(lesson: Lesson): void {
    this.#lesson = lesson;
    this.#goTo(0);
  }

  /** Another script than the lesson's: the text would not be true any more. */
  close(): void {
    this.#lesson = undefined;
    byId('lesson').replaceChildren();
  }

  #goTo(step: number): void {
    const lesson = this.#lesson;
    if (lesson === undefined) return;
    this.#step = step;
    const { steps } = lesson;
    this.#load(
      steps
        .slice(0, step + 1)
        .map(({ script }) => script)
        .join('\n'),
    );
    this.#show(lesson);
  }

  #show({ title, question, steps }: Lesson): void {
    const step = this.#step;
    const text = element('p');
    for (const { text: part, figure } of piecesOf(steps[step]?.text ?? '')) {
      text.append(figure === undefined ? part : element('strong', part));
    }
    const back = button('Back', () => this.#goTo(step - 1));
    const next = button('Next', () => this.#goTo(step + 1), 'main');
    back.disabled = step === 0;
    next.disabled = step === steps.length - 1;
    const ways = element('p', '', 'ways');
    ways.append(back, next, element('span', `step ${step + 1} of ${steps.length}`));
    byId('lesson').replaceChildren(
      element('h2', title),
      element('p', question, 'question'),
      text,
      ways,
    );
  }
}
