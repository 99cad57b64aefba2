// A page that plays the built-in trace with the core that it is handed, and says each system's hash.

import { SYSTEMS, generateSynthetic, replay, useCore } from '../../src/index.ts';

declare global {
  function hashesOf(core: string, systems: readonly string[]): Promise<string[]>;
}

globalThis.hashesOf = async (core, names) => {
  useCore(
    'release',
    Uint8Array.from(atob(core), (character) => character.charCodeAt(0)),
  );
  const systems = SYSTEMS.filter(({ name }) => names.includes(name));
  const run = await replay(generateSynthetic({ seed: 1, minutes: 1 }), { systems, seed: 1 });
  return run.systems.map(({ name, hash }) => `${name} ${hash}`);
};
