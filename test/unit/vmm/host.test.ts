// The host's memory: an account by cause, and what happens when it is full.

import { describe, expect, it } from 'vitest';
import {
  CAUSES,
  CAUSE_ANONYMOUS,
  CAUSE_GUEST_OS,
  CAUSE_IDLE_UNUSED,
  CAUSE_VMM,
  HostMemory,
  HostOutOfMemory,
  newAccount,
} from '../../../src/vmm/host.ts';
import { RefusedArgument } from '../../../src/check/index.ts';

/** An account with frames for some causes. */
function account(frames: Record<number, number>): Float64Array {
  const made = newAccount();
  for (const [cause, count] of Object.entries(frames)) made[Number(cause)] = count;
  return made;
}

describe('an account', () => {
  it('is replaced by what is held now, and the host’s is the sum of all', () => {
    const host = new HostMemory(100);
    const [one, two] = [newAccount(), newAccount()];
    host.settle(one, account({ [CAUSE_GUEST_OS]: 20, [CAUSE_VMM]: 5 }));
    host.settle(two, account({ [CAUSE_GUEST_OS]: 10 }));
    host.settle(one, account({ [CAUSE_VMM]: 7, [CAUSE_ANONYMOUS]: 1.5 }));
    expect([...one]).toEqual([...account({ [CAUSE_VMM]: 7, [CAUSE_ANONYMOUS]: 1.5 })]);
    expect([...host.account]).toEqual([
      ...account({ [CAUSE_GUEST_OS]: 10, [CAUSE_VMM]: 7, [CAUSE_ANONYMOUS]: 1.5 }),
    ]);
    expect(host.heldFrames).toBe(18.5);
    expect(newAccount()).toHaveLength(CAUSES.length);
  });
});

it.each([undefined, Symbol('x'), 5n, -1, CAUSES.length])(
  'moves idle frames of no cause %s',
  (no) => {
    const host = new HostMemory(100);
    expect(() => host.moveIdle(no as never, 5)).toThrow('cause: expected a whole number of 0 to');
    expect(() => host.moveIdle(0, Number.NaN)).toThrow('frames: expected a number');
    expect([...host.account]).toEqual([...newAccount()]);
  },
);

const held = (): Float64Array => account({ [CAUSE_VMM]: 0 });

describe('an account by names', () => {
  it('has each cause, and is a copy', () => {
    const host = new HostMemory(100);
    const { byCause } = host;
    host.account[CAUSE_VMM] = 7;
    expect(byCause.vmm).toBe(0);
    expect(Object.keys(host.byCause)).toEqual([...CAUSES]);
    expect(host.byCause.vmm).toBe(7);
  });
});

describe('frames that are held for nothing', () => {
  const host = new HostMemory(100);
  host.settle(held(), account({ [CAUSE_ANONYMOUS]: 3, [CAUSE_IDLE_UNUSED]: 5 }));

  it.each([
    [CAUSE_ANONYMOUS, 6],
    [CAUSE_ANONYMOUS, -4],
    [CAUSE_ANONYMOUS, Number.NaN],
    [CAUSES.length, 1],
  ])('go to cause %i only if they are there: not %f', (cause, frames) => {
    const before = [...host.account];
    expect(() => host.moveIdle(cause, frames)).toThrow(RefusedArgument);
    expect([...host.account]).toEqual(before);
  });

  it('are for a cause, and for nothing again', () => {
    host.moveIdle(CAUSE_ANONYMOUS, 5);
    expect(host.byCause).toMatchObject({ anonymous: 8, idleUnused: 0 });
    host.moveIdle(CAUSE_ANONYMOUS, -8);
    expect(host.byCause).toMatchObject({ anonymous: 0, idleUnused: 8 });
  });
});

