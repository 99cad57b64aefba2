/** virtio-mem's messages in words. */

import { MIB } from '../../abi/unit.ts';
import type { MessageWords } from '../message-words.ts';
import type { RingMessage } from '../queue/watched-queue.ts';
import {
  REQUEST_PLUG,
  REQUEST_STATE,
  REQUEST_UNPLUG,
  REQUEST_UNPLUG_ALL,
  decodeRequest,
  decodeResponse,
} from './request.ts';

const TYPES: Readonly<Record<number, string>> = {
  [REQUEST_PLUG]: 'plug',
  [REQUEST_UNPLUG]: 'unplug',
  [REQUEST_UNPLUG_ALL]: 'unplug all',
  [REQUEST_STATE]: 'state of',
};
/** In the order of their numbers. */
const ANSWERS = ['done', 'refused', 'busy', 'error'];

export function memWords({ said, answered }: RingMessage, blockBytes: number): MessageWords {
  const { type, addr, blocks } = decodeRequest(said);
  const what = TYPES[type] ?? `request ${type}`;
  const where = `${blocks} × ${blockBytes / MIB} MiB at ${addr / MIB} MiB`;
  return {
    queue: 'requests',
    asked: type === REQUEST_UNPLUG_ALL ? what : `${what} ${where}`,
    answer: ANSWERS[decodeResponse(answered).type] ?? '',
  };
}
