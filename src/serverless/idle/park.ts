// park: a guest whose containers are idle gives back what it has free and what it can drop, by what its VM has for that.

import { choiceOf } from '../../check/index.ts';
import { ArgumentError, durationMs } from '../argument.ts';
import { PARK_BY } from '../park.ts';
import { type IdlePolicySpec, partsOf } from './policy.ts';

export const PARK: IdlePolicySpec = {
  name: 'park',
  sentence:
    'A guest whose containers are idle for so long gives back what is free and cached, by the means of its system; VMs of one container by a balloon, or by hinting: park:TIME/BY, 30s/balloon if not said.',
  create: (argument) => {
    const [time, word] = partsOf(argument);
    const by = PARK_BY.find((one) => one === (word ?? PARK_BY[0]));
    if (by === undefined)
      throw new ArgumentError(`one of ${choiceOf(PARK_BY, word ?? '')}`, word ?? '');
    const steps = [{ way: 'park', afterMs: durationMs(time), by }] as const;
    return { ways: ['park'], steps: () => steps };
  },
};
