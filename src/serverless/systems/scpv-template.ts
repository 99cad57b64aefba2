// scpv-template: one container per VM, cloned copy-on-write from a booted template of its size (RunD, Kata templates).

import { OnePerVm, emptyVms } from '../one-per-vm.ts';
import type { SystemSpec } from '../system.ts';

export const SCPV_TEMPLATE: SystemSpec = {
  name: 'scpv-template',
  sentence: 'One container per VM; each VM is a copy-on-write clone of a booted template.',
  source: 'RunD (Li et al., USENIX ATC ’22), Kata Containers’ VM templating.',
  limits:
    'The template is of a booted guest without the function; its size is fixed, and nothing is asked back from a running VM.',
  create: (context) => new OnePerVm(context, (vmm) => emptyVms(context, vmm, true)),
};
