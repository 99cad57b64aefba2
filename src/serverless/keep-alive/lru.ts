// lru: idle containers stay while there is memory; a full host ends those used least recently, before anything else.

import { ArgumentError } from '../argument.ts';
import type { KeepAlive, KeepAliveSpec } from './policy.ts';

/** It remembers nothing: one is enough for all. */
export const UNTIL_FULL: KeepAlive = {
  evicts: true,
  arrived: () => {},
  keepMs: () => Infinity,
};

export const LRU: KeepAliveSpec = {
  name: 'lru',
  sentence:
    'Idle containers stay until their host is full; the one used least recently goes first.',
  create: (argument) => {
    if (argument !== undefined) throw new ArgumentError('nothing after lru', argument);
    return UNTIL_FULL;
  },
};
