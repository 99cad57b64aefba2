/** Maps of a placed guest say what its samples say. */
import { expect, it } from 'vitest';
import { PAGES_DEFAULTS, replayPages } from '../../../../src/recording/placement/replay.ts';
import {
  type MapReel,
  USE_FREE,
  USE_OWNER,
  USE_PER_CPU,
  USE_POOL,
} from '../../../../src/map/index.ts';
import { ANON, KERNEL, TraceScript, ZONE_START } from '../../../support/recording.ts';

it('maps have the containers’ pages, and as much free memory as the samples', () => {
  const script = new TraceScript().fork(1, 10).fork(10, 11).fork(10, 12).fork(10, 13).exit(13);
  for (let page = 0; page < 100; page += 1) {
    script.alloc(11, ZONE_START + 3 * page, ANON).alloc(12, ZONE_START + 3 * page + 1, ANON);
    script.alloc(12, ZONE_START + 3 * page + 2, KERNEL);
  }
  script.wait(1000);
  const reels: MapReel[] = [];
  const onMaps = (reel: MapReel): void => void reels.push(reel);
  const options = { ...PAGES_DEFAULTS, minPages: 8, samples: 3, onMaps };
  const { policies } = replayPages(script.finish(), options);
  expect(reels.map(({ name }) => name)).toEqual(policies.map(({ name }) => name));
  reels.forEach(({ instants, owners }, at) => {
    const { frames } = instants.at(-1)!.map;
    expect(owners.length).toBe(2);
    expect([frames[USE_OWNER], frames[USE_OWNER + 1]]).toEqual([100, 100]);
    const free = frames[USE_FREE]! + frames[USE_PER_CPU]!;
    expect(free).toBe(policies[at]!.end.freeFrames);
  });
  const czone = reels.find(({ name }) => name === 'czone')!;
  expect(czone.instants.at(-1)!.map.frames[USE_POOL]).toBeGreaterThan(0);
  expect(czone.zones).toContain('CZone 0');
});
