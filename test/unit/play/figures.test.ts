/** Figures of a machine are those of its map, its core and its host. */
import { expect, it } from 'vitest';
import { FIGURES, figureText } from '../../../src/play/figures.ts';
import { Play } from '../../../src/play/play.ts';

it('every figure that is explained is counted, and agrees with the core', () => {
  const play = new Play();
  play.load('boot 256\nstart a 128\ntouch a 100\nexit a\ninflate 10');
  const { values, host, zones } = play.outcomes.at(-1)!.figures;
  expect(Object.keys(values).toSorted()).toEqual(Object.keys(FIGURES).toSorted());
  const { core } = play.machine.vm.guest;
  expect(values['own']).toBe(core.privateFrames / 256);
  expect(values['balloon']).toBe(10);
  expect(values['idle']).toBe(play.machine.vm.guest.memory.idleFrames / 256);
  expect(host.reduce((sum, [, mib]) => sum + mib, 0)).toBe(values['host']);
  const free = zones.reduce((sum, zone) => sum + zone.free, 0);
  expect(values['free']! - values['parked']!).toBe(free / 256);
});

it('is told with its digits', () => {
  expect([figureText('own', 1.25), figureText('faults', 12)]).toEqual(['1.3', '12']);
});
