/** Texts of lessons in pieces. */
import { expect, it } from 'vitest';
import { piecesOf } from '../../../src/play/lesson.ts';

it('a figure is a piece of its own, with its name', () => {
  expect(piecesOf('It holds [[own=52.0]] MiB, [[faults=9]]')).toEqual([
    { text: 'It holds ' },
    { text: '52.0', figure: 'own' },
    { text: ' MiB, ' },
    { text: '9', figure: 'faults' },
  ]);
});
