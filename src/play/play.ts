// A script that grows and shrinks: each step is kept as it was, the last can be undone, and a step that fails changes nothing.

import { expectText } from '../check/index.ts';
import type { MapReel } from '../map/index.ts';
import type { Machine } from './machine.ts';
import { parseScript } from './script.ts';
import { type Outcome, Session } from './session.ts';

/** A machine that a script makes and changes, step by step, as in the playground (docs/playground.md). */
export class Play {
  #session: Session | undefined = new Session();
  readonly #outcomes: Outcome[] = [];

  /** Every step so far. */
  get outcomes(): readonly Outcome[] {
    return this.#outcomes;
  }

  /** All steps so far, a line each. */
  get script(): string {
    return this.#outcomes.map(({ text }) => `${text}\n`).join('');
  }

  /** The machine as it is after the last step. Throws ScriptError when no step has made one. */
  get machine(): Machine {
    return this.#now().machine;
  }

  /** The same steps give the same machine. */
  #now(): Session {
    if (this.#session === undefined) {
      this.#session = new Session();
      for (const { text } of this.#outcomes) this.#session.run(text);
    }
    return this.#session;
  }

  /** One step more. Throws ScriptError, and is then as it was. */
  run(text: string): Outcome {
    expectText('text', text);
    const session = this.#now();
    this.#session = undefined;
    const outcome = session.run(text.trim());
    this.#session = session;
    this.#outcomes.push(outcome);
    return outcome;
  }

  /** Takes the last step back. Whether there was one. */
  undo(): boolean {
    if (this.#outcomes.pop() === undefined) return false;
    this.#session = undefined;
    return true;
  }

  /** Another script in place of this one. Throws ScriptError; the steps before the fault are carried out. */
  load(script: string): void {
    const steps = parseScript(expectText('script', script));
    this.#outcomes.length = 0;
    this.#session = new Session();
    for (const { text } of steps) this.run(text);
  }

  /** The map after each step. */
  reel(name: string): MapReel | undefined {
    const last = this.#outcomes.at(-1);
    if (last === undefined) return undefined;
    // steps mostly take no time: the slider counts them
    const instants = this.#outcomes.map(({ instant }, at) => ({ ...instant, atMs: at }));
    return { name, ...last.about, instants };
  }
}
