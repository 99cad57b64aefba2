// What devices of a VM have to themselves: ranges of its address space, and being the one of their kind.

import { RefusedArgument } from '../check/index.ts';
import { type FrameRange, type GuestKernel, layoutOf } from '../guest/index.ts';
import { expectRanges } from './counted.ts';

/** What the devices of one VM have claimed. */
export class Claims {
  private readonly _ranges: FrameRange[] = [];
  private readonly _kinds: Set<string> = new Set();

  /**
   * The range is a device's from now on. Throws RefusedArgument when it lies over the guest's memory or over what another device
   * has.
   */
  claim({ config, core }: GuestKernel, argument: string, range: FrameRange): void {
    expectRanges([range]);
    const { ram } = layoutOf(config.memoryFrames, []);
    const { region } = config;
    const zones = region === undefined ? [] : [{ start: region.start, count: region.frames }];
    for (const { start, count } of [...ram, ...zones, ...this._ranges]) {
      if (range.start >= start + count || start >= range.start + range.count) continue;
      const expected = `frames that nothing else has (${start} to ${start + count - 1} are taken)`;
      throw new RefusedArgument(argument, expected, range.start);
    }
    if (range.start + range.count > core.spanFrames) {
      const expected = `room for ${range.count} frames from ${range.start} on: make the guest with hotplugFrames`;
      throw new RefusedArgument(argument, expected, core.spanFrames);
    }
    this._ranges.push(range);
  }

  /** The range is nobody's again. */
  unclaim(range: FrameRange): void {
    const at = this._ranges.indexOf(range);
    if (at >= 0) this._ranges.splice(at, 1);
  }

  /** The VM has a device of this kind from now on. Throws RefusedArgument for a second. */
  attachOnce(vm: string, kind: string): void {
    if (this._kinds.has(kind)) {
      throw new RefusedArgument(vm, `a VM without ${kind}`, `it has ${kind} already`);
    }
    this._kinds.add(kind);
  }
}
