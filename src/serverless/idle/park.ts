// park: a guest whose containers are idle gives back what it has free and what it can drop, by what its VM has for that.

import { durationMs } from '../argument.ts';
import { DEFAULT_AFTER, type IdlePolicySpec } from './policy.ts';
import { Steps } from './steps.ts';

export const PARK: IdlePolicySpec = {
  name: 'park',
  sentence:
    'A guest whose containers are idle for so long gives back what is free and cached, by the means of its system; VMs of one container by a balloon: park:TIME, 30s if not said.',
  create: (time = DEFAULT_AFTER) => new Steps([{ way: 'park', afterMs: durationMs(time) }]),
};
