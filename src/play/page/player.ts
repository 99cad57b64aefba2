// The machine of the playground at work, in a thread of its own.

import { PAGEBLOCK_FRAMES } from '../../abi/unit.ts';
import { mapOf } from '../../map/index.ts';
import { loadCore } from '../../vmm/index.ts';
import { ScriptError } from '../error.ts';
import { Play } from '../play.ts';
import { programOf } from '../program.ts';
import type { Part } from './part.ts';
import type { Answer, Ask } from './protocol.ts';

const play = new Play();

function answer(message: Answer): void {
  postMessage(message);
}

function tellState(fault?: string): void {
  const { outcomes, script } = play;
  const steps = outcomes.map(({ text, operations, costUs, exits, messages, figures }) => {
    return { text, operations, costUs, exits, messages, figures };
  });
  const program = outcomes.length === 0 ? '' : programOf(outcomes);
  answer({ kind: 'state', script, steps, reel: play.reel('guest memory'), program, fault });
}

function tellPages(pfn: number): void {
  const { mapper, vm, names } = play.machine;
  const start = pfn - (pfn % PAGEBLOCK_FRAMES);
  const map = mapOf(mapper.source(vm.guest.core, names), 1, start, PAGEBLOCK_FRAMES);
  const name = `pages ${start} to ${start + PAGEBLOCK_FRAMES - 1}`;
  answer({ kind: 'pages', reel: { name, ...mapper.about, instants: [{ atMs: 0, map }] } });
}

async function act(ask: Ask): Promise<void> {
  if (ask.kind === 'core') await loadCore('release', ask.address);
  else if (ask.kind === 'run') play.run(ask.text);
  else if (ask.kind === 'load') play.load(ask.script);
  else if (ask.kind === 'undo') play.undo();
  if (ask.kind === 'pages') tellPages(ask.pfn);
  else tellState();
}

export const PLAYER: Part<Ask> = {
  act,
  failed: (error) => {
    if (!(error instanceof ScriptError)) throw error;
    tellState(error.message);
  },
};
