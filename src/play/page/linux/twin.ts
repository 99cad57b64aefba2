// The emulator's guest, in a thread of its own; its clock goes with the wall's.

import { NS_PER_MS } from '../../../abi/unit.ts';
import { GuestOutOfMemory, loadCore } from '../../../vmm/index.ts';
import { News } from '../../linux/news.ts';
import type { FromTwin, ToTwin } from '../../linux/protocol.ts';
import { Twin } from '../../linux/twin.ts';
import type { Part } from '../part.ts';

const LOOK_MS = 1000;

let twin: Twin | undefined;
let cellFrames = 1;
let news = new News();

function tell(message: FromTwin): void {
  postMessage(message);
}

async function act(ask: ToTwin): Promise<void> {
  if (ask.kind === 'boot') {
    await loadCore('release', ask.core);
    news = new News();
    twin = new Twin(ask.memoryMib, ask.isReporting);
    setInterval(() => {
      twin?.advance(LOOK_MS * NS_PER_MS);
      look();
    }, LOOK_MS);
  } else if (ask.kind === 'look') ({ cellFrames } = ask);
  else if (ask.kind === 'use') twin?.use(ask.mib);
  else if (ask.kind === 'free') twin?.free();
  else twin?.ask(ask);
  look();
}

function look(): void {
  const sight = twin?.sight(cellFrames);
  if (sight !== undefined && news.isNews(sight)) tell({ kind: 'sight', sight });
}

export const TWIN: Part<ToTwin> = {
  act,
  failed: (error) => {
    if (!(error instanceof GuestOutOfMemory)) throw error;
    tell({ kind: 'fault', text: `the emulator’s guest: ${error.message}` });
  },
};
