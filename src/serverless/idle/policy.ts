// What is done with a VM whose containers are all idle, besides keeping it. A policy sees functions and time; replay has the clock,
// and systems have the devices.

import type { ImageLoad } from '../../vmm/index.ts';

/**
 * park: the guest gives back what it has free and what it can drop. suspend: the whole VM goes to an image on a disk, and the host
 * holds nothing for it.
 */
export type IdleWay = 'park' | 'suspend';

/** Done when no container of the VM has got a call for so long. */
export type IdleStep =
  | { readonly way: 'park'; readonly afterMs: number }
  | { readonly way: 'suspend'; readonly afterMs: number; readonly load?: ImageLoad | undefined };

/** What is done with a VM whose containers are all idle. */
export interface IdlePolicy {
  /** What it may do: systems that cannot are refused. */
  readonly ways: readonly IdleWay[];
  /** The last container of a VM of the function becomes idle. What is done from then on, the first to come first; nothing twice. */
  steps(functionId: number, nowMs: number): readonly IdleStep[];
}

/** An entry of the list of idle policies. */
export interface IdlePolicySpec {
  /** For `--idle`. */
  readonly name: string;
  /** One sentence for `guestmem systems`; says what may stand after `name:`. */
  readonly sentence: string;
  /** A policy for one replay, by what stands after `name:`, if anything does. Throws ArgumentError. */
  create(argument?: string): IdlePolicy;
}

/** When nothing else is said. */
export const DEFAULT_AFTER = '30s';
