/** Sources of a core with somebody's own file in them, and what a compiler says of it. */
import { describe, expect, it } from 'vitest';
import { coreSources, firstError, withOwn } from '../../../src/microbench/own-core.ts';

describe('the sources of a core', () => {
  it('are those of assembly/ and of the contract', () => {
    const paths = [...coreSources().keys()];
    expect(paths).toContain('assembly/index.ts');
    expect(paths).toContain('src/abi/layout.ts');
  });

  it('have the own file in the place of the buddy, and that beside it', () => {
    const standard = coreSources().get('assembly/kernel/buddy.ts');
    const own = withOwn(coreSources(), 'mine');
    expect(own.get('assembly/kernel/buddy.ts')).toBe('mine');
    expect(own.get('assembly/kernel/standard.ts')).toBe(standard);
    expect(() => withOwn(new Map(), 'mine')).toThrow('is missing');
  });
});

const error = (text: string, place: string): string =>
  `ERROR TS2554: ${text}\n    :\n 22 │ f();\n    │ ~~~\n    └─ in ${place}\n\n`;

it('what does not compile is told in a line: the first error, and how many more', () => {
  const said = error('Expected 0 arguments.', 'assembly/kernel/buddy.ts(22,1)');
  expect(firstError(said)).toBe('Expected 0 arguments. your file(22,1)');
  expect(firstError(said + error('Other.', 'assembly/free.ts(1,2)'))).toMatch(/, and 1 more$/);
  expect(firstError('nothing')).toBeUndefined();
});
