// What of this room may stand in the state of a run (src/graph).

import type { Known } from '../graph/index.ts';
import { VMM_KNOWN } from '../vmm/index.ts';
import { Calls } from './calls.ts';
import { Container } from './container.ts';
import { DeviceTurn } from './device-turn.ts';
import { FixedZones } from './fixed-zones.ts';
import { FrozenFunctions } from './frozen.ts';
import { firstFit } from './hosts/first-fit.ts';
import { leastLoaded } from './hosts/least-loaded.ts';
import { sameFunction } from './hosts/same-function.ts';
import { Joined } from './idle/index.ts';
import { Steps } from './idle/steps.ts';
import { Fixed } from './keep-alive/fixed.ts';
import { Hybrid, IdleTimes } from './keep-alive/hybrid.ts';
import { UNTIL_FULL } from './keep-alive/lru.ts';
import { IMAGES, POOL } from './machine.ts';
import { ManyPerVm, staticConfig } from './many-per-vm.ts';
import { OnePerVm, emptyVm } from './one-per-vm.ts';
import { Draining } from './placement/drain.ts';
import { emptiestWithRoom } from './placement/emptiest.ts';
import { fullestWithRoom } from './placement/fullest.ts';
import { Inflated, attachInflated } from './systems/mcpv-balloon.ts';
import { Zoned, attachZoned, czoneConfig, reportNs } from './systems/mcpv-czone.ts';
import { Slotted, attachSlotted, dimmConfig } from './systems/mcpv-dimm.ts';
import { Cgroups, attachCgroups, cgroupsConfig } from './systems/mcpv-faascale.ts';
import { Watched, attachWatched, watchedConfig } from './systems/mcpv-hyperalloc.ts';
import { attachReporting } from './systems/mcpv-reporting.ts';
import { Partitions, attachPartitions, partitionsConfig } from './systems/mcpv-squeezy.ts';
import { Plugged, attachPlugged, virtioMemConfig } from './systems/mcpv-virtio-mem.ts';
import { Forks } from './systems/scpv-fork.ts';
import { recordSet, restoredVm } from './systems/scpv-snapshot.ts';
import { WHEN_FULL } from './when-full/index.ts';

export const SERVERLESS_KNOWN: Known = {
  classes: {
    Calls,
    Cgroups,
    Container,
    DeviceTurn,
    Draining,
    Fixed,
    FixedZones,
    Forks,
    FrozenFunctions,
    Hybrid,
    IdleTimes,
    Inflated,
    Joined,
    ManyPerVm,
    OnePerVm,
    Partitions,
    Plugged,
    Slotted,
    Steps,
    Watched,
    Zoned,
  },
  values: {
    ...Object.fromEntries(WHEN_FULL.map((one) => [`when full: ${one.name}`, one])),
    IMAGES,
    POOL,
    UNTIL_FULL,
    attachCgroups,
    attachInflated,
    attachPartitions,
    attachPlugged,
    attachReporting,
    attachSlotted,
    attachWatched,
    attachZoned,
    cgroupsConfig,
    czoneConfig,
    dimmConfig,
    emptiestWithRoom,
    emptyVm,
    firstFit,
    fullestWithRoom,
    leastLoaded,
    partitionsConfig,
    recordSet,
    reportNs,
    restoredVm,
    sameFunction,
    staticConfig,
    virtioMemConfig,
    watchedConfig,
  },
  below: [VMM_KNOWN],
};
