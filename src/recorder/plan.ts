// What the host asks of a device, and when: `5s:256M,12s:512M`.

import { RefusedArgument, expectText } from '../check/index.ts';

/** What the host asks of a device at a moment. */
export interface PlanStep {
  /** Since the workload began. */
  readonly atMs: number;
  /** Of the guest's memory, or of virtio-mem's. */
  readonly mib: number;
}

/**
 * What a plan in words comes to: `5s:256M,12s:512M`. The balloon's says how much memory the guest shall have, virtio-mem's how much more
 * than it booted with. `argument` is what a refusal calls it. Throws RefusedArgument.
 */
export function planOf(argument: string, text: string): PlanStep[] {
  let before = 0;
  expectText('argument', argument);
  return expectText('text', text)
    .split(',')
    .map((part) => {
      const match = /^(\d+(?:\.\d+)?)s:(\d+)([MG])$/.exec(part.trim());
      if (match === null)
        throw new RefusedArgument(argument, 'TIME:SIZE,… such as 5s:256M,12s:1G', text);
      const atMs = Number(match[1]) * 1000;
      if (atMs < before)
        throw new RefusedArgument(argument, 'times that do not run backwards', text);
      before = atMs;
      return { atMs, mib: Number(match[2]) * (match[3] === 'G' ? 1024 : 1) };
    });
}
