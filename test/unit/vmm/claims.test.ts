// What devices of a VM have to themselves.

import { describe, expect, it } from 'vitest';
import { hotplugStart } from '../../../src/vmm/index.ts';
import { Claims } from '../../../src/vmm/claims.ts';
import { MIB_FRAMES, testVm } from '../../support/vm.ts';

const START = hotplugStart(128 * MIB_FRAMES);

describe('claims of devices', () => {
  it('are refused over the memory, over each other and behind the tables, by the name that asks', () => {
    const { guest } = testVm(128, 256).vm;
    const claims = new Claims();
    const taken = { start: START, count: 1000 };
    claims.claim(guest, 'addr', taken);
    const memory = { start: 500, count: 10 };
    expect(() => claims.claim(guest, 'addr', memory)).toThrow(/^addr: .*are taken\), found 500$/);
    const over = { start: START + 999, count: 10 };
    expect(() => claims.claim(guest, 'here', over)).toThrow(/^here: .*are taken\)/);
    const behind = { start: START + 1000, count: 256 * MIB_FRAMES };
    expect(() => claims.claim(guest, 'addr', behind)).toThrow('make the guest with hotplugFrames');
    claims.claim(guest, 'addr', { start: START + 1000, count: 10 });
    claims.unclaim(taken);
    claims.claim(guest, 'addr', { start: START, count: 500 });
  });

  it('are one of a kind', () => {
    const claims = new Claims();
    claims.attachOnce('VM 0', 'a balloon');
    claims.attachOnce('VM 0', 'HyperAlloc');
    expect(() => claims.attachOnce('VM 0', 'a balloon')).toThrow('it has a balloon already');
  });
});
