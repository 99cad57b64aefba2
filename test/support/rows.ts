// Rows of results that a test makes up.

import type { Row } from '../../src/sweep/row.ts';

export function row(
  labels: Readonly<Record<string, string>>,
  seed: number,
  system: string,
  startupMs: number,
  footprintGiBSeconds: number,
): Row {
  const figures = { startupMs, sandboxMs: startupMs, footprintGiBSeconds, slowdown: 1, cpuMs: 5 };
  return { labels, seed, system, figures };
}
