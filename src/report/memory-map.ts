/** A guest's memory at one moment as a picture: one cell a stretch of frames, coloured by what it mostly holds. */
import { RefusedArgument } from '../check/index.ts';
import { COLOURS } from './colour.ts';
import type { MemoryMap } from './detail.ts';
import { escapeHtml } from './escape.ts';

const COLUMNS = 128;
const CELL = 7;
const LEGEND_HEIGHT = 24;

/** Runs of equal cells in one row become one rectangle. */
function* runs(
  cells: Uint8Array,
): Generator<{ row: number; column: number; length: number; state: number }> {
  let start = 0;
  for (let index = 1; index <= cells.length; index++) {
    const rowEnds = index % COLUMNS === 0;
    if (index < cells.length && !rowEnds && cells[index] === cells[start]) continue;
    const column = start % COLUMNS;
    yield { row: (start - column) / COLUMNS, column, length: index - start, state: cells[start]! };
    start = index;
  }
}

function colourOf(state: number): string {
  return state === 0 ? '#eee' : COLOURS[(state - 1) % COLOURS.length]!;
}

function legend(states: readonly string[]): string {
  const step = (COLUMNS * CELL) / states.length;
  return states
    .map((name, state) => {
      const x = Math.round(state * step);
      return `<rect x="${x}" y="4" width="12" height="12" fill="${colourOf(state)}"/><text x="${x + 16}" y="14" font-size="11">${escapeHtml(name)}</text>`;
    })
    .join('');
}

/** SVG text. Guest addresses rise from left to right, then downwards. Throws on a cell without a state. */
export function memoryMapSvg({ system, cells, states }: MemoryMap): string {
  const stray = cells.find((state) => state >= states.length);
  if (stray !== undefined) {
    const expected = `states of which there are ${states.length}`;
    throw new RefusedArgument(`memory map of ${system}`, expected, stray);
  }
  const width = COLUMNS * CELL;
  const height = LEGEND_HEIGHT + Math.ceil(cells.length / COLUMNS) * CELL;
  let body = legend(states);
  for (const { row, column, length, state } of runs(cells)) {
    const y = LEGEND_HEIGHT + row * CELL;
    body += `<rect x="${column * CELL}" y="${y}" width="${length * CELL}" height="${CELL - 1}" fill="${colourOf(state)}"/>`;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif">${body}</svg>`;
}
