import { describe, expect, it } from 'vitest';
import { programMark } from '../../../src/graph/index.ts';

class One {
  readonly field: number = 1;
}
const ANOTHER = {
  One: class {
    readonly field: number = 2;
  },
}.One;
const twice = (of: number): number => 2 * of;

describe('the mark of a program', () => {
  it('is the same whatever order rooms and names come in', () => {
    const flat = programMark({ classes: { One }, values: { twice } });
    expect(programMark({ values: { twice }, below: [{ classes: { One } }] })).toBe(flat);
    expect(flat).toMatch(/^[0-9a-f]{8}$/);
  });

  it('is another when a class or a name is', () => {
    const marks = [
      programMark({ classes: { One } }),
      programMark({ classes: { One: ANOTHER } }),
      programMark({ classes: { Two: One } }),
      programMark({ classes: { One }, values: { twice } }),
    ];
    expect(new Set(marks).size).toBe(marks.length);
  });
});
