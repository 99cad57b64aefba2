// Lessons: a few steps each, with a text whose figures are the machine's. A figure stands in a text as [[name=value]]; a
// test runs each lesson and holds every one.

import { LIST, NUMBER, type Shape, expectShape, expectText } from '../check/index.ts';
import { US_PER_MS } from '../abi/unit.ts';
import { figureText } from './figures.ts';
import type { Outcome } from './session.ts';

export interface LessonStep {
  /** Lines of a script. */
  readonly script: string;
  /** What is seen after them. */
  readonly text: string;
}

/** A question, and the steps of a script that answer it. */
export interface Lesson {
  /** In links; one word. */
  readonly name: string;
  /** In lists; a few words. */
  readonly title: string;
  /** What the steps answer. */
  readonly question: string;
  /** Carried out one after the other on one machine. */
  readonly steps: readonly LessonStep[];
}

/** A text in pieces: a figure's name where one is stated. */
export interface Piece {
  readonly text: string;
  readonly figure?: string;
}

const FIGURE = /\[\[(\w+)=([\d.]+)\]\]/g;

/** A lesson's text in pieces: words, and figures that stand in it as `[[name=value]]`. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of expectText('text', text).matchAll(FIGURE)) {
    const [whole, figure = '', value = ''] = match;
    if (match.index > at) pieces.push({ text: text.slice(at, match.index) });
    pieces.push({ text: value, figure });
    at = match.index + whole.length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at) });
  return pieces;
}

const OUTCOME: Shape = { figures: { values: { '*': NUMBER } }, costUs: NUMBER, exits: [LIST] };

/** A figure of a step as a lesson tells it; `cost` is in milliseconds, `messages` counts register accesses. */
export function statedFigure(name: string, outcome: Outcome): string {
  const { figures, costUs, exits } = expectShape('outcome', outcome, OUTCOME);
  const known = Object.hasOwn(figures.values, expectText('name', name));
  if (name === 'cost') return (costUs / US_PER_MS).toFixed(1);
  if (name === 'messages') return String(exits.reduce((sum, [, times]) => sum + times, 0));
  return figureText(name, known ? (figures.values[name] as number) : Number.NaN);
}
