import { describe, expect, it } from 'vitest';
import { forkAgain, liveAgain } from '../../../src/scenario/course.ts';
import { MEASURED } from '../../../src/serverless/index.ts';

const named = (name: string) => MEASURED.find((one) => one.name === name)!;

describe('containers of a measured function, lived again', () => {
  const server = named('html_server.mjs');
  let heard = 0;
  const [first, second] = liveAgain(server, 200, 2, () => (heard += 1));

  it('are told one by one', () => {
    expect(heard).toBe(2);
  });

  it('have what was measured after the start and after 1, 10 and 100 calls', () => {
    expect(first?.map(({ call }) => call)).toEqual([0, 1, 10, 100]);
    expect(first?.map(({ anonymous }) => anonymous)).toEqual([server.anonymous, ...server.grown]);
    expect(first?.map(({ file }) => file)).toEqual([server.file, ...server.files]);
    const freed = [0, ...server.callsFreed].map((calls) => server.startFreed + calls);
    first?.forEach((point, at) => expect(Math.abs(point.freed - freed[at]!)).toBeLessThan(3));
  });

  it('get what they hold, what they gave back and what the kernel has for them', () => {
    for (const { allocated, freed, anonymous, file } of first ?? []) {
      expect(allocated - freed).toBe(anonymous + file + 200);
    }
  });

  it('find the files of the one before', () => {
    expect(second?.map(({ file }) => file)).toEqual([0, 0, 0, 0]);
    expect(second?.map(({ anonymous }) => anonymous)).toEqual(
      first?.map(({ anonymous }) => anonymous),
    );
  });
});

describe('a fork of a measured function, lived again', () => {
  it.each(MEASURED.filter(({ fork }) => fork !== undefined).map((one) => [one.name, one] as const))(
    'of %s has as many pages of its own after its first call as the recorded one',
    (_, one) => {
      const [begun, first] = forkAgain(one) as [number, number];
      // its heap grows as those of containers do, which is not to the page as the fork's did
      expect(Math.abs(first - one.fork!.written)).toBeLessThanOrEqual(2);
      expect(begun).toBeLessThanOrEqual(first);
    },
  );
});
