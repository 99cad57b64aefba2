/** Cold starts against memory of idle containers: what keep-alive policies trade, and where a run's systems are beside that. */
import type { Details, KeepAlivePoint } from '../detail.ts';
import type { FunctionResult, Results, SystemResult } from '../results.ts';
import { rounded } from './rounded.ts';
import type { Axis, Figure, Point, PointsSpec } from './spec.ts';

/** `10m` of `fixed:10m`; one that only a full host ends has no time. */
export function policyText({ policy, isOwn }: KeepAlivePoint): string {
  const text = policy.replace(/^fixed:/, '');
  return isOwn ? `${text}, this run’s` : text;
}

function isLonger(one: KeepAlivePoint, other: KeepAlivePoint): number {
  return one.wastedGiBSeconds - other.wastedGiBSeconds;
}

/** Those that keep every container for the same time are one family, from the shortest to for ever. */
function isFixed({ policy }: KeepAlivePoint): boolean {
  return policy.startsWith('fixed:') || policy === 'lru';
}

function againstOf(
  all: readonly KeepAlivePoint[],
  x: (point: KeepAlivePoint) => number,
): PointsSpec['against'] {
  if (all.length === 0) return undefined;
  const pointOf = (one: KeepAlivePoint): Point => ({
    name: policyText(one),
    x: rounded(x(one)),
    y: rounded(one.wastedGiBSeconds),
  });
  const fixed = all.filter(isFixed).toSorted(isLonger);
  const others = all.filter((one) => !isFixed(one));
  return { line: fixed.map(pointOf), beside: others.map(pointOf) };
}

function figureOf(
  [id, title, note]: readonly [string, string, string],
  { systems }: Results,
  x: Axis,
  of: (system: SystemResult) => number,
  against: PointsSpec['against'],
): Figure {
  const spec: PointsSpec = {
    kind: 'points',
    x,
    y: { label: 'memory of idle containers', unit: 'gibSeconds' },
    points: systems.map((system) => ({
      name: system.name,
      x: rounded(of(system)),
      y: rounded(system.idle.wastedGiBSeconds),
    })),
    ...(against !== undefined && { against }),
  };
  return { id, title, note, spec };
}

function coldShare({ cold, warm, queued, refused }: FunctionResult): number {
  return cold / Math.max(1, cold + warm + queued + refused);
}

/** Share of cold calls that three in four functions do not exceed, as papers on keep-alive judge: nearest rank. */
export function coldQuartile({ functions }: Pick<SystemResult, 'functions'>): number {
  const called = functions.filter((one) => one.cold + one.warm + one.queued + one.refused > 0);
  const shares = called.map(coldShare).toSorted((a, b) => a - b);
  return shares[Math.max(0, Math.ceil(0.75 * shares.length - 1e-9) - 1)] ?? 0;
}

const KEPT =
  'The line is what keeping every idle container for a fixed time makes of the same calls, from short times to for ever (lru), if starts took no time and no host were full; policies that choose times lie beside it. A system lies to the right of its run’s policy by what its starts cost in further cold starts: calls that come while a container is still starting need another.';

/** By calls, and by functions where there is what to hold them against. */
export function wasteFigures(results: Results, { keepAlives = [] }: Details): Figure[] {
  const calls = Math.max(1, results.trace.invocations);
  const isHeld = keepAlives.length > 0;
  const note = `A point a system: the share of calls that started cold, and the memory of idle containers over time that was spent so that others did not. Lower left is better. ${isHeld ? KEPT : 'In one run all systems share a keep-alive policy, so that points lie close.'}`;
  const byCalls = figureOf(
    ['waste', 'Cold starts against wasted memory', note],
    results,
    { label: 'cold starts, share of calls', unit: 'share', isLog: isHeld },
    ({ starts }) => starts.cold / calls,
    againstOf(keepAlives, ({ cold }) => cold / calls),
  );
  if (!isHeld) return [byCalls];
  const byFunctions = figureOf(
    [
      'waste-functions',
      'The same by functions',
      'The share of cold calls that three in four functions do not exceed, as papers on keep-alive judge since Shahrad et al. (2020): functions that are seldom called count as much as busy ones. Lower left is better.',
    ],
    results,
    { label: 'cold calls, third quartile of functions', unit: 'share', max: 1 },
    coldQuartile,
    againstOf(keepAlives, (one) => one.coldQuartile),
  );
  return [byCalls, byFunctions];
}
