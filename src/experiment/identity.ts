// What must be the same where a run goes on, each with its fingerprint.

import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { coreVersion } from '../replay/index.ts';
import type { Trace } from '../trace/index.ts';
import { type Experiment, mapsOf, planOf } from './experiment.ts';

/** Digits of a fingerprint: nobody makes two on purpose. */
const DIGITS = 16;

function fingerprint(parts: Iterable<string | Uint8Array>): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, DIGITS);
}

/** What a trace has for a replay, whatever its files are called and wherever they lie. */
function* traceParts({
  functions,
  calls,
  spanMs,
  sessions = [],
}: Trace): Iterable<string | Uint8Array> {
  yield JSON.stringify([functions, spanMs, calls.kind]);
  for (const [name, part] of [...Object.entries(calls), ...sessions.entries()]) {
    yield String(name);
    yield* bytesOf(part);
  }
}

function* bytesOf(part: unknown): Iterable<string | Uint8Array> {
  if (ArrayBuffer.isView(part)) {
    yield new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
  } else if (part instanceof Map) yield JSON.stringify([...part]);
  else if (typeof part === 'object' && part !== null) {
    for (const one of Object.values(part)) yield* bytesOf(one);
  } else yield JSON.stringify(part) ?? '';
}

/** The program's own files: another build of it may hold its state, or count, in another way. */
function* programParts(): Iterable<string | Uint8Array> {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const own = import.meta.url.slice(-3);
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  for (const name of names.filter((one) => one.endsWith(own)).toSorted()) {
    yield name;
    yield readFileSync(join(root, name));
  }
}

let program: string | undefined;

/** Of the JavaScript that plays. */
export function programMark(): string {
  program ??= fingerprint(programParts());
  return program;
}

export function identityOf(trace: Trace, experiment: Experiment): Record<string, string> {
  const { seeds, outputs } = experiment;
  const { sensitivity, records = false } = outputs;
  const [plan, maps] = [planOf(experiment), mapsOf(experiment)];
  const configuration = JSON.stringify([plan, maps, seeds, sensitivity, records]);
  const cores = (['release', 'release-llfree'] as const).map((build) => coreVersion(build).hash);
  return {
    trace: fingerprint(traceParts(trace)),
    configuration: fingerprint([configuration]),
    program: programMark(),
    core: cores.join('-'),
  };
}
