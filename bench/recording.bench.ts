// How many events of a real kernel's recording does the core carry out in a second?

import { existsSync } from 'node:fs';
import path from 'node:path';
import { openCapture } from '../src/recording/read/capture.ts';
import { CorePort } from '../src/recording/program/core-port.ts';
import { compileFreeRunning } from '../src/recording/program/free-running.ts';
import { compileGuided } from '../src/recording/program/guided.ts';
import { stateFrames } from '../src/core/state.ts';
import { runProgram } from '../src/recording/program/program.ts';
import { type BenchCase, type BenchReport, type BenchSize, measure, ratio } from './measure.ts';

/** Folder of the recordings that the project ships. */
export function capturesFolder(root: string): string {
  return path.join(root, '../shared/captures');
}

/** Nanoseconds an event; undefined where there are no recordings. */
export async function recordingBench(
  size: BenchSize,
  root: string,
): Promise<BenchReport | undefined> {
  const name = size.name === 'large' ? 'linux-6.12-fifo-768' : 'linux-6.12-smoke-768';
  const folder = path.join(capturesFolder(root), name);
  if (!existsSync(folder)) return undefined;
  const capture = await openCapture(folder);
  const port = new CorePort(stateFrames(capture.end));
  const load = (): void => port.load(capture.start);
  const replay = (mode: string, commands: Uint32Array): BenchCase => ({
    name: mode,
    operations: capture.trace.count,
    before: load,
    run: () => runProgram(port, commands),
  });
  const guided = compileGuided(capture).commands;
  const freeRunning = compileFreeRunning(capture).commands;
  load();
  runProgram(port, guided);
  const hash = port.core.hash();
  const rows = await measure([replay('guided', guided), replay('free-running', freeRunning)], size);
  return {
    name: 'recording',
    question: `What does an event of ${name} cost in the core?`,
    rows,
    ratios: { 'free-running / guided': ratio(rows, 'free-running', 'guided') },
    hash,
  };
}
