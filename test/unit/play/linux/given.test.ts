/** What is known of a foreign guest's pages, from events and from what they hold. */
import { describe, expect, it } from 'vitest';
import { USE_BALLOON, USE_OWNER } from '../../../../src/map/index.ts';
import { GivenPages, type Told } from '../../../../src/play/linux/given.ts';
import { newBalloonCounters } from '../../../../src/virtio/balloon/host.ts';
import { range } from '../../../support/virtio.ts';

const FRAMES = 2048;
const [GUEST, REPORTED, HINTED] = [USE_OWNER, USE_OWNER + 1, USE_OWNER + 2];

/** A device of which nothing is known but counters and events; pages that hold something are `backed`. */
function rig() {
  const counters = newBalloonCounters();
  const device = { counters: { resets: 1 } };
  const backed = new Set(range(0, FRAMES));
  const told: Told = {
    model: { counters },
    device,
    frames: { frames: FRAMES, isBacked: (pfn) => backed.has(pfn), onEvent: undefined },
  };
  const given = new GivenPages(told);
  const discard = (pfn: number, count: number): void => {
    for (const page of range(pfn, count)) backed.delete(page);
    told.frames.onEvent?.('discard', pfn, count);
  };
  const note = (pfn: number, count: number): void => {
    counters.hintedPages += count;
    told.frames.onEvent?.('note', pfn, count);
  };
  const report = (pfn: number, count: number): void => {
    counters.reportedPages += count;
    discard(pfn, count);
  };
  const need = (pfn: number, count: number): void => told.frames.onEvent?.('need', pfn, count);
  /** Pages by use, and those that the host has memory for. */
  const seen = (): Record<string, readonly [number, number]> => {
    const { frames, backed: held } = given.reel(1).instants[0]!.map;
    const of = (use: number): readonly [number, number] => [frames[use]!, held[use]!];
    return {
      guest: of(GUEST),
      balloon: of(USE_BALLOON),
      reported: of(REPORTED),
      hinted: of(HINTED),
    };
  };
  return { given, device, backed, discard, note, report, need, seen };
}

describe('pages of a foreign guest', () => {
  it('are the guest’s until its driver gives them', () => {
    const { seen } = rig();
    expect(seen()).toMatchObject({ guest: [FRAMES, FRAMES], balloon: [0, 0] });
  });

  it('go into the balloon and out of it', () => {
    const { discard, need, seen } = rig();
    discard(100, 50);
    expect(seen()).toMatchObject({ guest: [FRAMES - 50, FRAMES - 50], balloon: [50, 0] });
    need(100, 20);
    expect(seen()).toMatchObject({ guest: [FRAMES - 30, FRAMES - 50], balloon: [30, 0] });
  });

  it('that were reported are the guest’s again when they hold something', () => {
    const { report, backed, seen } = rig();
    report(1024, 1024);
    expect(seen()).toMatchObject({ guest: [1024, 1024], reported: [1024, 0] });
    backed.add(1500);
    expect(seen()).toMatchObject({ guest: [1025, 1025], reported: [1023, 0] });
    backed.delete(1500);
    expect(seen()['reported']).toEqual([1023, 0]);
  });

  it('that are hinted keep their host memory, and come back when the host is done', () => {
    const { given, note, seen } = rig();
    note(512, 512);
    expect(seen()).toMatchObject({ hinted: [512, 512], guest: [1536, 1536] });
    given.endHints();
    expect(seen()).toMatchObject({ hinted: [0, 0], guest: [FRAMES, FRAMES] });
  });

  it('are the guest’s after a reset of the device, until its next driver gives them', () => {
    const { device, discard, report, seen } = rig();
    discard(0, 100);
    report(1024, 512);
    device.counters.resets += 1;
    expect(seen()).toMatchObject({ guest: [FRAMES, FRAMES - 612], balloon: [0, 0] });
    discard(0, 100);
    device.counters.resets += 1;
    discard(200, 50);
    expect(seen()).toMatchObject({ guest: [FRAMES - 50, FRAMES - 662], balloon: [50, 0] });
  });

  it('are shown by pageblocks, too, with names for what is known', () => {
    const { given, discard } = rig();
    discard(512, 512);
    const { instants, owners, zones } = given.reel(512);
    expect([...instants[0]!.map.cells.use]).toEqual([GUEST, USE_BALLOON, GUEST, GUEST]);
    expect(owners).toEqual(['in the guest', 'reported free', 'hinted free']);
    expect(zones).toEqual(['DMA', 'Normal']);
  });

  it('are news when something was said of them', () => {
    const { given, discard } = rig();
    given.hasNews = false;
    discard(0, 1);
    expect(given.hasNews).toBe(true);
  });
});
