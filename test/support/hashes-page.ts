// A page that plays the built-in trace with the cores that it is handed, and says each system's hash.

import { type ReplayPlan, generateSynthetic, replayPlan, useCore } from '../../src/index.ts';

/** Modules that systems are played on, as files of build/. */
export const CORES = ['release', 'release-llfree', 'llfree'] as const;

/** Each module's bytes as base64. */
export type CoreTexts = Readonly<Record<(typeof CORES)[number], string>>;

export type Hashes = Readonly<Record<string, string>>;

declare global {
  function hashesOf(cores: CoreTexts, minutes: number, plan: ReplayPlan): Promise<Hashes>;
}

globalThis.hashesOf = async (cores, minutes, plan) => {
  for (const name of CORES) {
    useCore(
      name,
      Uint8Array.from(atob(cores[name]), (character) => character.charCodeAt(0)),
    );
  }
  const trace = generateSynthetic({ seed: plan.seed, minutes });
  const { systems, missing } = await replayPlan(trace, plan, { jobs: 1 });
  for (const { error } of missing) throw error;
  return Object.fromEntries(systems.map(({ name, hash }) => [name, hash]));
};
