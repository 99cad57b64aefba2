// keep: idle containers are left alone until their keep-alive ends.

import { ArgumentError } from '../argument.ts';
import type { IdlePolicySpec } from './policy.ts';
import { Steps } from './steps.ts';

export const KEEP: IdlePolicySpec = {
  name: 'keep',
  sentence: 'VMs of idle containers are left as they are.',
  create: (argument) => {
    if (argument !== undefined) throw new ArgumentError('nothing after keep', argument);
    return new Steps([]);
  },
};
