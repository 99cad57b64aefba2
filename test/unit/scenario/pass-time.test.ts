/** Time passes timer by timer, and the host sees what came back when. */
import { describe, expect, it } from 'vitest';
import { NS_PER_S } from '../../../src/abi/unit.ts';
import { loneHost, touchAndExit } from '../../../src/scenario/guest.ts';
import { passTime } from '../../../src/scenario/pass-time.ts';
import { COUNT_RELEASED_PAGES, Reporting } from '../../../src/vmm/index.ts';

const FRAMES = 0x40000;

describe('time that passes for a VM', () => {
  it('says when frames came back last: two seconds after reporting had something to report', () => {
    const rig = loneHost({ memoryFrames: FRAMES });
    expect(new Reporting(rig.vm, rig.clock).balloon.reporter).toBeDefined();
    passTime(rig, 10 * NS_PER_S);
    touchAndExit(rig.vm.guest, 0x10000);
    const { counts, returnedAtNs } = passTime(rig, 5 * NS_PER_S);
    expect(returnedAtNs).toBe(12 * NS_PER_S);
    expect(counts[COUNT_RELEASED_PAGES]).toBeGreaterThan(0x8000);
    expect(rig.clock.nowNs).toBe(15 * NS_PER_S);
  });

  it('says that none came back where nobody reports', () => {
    const rig = loneHost({ memoryFrames: FRAMES });
    touchAndExit(rig.vm.guest, 0x10000);
    expect(passTime(rig, 5 * NS_PER_S).returnedAtNs).toBeNull();
  });
});
