// suspend: a VM whose containers are idle goes to a disk as a whole, and comes back with the next call.

import { choiceOf } from '../../check/index.ts';
import { IMAGE_LOADS } from '../../vmm/index.ts';
import { ArgumentError, durationMs } from '../argument.ts';
import { DEFAULT_AFTER, type IdlePolicySpec } from './policy.ts';
import { Steps } from './steps.ts';

export const SUSPEND: IdlePolicySpec = {
  name: 'suspend',
  sentence:
    'A VM whose containers are idle for so long is written to a disk, and restored by the next call; its pages come back one by one, or those of the last time in one read: suspend:TIME/LOAD, 30s/lazy if not said.',
  create: (argument = DEFAULT_AFTER) => {
    const [time = '', word = IMAGE_LOADS[0], ...more] = argument.split('/');
    const load = IMAGE_LOADS.find((one) => one === word);
    if (load === undefined || more.length > 0) {
      throw new ArgumentError(
        `a time, after it / and one of ${choiceOf(IMAGE_LOADS, word)}`,
        argument,
      );
    }
    return new Steps([{ way: 'suspend', afterMs: durationMs(time), load }]);
  },
};
