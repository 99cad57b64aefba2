// Where Linux puts memory that is plugged, by the name of its policy.

import { choiceOf } from '../check/index.ts';
import { ArgumentError } from './argument.ts';

/** Policies under which plugged memory is used at all. */
const PLUG_POLICIES = ['online_movable', 'online_kernel', 'auto-movable'] as const;

export type PlugPolicy = (typeof PLUG_POLICIES)[number];

export function plugPolicyOf(text: string): PlugPolicy {
  const found = PLUG_POLICIES.find((policy) => policy === text);
  if (found !== undefined) return found;
  throw new ArgumentError(`one of ${choiceOf(PLUG_POLICIES, text)}`, text);
}
