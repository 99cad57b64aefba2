/** Texts of lessons in pieces. */
import { expect, it } from 'vitest';
import { piecesOf, statedFigure } from '../../../src/play/lesson.ts';

it('a figure is stated of an outcome, by its own names', () => {
  const outcome = { figures: { values: { own: 5 } }, costUs: 1500, exits: [['balloon', 2]] };
  const stated = (name: unknown, of: unknown = outcome): string =>
    statedFigure(name as never, of as never);
  expect([stated('cost'), stated('messages'), stated('own')]).toEqual(['1.5', '2', '5.0']);
  expect(['__proto__', 'toString', 'x'].map((name) => stated(name))).toEqual(['NaN', 'NaN', 'NaN']);
  for (const name of [Symbol('x'), 5, Object.create(null)]) {
    expect(() => stated(name)).toThrow('name: expected text');
  }
  expect(() => stated('own', {})).toThrow('outcome.figures: expected an object');
});

it('a figure is a piece of its own, with its name', () => {
  expect(piecesOf('It holds [[own=52.0]] MiB, [[faults=9]]')).toEqual([
    { text: 'It holds ' },
    { text: '52.0', figure: 'own' },
    { text: ' MiB, ' },
    { text: '9', figure: 'faults' },
  ]);
});
