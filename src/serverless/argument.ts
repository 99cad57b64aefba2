// Text after the name of a policy, as in `fixed:10m`: each policy reads its own.

import { MS_PER_MINUTE, MS_PER_S } from '../abi/unit.ts';
import { choiceOf, expectText, shortened } from '../check/index.ts';

/** An argument that a policy cannot take. The message is one line without a name for the place it came from. */
export class ArgumentError extends Error {
  override readonly name: string = 'ArgumentError';
  readonly expected: string;
  readonly found: string;

  constructor(expected: string, found: string) {
    super(`expected ${expected}, found ${JSON.stringify(shortened(expectText('found', found)))}`);
    this.expected = expected;
    this.found = found;
  }
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: MS_PER_S,
  m: MS_PER_MINUTE,
  h: 60 * MS_PER_MINUTE,
};

/** No run is as long: a trace ends within a year. */
const LONGEST_HOURS = 876_000;

/** What `durationMs` reads. */
export const DURATION = 'a time such as 500ms, 90s, 10m or 1h';

/** A time with its unit, in milliseconds. */
export function durationMs(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined) throw new ArgumentError(DURATION, text);
  const ms = Number(amount) * (UNIT_MS[unit] as number);
  if (ms <= LONGEST_HOURS * (UNIT_MS['h'] as number)) return ms;
  throw new ArgumentError(`a time of at most ${LONGEST_HOURS}h`, text);
}

/** A list of policies as callers see it: what stands after a name is text, or nothing. */
export function policies<Spec extends { create(argument?: string): unknown }>(
  ...list: readonly Spec[]
): readonly Spec[] {
  return list.map((spec) => ({
    ...spec,
    create: (argument?: string) =>
      spec.create(argument === undefined ? argument : expectText('argument', argument)),
  }));
}

/** Makes a policy anew each time; `timed` is the policy that a time alone means. Wrong text is an ArgumentError. */
export function policyOf<Policy>(
  text: string,
  list: readonly { readonly name: string; create(argument?: string): Policy }[],
  timed?: string,
): () => Policy {
  const [name = '', ...rest] =
    timed !== undefined && /^\d/.test(text) ? [timed, text] : text.split(':');
  const spec = list.find((one) => one.name === name);
  if (spec === undefined) {
    const known = choiceOf(
      list.map((one) => one.name),
      name,
    );
    throw new ArgumentError(
      `${timed === undefined ? '' : `${DURATION}, or `}a policy of ${known}`,
      text,
    );
  }
  const argument = rest.length === 0 ? undefined : rest.join(':');
  const make = (): Policy => spec.create(argument);
  // a wrong argument is told now, before anything is read or played
  make();
  return make;
}
