import { expect, it, vi } from 'vitest';

import { startWall } from '../../../src/replay/wall.ts';

it('each stopwatch runs from its own start', () => {
  let now = 1000;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
  const first = startWall();
  now = 1250;
  const second = startWall();
  now = 1300;
  expect([first(), second(), first()]).toEqual([300, 50, 300]);
  clock.mockRestore();
});
