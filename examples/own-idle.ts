// An idle policy of your own: VMs are parked soon, and suspended only where their function is called rarely.

import { type IdlePolicy, type IdleStep, SYSTEMS, generateSynthetic, replay } from 'guestmem';

const RARELY_MS = 60_000;

class Patient implements IdlePolicy {
  readonly ways = ['park', 'suspend'] as const;
  readonly #restedMs = new Map<number, number>();

  /** All containers of a VM of the function are idle from now on. */
  steps(functionId: number, nowMs: number): readonly IdleStep[] {
    const lastMs = this.#restedMs.get(functionId);
    this.#restedMs.set(functionId, nowMs);
    const park = { way: 'park', afterMs: 5000 } as const;
    if (lastMs === undefined || nowMs - lastMs < RARELY_MS) return [park];
    return [park, { way: 'suspend', afterMs: 10_000, load: 'working-set' }];
  }
}

const trace = generateSynthetic({ seed: 1, minutes: 5 });
const systems = SYSTEMS.filter(({ name }) => name === 'scpv-template');
const { systems: played } = await replay(trace, { systems, seed: 1, idle: () => new Patient() });
const { parks, suspends, resumes } = played[0]!.rests;
console.log(`${parks} parked, ${suspends} suspended, ${resumes} resumed`);
