// The emulator's guest, in a thread of its own; its clock goes with the wall's.

import { NS_PER_MS } from '../../../abi/unit.ts';
import { GuestOutOfMemory, loadCore } from '../../../vmm/index.ts';
import type { FromTwin, ToTwin } from '../../linux/protocol.ts';
import { Twin } from '../../linux/twin.ts';

const LOOK_MS = 1000;

let twin: Twin | undefined;
let cellFrames = 1;

function tell(message: FromTwin): void {
  postMessage(message);
}

async function act(ask: ToTwin): Promise<void> {
  if (ask.kind === 'boot') {
    await loadCore('release', ask.core);
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
  if (twin !== undefined) tell({ kind: 'sight', sight: twin.sight(cellFrames) });
}

/** One after the other, in the order in which they were asked. */
let last = Promise.resolve();

addEventListener('message', ({ data }: MessageEvent<ToTwin>) => {
  last = last
    .then(() => act(data))
    .catch((error: unknown) => {
      if (!(error instanceof GuestOutOfMemory)) throw error;
      tell({ kind: 'fault', text: `the emulator’s guest: ${error.message}` });
    });
});
