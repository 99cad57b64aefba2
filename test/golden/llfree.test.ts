/** LLFree gives the frames of the real allocators: sequences from runs of llfree-c of 2026 and of HyperAlloc's artifact. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { GoldenRun, type GoldenSequence, rulesOfBuild } from '../support/llfree-golden.ts';

const FILE = path.resolve(import.meta.dirname, '../../../shared/reference/llfree-golden.json');
const isThere = existsSync(FILE);
const sequences = isThere
  ? (JSON.parse(readFileSync(FILE, 'utf8')) as { sequences: GoldenSequence[] }).sequences
  : [];

/** Each sequence by each build whose rules are implemented. */
const runs = sequences.flatMap((sequence) =>
  sequence.builds.flatMap((build) => {
    const [init] = sequence.steps;
    const rules = init === undefined ? undefined : rulesOfBuild(build, init);
    return rules === undefined ? [] : [[sequence.name, build, rules, sequence] as const];
  }),
);

describe.skipIf(!isThere)('real runs (skipped where ../shared is absent)', () => {
  it('are of both variants', () => {
    expect(new Set(runs.map(([, , rules]) => rules))).toEqual(
      new Set(['simple', 'movable', 'kinds', 'kinds-installed']),
    );
  });

  it.each(runs)('%s by %s: every step comes to the same', (_name, build, rules, sequence) => {
    const run = new GoldenRun(rules, sequence.tree_huge);
    for (const step of sequence.steps) {
      const wanted = step.meta_bytes?.[build] ?? step.result_by?.[build] ?? step.result;
      expect(run.step(step.op), step.op).toEqual(wanted);
    }
  });
});