describe('a host that is full', () => {
  it('has no frame more than its capacity', () => {
    const host = new HostMemory(100);
    host.settle(held(), account({ [CAUSE_VMM]: 100 }));
    expect(() => host.settle(held(), account({ [CAUSE_ANONYMOUS]: 0.5 }))).toThrow(HostOutOfMemory);
    expect(() => host.settle(held(), account({ [CAUSE_ANONYMOUS]: 10 }))).toThrow(
      /^host out of memory .*\(111 and 100 frames\)/,
    );
  });

  it('takes what shrinks without a word, even above the capacity', () => {
    const host = new HostMemory(100);
    const first = held();
    expect(() => host.settle(first, account({ [CAUSE_VMM]: 120 }))).toThrow(HostOutOfMemory);
    host.settle(first, account({ [CAUSE_VMM]: 110 }));
    expect(host.heldFrames).toBe(110);
  });

  it('asks for relief by the frames that are too many, until it fits or nothing came', () => {
    const host = new HostMemory(100);
    const other = held();
    host.settle(other, account({ [CAUSE_VMM]: 90 }));
    const extra = held();
    const asked: number[] = [];
    host.relieve = (frames) => {
      asked.push(frames);
      const left = (other[CAUSE_VMM] as number) - 8;
      if (left < 60) return false;
      // accounts are settled meanwhile, and do not ask again, those that grow neither
      host.settle(extra, account({ [CAUSE_ANONYMOUS]: 1 }));
      host.settle(other, account({ [CAUSE_VMM]: left }));
      return true;
    };
    host.settle(held(), account({ [CAUSE_ANONYMOUS]: 24.5 }));
    expect(asked).toEqual([15, 8]);
    expect(host.heldFrames).toBe(99.5);
    expect(() => host.settle(held(), account({ [CAUSE_VMM]: 99 }))).toThrow(HostOutOfMemory);
  });
});

const GIB_FRAMES = 2 ** 18;

function holding(frames: number): Float64Array {
  const causes = newAccount();
  causes[CAUSE_ANONYMOUS] = frames;
  return causes;
}

describe('a host without memory', () => {
  it('says when, how much was needed and how much there is', () => {
    const host = new HostMemory(GIB_FRAMES, () => 39_250_000_000);
    let error: unknown;
    try {
      host.settle(holding(0), holding(1.5 * GIB_FRAMES));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(HostOutOfMemory);
    expect(error).toMatchObject({
      neededFrames: 1.5 * GIB_FRAMES,
      capacityFrames: GIB_FRAMES,
      atNs: 39_250_000_000,
    });
    expect((error as Error).message).toBe(
      'host out of memory at 39.250 s: 1.500 GiB are needed, 1.000 GiB are there (393216 and 262144 frames)',
    );
  });

  it('asks for relief again after relief that failed with an error', () => {
    const host = new HostMemory(10);
    let calls = 0;
    host.relieve = () => {
      calls += 1;
      if (calls === 1) throw new Error('once');
      host.settle(holding(20), holding(5));
      return true;
    };
    expect(() => host.settle(holding(0), holding(20))).toThrow('once');
    host.settle(holding(20), holding(21));
    expect(calls).toBe(2);
  });

  it.each([Number.NaN, -1, undefined, '5'])('is of no %s frames', (frames) => {
    expect(() => new HostMemory(frames as number)).toThrow(RefusedArgument);
  });

  it('may be without end', () => {
    expect(new HostMemory(Infinity).capacityFrames).toBe(Infinity);
  });
});

it.each([undefined, 5, {}, new Float64Array(2), new Uint32Array(CAUSES.length)])(
  'an account has a number a cause: not %j',
  (wrong) => {
    const host = new HostMemory(100);
    expect(() => host.settle(wrong as never, newAccount())).toThrow('held: expected');
    expect(() => host.settle(newAccount(), wrong as never)).toThrow('next: expected');
  },
);

it.each([-5, Number.NaN, Infinity])(
  'an account takes no %d frames, and books nothing',
  (frames) => {
    const host = new HostMemory(100);
    const mine = newAccount();
    host.settle(mine, newAccount().fill(3));
    expect(() => host.settle(mine, newAccount().fill(frames))).toThrow(RefusedArgument);
    expect(() => host.settle(newAccount().fill(9), newAccount())).toThrow('frames that are held');
    expect([...host.account]).toEqual(CAUSES.map(() => 3));
  },
);
