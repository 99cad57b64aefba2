import { describe, expect, it } from 'vitest';
import { FRAMES_PER_GIB } from '../../../src/abi/unit.ts';
import { compared, comparedText } from '../../../src/cli/bench-compare.ts';
import { type BenchRecord, compareBenches } from '../../../src/microbench/index.ts';
import { benchCheckout } from '../../support/bench-checkout.ts';
import { testFolder } from '../../support/folder.ts';

const file = testFolder();

/** One run of two benches. */
function record(touch: number, age: number, hash = 'same'): BenchRecord {
  const row = (name: string, ns: number) => ({
    name,
    operation: 'page',
    nsPerOperation: ns,
    lowestNs: ns,
    highestNs: ns,
    operations: 10,
    hash: `${name}-${hash}`,
    counts: {},
  });
  const benches = [row('touch', touch), row('age', age)];
  const made = { command: [], versions: {}, guestFrames: 1, policy: undefined, cpu: '' };
  return { schema: 1, ...made, benches };
}

const side = (name: string) => ({ kind: 'folder', name, folder: name }) as const;

describe('two sides in a table', () => {
  it('say of which benches the hashes differ', () => {
    const found = compareBenches([record(1, 1)], [record(2, 2, 'other')]);
    const text = comparedText([side('x'), side('y')], found, 1);
    expect(text).toMatch(/^A: x\nB: y\nCPU time, 1 turns\n/);
    expect(text).toMatch(
      /touch +page +1 +1-1 +touch-same +2 +2-2 +touch-other +2\.00x +2\.00-2\.00 +other/,
    );
    expect(text).toMatch(/\ntouch, age: hashes differ: [^\n]+\n$/);
    const equal = compareBenches([record(1, 1)], [record(1, 1)]);
    expect(comparedText([side('x'), side('y')], equal, 1)).not.toContain('differ');
  });
});

describe('what is compared', () => {
  const guestFrames = FRAMES_PER_GIB;
  const [A, B] = [
    { ns: 100, hash: 'h', names: ['touch', 'age'] },
    { ns: 50, hash: 'h', names: ['touch'] },
  ];

  it('are commits of a checkout, as a table or as JSON', async () => {
    const checkout = benchCheckout(A, B);
    const text = await compared(['v0', 'v1'], { guestFrames, turns: 2 }, checkout);
    expect(text).toMatch(/^A: v0 \([0-9a-f]{12}\)\nB: v1 \([0-9a-f]{12}\)\nCPU time, 2 turns\n/);
    expect(text).toMatch(/touch +page +100 +100-100 +h +50 +50-50 +h +0\.50x +0\.50-0\.50 +equal/);
    expect(text).not.toMatch(/^age/m);
    const json = await compared(['v0', 'HEAD'], { guestFrames, turns: 1, json: true }, checkout);
    expect(JSON.parse(json)).toMatchObject({
      schema: 1,
      a: { name: 'v0' },
      b: { name: 'HEAD' },
      turns: 1,
      benches: [{ name: 'touch', ratio: { median: 0.5 }, isEqual: true }],
    });
  });

  it('are records on both sides or on none', async () => {
    const a = file('a.json', JSON.stringify(record(100, 1)));
    const b = file('b.json', JSON.stringify(record(300, 1)));
    expect(await compared([a, b], { guestFrames, turns: 1 })).toMatch(/touch +100 +300 +3\.00x/);
    await expect(compared([a, 'HEAD'], { guestFrames, turns: 1 })).rejects.toThrow(
      /a\.json: expected a record on both sides or on none, found one$/,
    );
  });
});
