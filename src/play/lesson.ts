// Lessons: a few steps each, with a text whose figures are the machine's. A figure stands in a text as [[name=value]]; a
// test runs each lesson and holds every one.

import { US_PER_MS } from '../abi/unit.ts';
import { figureText } from './figures.ts';
import type { Outcome } from './session.ts';

export interface LessonStep {
  /** Lines of a script. */
  readonly script: string;
  /** What is seen after them. */
  readonly text: string;
}

export interface Lesson {
  readonly name: string;
  readonly title: string;
  readonly question: string;
  readonly steps: readonly LessonStep[];
}

/** A text in pieces: a figure's name where one is stated. */
export interface Piece {
  readonly text: string;
  readonly figure?: string;
}

const FIGURE = /\[\[(\w+)=([\d.]+)\]\]/g;

export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(FIGURE)) {
    const [whole, figure = '', value = ''] = match;
    if (match.index > at) pieces.push({ text: text.slice(at, match.index) });
    pieces.push({ text: value, figure });
    at = match.index + whole.length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at) });
  return pieces;
}

/** A figure of a step as a lesson tells it; `cost` is in milliseconds, `messages` counts register accesses. */
export function statedFigure(name: string, { figures, costUs, exits }: Outcome): string {
  if (name === 'cost') return (costUs / US_PER_MS).toFixed(1);
  if (name === 'messages') return String(exits.reduce((sum, [, times]) => sum + times, 0));
  return figureText(name, figures.values[name] ?? Number.NaN);
}
