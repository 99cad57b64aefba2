// How slow the recorded machine was with the messages of a balloon's driver: the pages of a message take time, in which other tasks
// have the processor too, and so does the host before it answers.

/** Pages of a message of the balloon's driver. */
export const MESSAGE_PAGES = 256;

/** The driver took a page or gave one back; without pages it asked for one in vain, and slept. */
export interface DriverStep {
  readonly pages: 0 | 1;
  readonly us: number;
}

export interface MessageTime {
  /** From the last page of the message before to the first of this; where the driver slept, as long as the time before. */
  readonly gapUs: number;
  /** When it took, or gave back, each page, since the first. */
  readonly pagesUs: readonly number[];
}

/** The messages of one wish. */
export function messagesOf(steps: readonly DriverStep[]): MessageTime[] {
  const messages: { gapUs: number; pagesUs: number[] }[] = [];
  let [gapUs, fromUs, lastUs] = [0, 0, -1];
  let open: number[] | undefined;
  for (const { pages, us } of steps) {
    if (pages === 0) {
      [open, lastUs] = [undefined, -1];
      continue;
    }
    if (open === undefined) {
      if (lastUs >= 0) gapUs = us - lastUs;
      fromUs = us;
      open = [];
      messages.push({ gapUs, pagesUs: open });
    }
    open.push(us - fromUs);
    if (open.length === MESSAGE_PAGES) open = undefined;
    lastUs = us;
  }
  return messages;
}

/** How long the emulated driver's messages take: each as the recorded one of the same number, the last for all that follow. */
export class MessagePace {
  readonly #messages: readonly MessageTime[];
  /** Pages come back when the host has answered, and are taken before it does. */
  readonly #isDeflating: boolean;
  #next = 0;

  constructor(messages: readonly MessageTime[] = [], isDeflating = false) {
    this.#messages = messages;
    this.#isDeflating = isDeflating;
  }

  /** Until the message at hand, of which so many pages are done, comes to the next. */
  pageUs(pages: number): number {
    const { pagesUs } = this.#at(this.#isDeflating ? this.#next - 1 : this.#next);
    const [from, to] = [pagesUs[pages - 1], pagesUs[pages]];
    return from === undefined || to === undefined ? 0 : to - from;
  }

  /** Until the host answers the message at hand. */
  answerUs(): number {
    this.#next += 1;
    return this.#at(this.#isDeflating ? this.#next - 1 : this.#next).gapUs;
  }

  #at(index: number): MessageTime {
    const messages = this.#messages;
    return messages[Math.min(index, messages.length - 1)] ?? { gapUs: 0, pagesUs: [] };
  }
}
