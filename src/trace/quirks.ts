/** What a reader repairs or fills in, counted by kind, each with the place of its first. */
import { NO_QUIRKS, type QuirkPlace, type Trace, type TraceQuirks } from './trace.ts';

export class QuirkLog {
  readonly #counts: Record<keyof TraceQuirks, number> = { ...NO_QUIRKS };
  readonly #firsts: Partial<Record<keyof TraceQuirks, QuirkPlace>> = {};

  /** One more of a kind; its place, where one row is at fault. */
  note(kind: keyof TraceQuirks, place?: QuirkPlace): void {
    this.#counts[kind] += 1;
    if (place === undefined || this.#firsts[kind] !== undefined) return;
    const { file, line } = place;
    this.#firsts[kind] = { file, line };
  }

  /** As a trace has them. */
  told(): Pick<Trace, 'quirks' | 'firstQuirks'> {
    return { quirks: { ...this.#counts }, firstQuirks: { ...this.#firsts } };
  }
}
