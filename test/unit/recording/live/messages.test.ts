// How slow the machine was with the messages of a balloon's driver.

import { describe, expect, it } from 'vitest';
import {
  type DriverStep,
  MESSAGE_PAGES,
  MessagePace,
  messagesOf,
} from '../../../../src/recording/live/messages.ts';

/** Pages in a row, so many us apart, from a time on. */
function pages(count: number, fromUs: number, apartUs = 1): DriverStep[] {
  return Array.from({ length: count }, (_, page) => ({ pages: 1, us: fromUs + page * apartUs }));
}

describe('messages of a wish', () => {
  it('have 256 pages each, and lie as far apart as one ends and the next begins', () => {
    const found = messagesOf(pages(MESSAGE_PAGES + 2, 1000, 10));
    expect(found.map(({ pagesUs }) => pagesUs.length)).toEqual([MESSAGE_PAGES, 2]);
    expect(found.map(({ gapUs }) => gapUs)).toEqual([0, 10]);
    expect(found[1]?.pagesUs).toEqual([0, 10]);
  });

  it('end where the driver got no page; the sleep after it is no time of the host', () => {
    const slept: DriverStep[] = [
      { pages: 0, us: 40 },
      { pages: 0, us: 200_040 },
    ];
    const found = messagesOf([...pages(256, 0), ...pages(9, 260), ...slept, ...pages(3, 400_000)]);
    expect(found.map(({ pagesUs }) => pagesUs.length)).toEqual([256, 9, 3]);
    expect(found.map(({ gapUs }) => gapUs)).toEqual([0, 5, 5]);
  });
});

describe('the pace', () => {
  const told = messagesOf([...pages(256, 0), ...pages(256, 300, 2), ...pages(2, 900, 7)]);

  it('of inflating: pages first, then the answer, as long as the next message was away', () => {
    const pace = new MessagePace(told);
    expect([pace.pageUs(1), pace.pageUs(255), pace.pageUs(256)]).toEqual([1, 1, 0]);
    expect(pace.answerUs()).toBe(45);
    expect(pace.pageUs(1)).toBe(2);
    expect(pace.answerUs()).toBe(90);
    expect([pace.pageUs(1), pace.pageUs(2)]).toEqual([7, 0]);
    // the last one for all that follow
    expect([pace.answerUs(), pace.pageUs(1)]).toEqual([90, 7]);
  });

  it('of deflating: the first page comes back when the wish comes, for the host had answered', () => {
    const pace = new MessagePace(told, true);
    expect([pace.answerUs(), pace.pageUs(1)]).toEqual([0, 1]);
    expect([pace.answerUs(), pace.pageUs(1)]).toEqual([45, 2]);
  });

  it('is none where nothing is told', () => {
    const pace = new MessagePace();
    expect([pace.pageUs(1), pace.answerUs()]).toEqual([0, 0]);
  });
});
