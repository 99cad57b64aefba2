// The idle policies. Adding one is adding its file and its line here.

import { RefusedArgument, expectText } from '../../check/index.ts';
import { ArgumentError, policies, policyOf } from '../argument.ts';
import type { SystemSpec } from '../system.ts';
import { KEEP } from './keep.ts';
import { PARK } from './park.ts';
import type { IdlePolicy, IdlePolicySpec, IdleStep, IdleWay } from './policy.ts';
import { SUSPEND } from './suspend.ts';

export type { IdlePolicy, IdlePolicySpec, IdleStep, IdleWay } from './policy.ts';

/** Idle policies by name (`--idle`). */
export const IDLE_POLICIES: readonly IdlePolicySpec[] = policies(KEEP, PARK, SUSPEND);

/** Name of what is done unless told otherwise. */
export const DEFAULT_IDLE: string = KEEP.name;

/** Several policies at once: each does its part when its time has come. */
export class Joined implements IdlePolicy {
  readonly ways: readonly IdleWay[];
  private readonly _all: readonly IdlePolicy[];

  constructor(all: readonly IdlePolicy[]) {
    this.ways = all.flatMap(({ ways }) => ways);
    this._all = all;
  }

  steps(functionId: number, nowMs: number): readonly IdleStep[] {
    return this._all
      .flatMap((one) => one.steps(functionId, nowMs))
      .toSorted((one, other) => one.afterMs - other.afterMs);
  }
}

/** Policies by their names, commas between. Wrong text is an ArgumentError. */
export function idlePolicyOf(text: string): () => IdlePolicy {
  const makers = expectText('idle', text)
    .split(',')
    .map((one) => policyOf(one, IDLE_POLICIES));
  const joined = (): IdlePolicy => new Joined(makers.map((make) => make()));
  const { ways } = joined();
  if (makers.length > 1 && new Set<IdleWay>(ways).size < makers.length) {
    throw new ArgumentError('park and suspend once each', text);
  }
  return joined;
}

/** A system that cannot do what a policy wants. */
export interface LeftOut {
  readonly system: string;
  readonly reason: string;
}

/** Systems whose VMs cannot be parked, if the policy parks. */
export function unparkable(systems: readonly SystemSpec[], { ways }: IdlePolicy): LeftOut[] {
  if (!ways.includes('park')) return [];
  return systems.flatMap(({ name, noPark }) =>
    noPark === undefined ? [] : [{ system: name, reason: noPark }],
  );
}

/** Throws RefusedArgument for a system whose VMs cannot be parked, if the policy parks. */
export function expectParkable(systems: readonly SystemSpec[], policy: IdlePolicy): void {
  const refused = unparkable(systems, policy);
  const [first] = refused;
  if (first === undefined) return;
  const others = systems.filter(({ noPark }) => noPark === undefined).map(({ name }) => name);
  const why = others.length === 0 || refused.length === 1 ? first.reason : others.join(', ');
  throw new RefusedArgument('idle', `systems that can be parked: ${why}`, first.system);
}
