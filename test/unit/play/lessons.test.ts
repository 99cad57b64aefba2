/** Each lesson runs, and each figure that its text states is the machine's. */
import { describe, expect, it } from 'vitest';
import { LESSONS, Play, piecesOf, statedFigure } from '../../../src/play/index.ts';

describe('lessons', () => {
  it('are ten, each with a name of its own and two steps or more', () => {
    expect(LESSONS.length).toBe(10);
    expect(new Set(LESSONS.map(({ name }) => name)).size).toBe(10);
    expect(LESSONS.every(({ steps }) => steps.length > 1)).toBe(true);
  });

  it.each(LESSONS.map((lesson) => [lesson.name, lesson] as const))('%s is true', (_, lesson) => {
    const play = new Play();
    for (const { script, text } of lesson.steps) {
      for (const line of script.split('\n')) play.run(line);
      const last = play.outcomes.at(-1)!;
      const stated = piecesOf(text).filter(({ figure }) => figure !== undefined);
      expect(stated.length).toBeGreaterThan(0);
      for (const piece of stated) {
        expect([piece.figure, statedFigure(piece.figure!, last)]).toEqual([
          piece.figure,
          piece.text,
        ]);
      }
    }
  });
});
