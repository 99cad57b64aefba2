// mcpv-static: many containers of a function in one VM of fixed size. What a container leaves behind is free in the guest
// and stays backed by the host: the next container may reuse it, nobody else can.

import { ManyPerVm, staticConfig } from '../many-per-vm.ts';
import { SHARED_SETTINGS, type SystemSpec } from '../system.ts';

export const MCPV_STATIC: SystemSpec = {
  name: 'mcpv-static',
  sentence:
    'Many containers of a function per VM of fixed size; memory once touched stays the VM’s.',
  source:
    'Many containers per VM as in Squeezy’s and CZone’s baselines; nothing is published under this name.',
  limits: 'The host gets memory back only when the VM ends.',
  reads: SHARED_SETTINGS,
  noPark: 'its VMs have no device that takes memory (mcpv-balloon is the same with one)',
  create: (context) => new ManyPerVm(context, { config: staticConfig }),
};
