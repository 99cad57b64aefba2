// Real time, for throughput and nothing else: no result but `wall` depends on it.

/** Starts a stopwatch; the function returned gives the milliseconds since. */
export function startWall(): () => number {
  const began = performance.now();
  return () => performance.now() - began;
}
