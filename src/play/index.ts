// The face of the playground: scripts, what each step does, lessons, and the program that a script is. No DOM, no file.

export { ScriptError } from './error.ts';
export { type Lesson, piecesOf, statedFigure } from './lesson.ts';
export { LESSONS } from './lessons.ts';
export { fragmentOf, scriptOf } from './link.ts';
export { Play } from './play.ts';
export { programOf } from './program.ts';
export type { Outcome } from './session.ts';
