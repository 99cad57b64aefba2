// What of this room may stand in the state of a run (src/graph).

import type { Known } from '../graph/index.ts';
import { VIRTIO_KNOWN } from '../virtio/index.ts';
import { VmTimer, VmTimers } from './attach.ts';
import { Claims } from './claims.ts';
import { DeviceWork } from './device-work.ts';
import { Balloon, DiscardHost } from './device/balloon.ts';
import { CZoneSide, CZoneVirtio, takeFrom } from './device/czone.ts';
import { Dimms } from './device/dimm.ts';
import { Faascale, FaascaleSide, unheeded } from './device/faascale.ts';
import { HyperAlloc, MonitorHost } from './device/hyperalloc.ts';
import { Reporting } from './device/reporting.ts';
import { PlugHost, VirtioMem } from './device/virtio-mem.ts';
import { FunctionImage } from './function-image.ts';
import { Hibernation } from './hibernation.ts';
import { HostFiles } from './host-files.ts';
import { HostMemory } from './host.ts';
import { Lasting } from './lasting.ts';
import { VmMemory } from './memory.ts';
import { MicroVm } from './microvm.ts';
import { Pager } from './pager.ts';
import { ImageStore, Template, TemplateStore } from './template.ts';
import { VmFiles } from './vm-files.ts';
import { Vmm, nowNsOf } from './vmm.ts';

export const VMM_KNOWN: Known = {
  classes: {
    Balloon,
    CZoneSide,
    CZoneVirtio,
    Claims,
    DeviceWork,
    Dimms,
    DiscardHost,
    Faascale,
    FaascaleSide,
    FunctionImage,
    Hibernation,
    HostFiles,
    HostMemory,
    HyperAlloc,
    ImageStore,
    Lasting,
    MicroVm,
    MonitorHost,
    Pager,
    PlugHost,
    Reporting,
    Template,
    TemplateStore,
    VirtioMem,
    VmFiles,
    VmMemory,
    VmTimer,
    VmTimers,
    Vmm,
  },
  values: {
    unheeded,
    nowNsOf,
    takeFrom,
  },
  below: [VIRTIO_KNOWN],
};
