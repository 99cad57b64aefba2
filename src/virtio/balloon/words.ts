/** A balloon's messages in words. */

import { type MessageWords, rangesText } from '../message-words.ts';
import type { RingMessage } from '../queue/watched-queue.ts';
import {
  BALLOON_PAGE_BYTES,
  type BalloonQueueRole,
  HINT_DONE,
  HINT_STOP,
  PFN_BYTES,
} from './config.ts';
import { STAT_NAMES, decodeStats } from './stats.ts';

const NO_ANSWER = 'taken';

/** Frames by number, neighbours together. */
function pagesText(said: Uint8Array): string {
  const view = new DataView(said.buffer, said.byteOffset, said.byteLength);
  const pfns = Uint32Array.from({ length: said.length / PFN_BYTES }, (_, at) =>
    view.getUint32(at * PFN_BYTES, true),
  );
  const ranges: { first: number; count: number }[] = [];
  for (const pfn of pfns.toSorted()) {
    const last = ranges.at(-1);
    if (last !== undefined && last.first + last.count === pfn) last.count += 1;
    else ranges.push({ first: pfn, count: 1 });
  }
  return rangesText(ranges);
}

function statsText(said: Uint8Array): string {
  const parts: string[] = [];
  decodeStats(said, (tag, value) => parts.push(`${STAT_NAMES[tag] ?? tag} ${value}`));
  return parts.join(', ');
}

function buffersText(buffers: RingMessage['buffers']): string {
  return rangesText(
    buffers.map(({ addr, lengthBytes }) => {
      return { first: addr / BALLOON_PAGE_BYTES, count: lengthBytes / BALLOON_PAGE_BYTES };
    }),
  );
}

function hintText({ said, buffers }: RingMessage): string {
  if (said.length === 0) return `free: ${buffersText(buffers)}`;
  const command = new DataView(said.buffer, said.byteOffset).getUint32(0, true);
  if (command === HINT_STOP) return 'stop';
  return command === HINT_DONE ? 'done' : `hints of command ${command}`;
}

export function balloonWords(role: BalloonQueueRole, message: RingMessage): MessageWords {
  const { said, buffers } = message;
  switch (role) {
    case 'inflate':
      return { queue: role, asked: `have ${pagesText(said)}`, answer: NO_ANSWER };
    case 'deflate':
      return { queue: role, asked: `back come ${pagesText(said)}`, answer: NO_ANSWER };
    case 'stats':
      return { queue: role, asked: statsText(said), answer: 'tell again' };
    case 'hinting':
      return { queue: role, asked: hintText(message), answer: NO_ANSWER };
    case 'reporting':
      return { queue: role, asked: `free: ${buffersText(buffers)}`, answer: NO_ANSWER };
  }
}
