import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { CAUSE_ANONYMOUS, HostMemory, HostOutOfMemory } from '../../../src/vmm/index.ts';

const GIB_FRAMES = 2 ** 18;

function holding(frames: number): Float64Array {
  const account = new Float64Array(6);
  account[CAUSE_ANONYMOUS] = frames;
  return account;
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
