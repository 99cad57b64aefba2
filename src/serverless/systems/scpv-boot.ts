// scpv-boot: the plain baseline. Every container boots its own VM, and nothing is shared.

import { OnePerVm, emptyVms } from '../one-per-vm.ts';
import type { SystemSpec } from '../system.ts';

export const SCPV_BOOT: SystemSpec = {
  name: 'scpv-boot',
  sentence: 'One container per VM; each VM boots its own kernel and shares nothing.',
  source: 'Firecracker (Agache et al., NSDI ’20), Kata Containers without templating.',
  limits: 'The VM’s size is its container’s limit; nothing is asked back from a running VM.',
  create: (context) => new OnePerVm(context, (vmm) => emptyVms(context, vmm, false)),
};
