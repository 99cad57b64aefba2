import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NS_PER_S } from '../../../src/abi/unit.ts';
import { RefusedArgument } from '../../../src/check/index.ts';
import { writeCore } from '../../../src/core/index.ts';
import { guestConfig } from '../../../src/scenario/index.ts';
import {
  Balloon,
  type MicroVm,
  Process,
  Reporting,
  UnreadableState,
  UnwritableState,
  Vmm,
  readHost,
  writeHost,
} from '../../../src/vmm/index.ts';
import { MIB_FRAMES, expectSound } from '../../support/vm.ts';

const FOOTPRINT = { processFrames: 100, tableFramesPerFrame: 1 / 512 };
const CONFIG = guestConfig({ memoryFrames: 128 * MIB_FRAMES, build: 'verify' });

interface Handles {
  readonly vms: readonly MicroVm[];
  readonly shell: Process;
  readonly balloon: Balloon;
  readonly reporting: Reporting;
}

interface Living {
  readonly host: Vmm;
  readonly handles: Handles;
}

/** Two VMs, one with a process, a balloon on its way and page reporting. */
function living(): Living {
  const host = new Vmm({ hostFrames: 1024 * MIB_FRAMES, footprint: FOOTPRINT });
  const vms = [host.clone(CONFIG), host.clone(CONFIG)] as [MicroVm, MicroVm];
  const balloon = new Balloon(vms[0], host.clock);
  const reporting = new Reporting(vms[1], host.clock);
  const shell = new Process(vms[0].guest, { cpu: 0, kernelFrames: 20, mappedPages: 4000 });
  shell.touch(0, 3000, true);
  balloon.setTarget(2000);
  host.advance(NS_PER_S);
  return { host, handles: { vms, shell, balloon, reporting } };
}

/** What a host is and what comes of it. */
function livesOn({ host, handles: { vms, shell, balloon } }: Living): unknown[] {
  shell.touch(1000, 500, true);
  balloon.setTarget(500);
  host.advance(3 * NS_PER_S);
  const more = host.clone(CONFIG) as MicroVm;
  shell[Symbol.dispose]();
  host.advance(3 * NS_PER_S);
  for (const vm of [...vms, more]) expectSound(vm);
  return [
    ...[...vms, more].map((vm) => vm.guest.core.hash()),
    balloon.actualPages,
    host.host.heldFrames,
    host.clock.nowNs,
  ];
}

const inspect = (): void => undefined;

describe('a host as bytes', () => {
  it('goes on as the first does, which it shares nothing with', () => {
    const first = living();
    const bytes = writeHost(first.host, first.handles);
    const again = readHost<Handles>(bytes) as Living;
    expect(again.host.vms).toEqual(again.handles.vms);
    const expected = livesOn(first);
    expect(livesOn(again)).toEqual(expected);
    expect(livesOn(readHost<Handles>(bytes) as Living)).toEqual(expected);
  });

  it('is refused when a byte of it is another, or is missing', () => {
    const bytes = writeHost(living().host);
    fc.assert(
      fc.property(
        fc.nat({ max: bytes.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        (at, other) => {
          const damaged = bytes.slice();
          damaged[at] = (damaged[at] as number) ^ other;
          expect(() => readHost(damaged)).toThrow(UnreadableState);
          expect(() => readHost(bytes.slice(0, at))).toThrow(UnreadableState);
        },
      ),
    );
  });

  it('says what it is not', () => {
    const { host } = living();
    const core = writeCore((host.vms[0] as MicroVm).guest.core);
    expect(() => readHost(core)).toThrow("expected a host, found a guest's memory");
    expect(() => readHost('bytes' as unknown as Uint8Array)).toThrow(RefusedArgument);
    expect(() => writeHost({} as Vmm)).toThrow(RefusedArgument);
  });

  it('cannot hold a function of the caller’s, and says where that is', () => {
    const host = new Vmm({ hostFrames: 1024, footprint: FOOTPRINT, inspect });
    expect(() => writeHost(host)).toThrow(UnwritableState);
    expect(() => writeHost(host)).toThrow(/inspect/);
  });
});
