import { describe, expect, it } from 'vitest';
import { News } from '../../../../src/play/linux/news.ts';
import type { Sight } from '../../../../src/play/linux/sight.ts';
import { Twin } from '../../../../src/play/linux/twin.ts';

const PAGES = 1;
const twin = new Twin(256, false);
const of = (): Sight => twin.sight(PAGES);

describe('a look at a guest', () => {
  it('is news the first time, and not again while nothing has changed', () => {
    const news = new News();
    expect([of(), of(), of()].map((sight) => news.isNews(sight))).toEqual([true, false, false]);
  });

  it.each<[string, (sight: Sight) => void]>([
    ['a figure', (sight) => Object.assign(sight, { targetMib: 7 })],
    ['a name', (sight) => Object.assign(sight.reel, { owners: ['someone'] })],
    ['a cell of the map', ({ reel }) => reel.instants[0]!.map.cells.use.fill(1, 9, 10)],
    ['a sum of the map', ({ reel }) => reel.instants[0]!.map.backed.fill(9, 3, 4)],
  ])('is news when %s has changed, once', (_, change) => {
    const news = new News();
    news.isNews(of());
    const [other, same] = [of(), of()];
    change(other);
    change(same);
    expect([news.isNews(other), news.isNews(same)]).toEqual([true, false]);
  });

  it('is news when cells are of other sizes', () => {
    const news = new News();
    news.isNews(of());
    expect(news.isNews(twin.sight(512))).toBe(true);
  });
});
