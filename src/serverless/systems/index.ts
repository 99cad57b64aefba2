// The systems under comparison. Adding one is adding its file and its line here.

import { choiceOf, expectText } from '../../check/index.ts';
import { ArgumentError } from '../argument.ts';
import { expectContext } from '../context.ts';
import type { SystemSpec } from '../system.ts';
import { MCPV_BALLOON } from './mcpv-balloon.ts';
import { MCPV_CZONE } from './mcpv-czone.ts';
import { MCPV_DIMM } from './mcpv-dimm.ts';
import { MCPV_FAASCALE } from './mcpv-faascale.ts';
import { MCPV_HYPERALLOC } from './mcpv-hyperalloc.ts';
import { MCPV_REPORTING } from './mcpv-reporting.ts';
import { MCPV_SQUEEZY } from './mcpv-squeezy.ts';
import { MCPV_STATIC } from './mcpv-static.ts';
import { MCPV_VIRTIO_MEM } from './mcpv-virtio-mem.ts';
import { SCPV_BOOT } from './scpv-boot.ts';
import { SCPV_FORK } from './scpv-fork.ts';
import { SCPV_SNAPSHOT } from './scpv-snapshot.ts';
import { SCPV_TEMPLATE } from './scpv-template.ts';

/** The system, which looks at what it is given: what stands after a name is text. */
function told(spec: SystemSpec): SystemSpec {
  const { create, reads, with: choose } = spec;
  return {
    ...spec,
    create: (context) => create(expectContext(context, reads)),
    ...(choose && { with: (argument) => told(choose(expectText('argument', argument))) }),
  };
}

/** The systems that can be compared, by name (`--system`). */
export const SYSTEMS: readonly SystemSpec[] = [
  SCPV_BOOT,
  SCPV_TEMPLATE,
  SCPV_SNAPSHOT,
  SCPV_FORK,
  MCPV_STATIC,
  MCPV_CZONE,
  MCPV_BALLOON,
  MCPV_REPORTING,
  MCPV_VIRTIO_MEM,
  MCPV_DIMM,
  MCPV_SQUEEZY,
  MCPV_FAASCALE,
  MCPV_HYPERALLOC,
].map(told);

/** A system by what it is called: `NAME` or `NAME:ARGUMENT`. Wrong text is an ArgumentError. */
export function systemOf(text: string): SystemSpec {
  const [name = '', ...rest] = text.split(':');
  const found = SYSTEMS.find((spec) => spec.name === name);
  if (found === undefined) {
    const names = SYSTEMS.map((spec) => spec.name);
    throw new ArgumentError(`a system of ${choiceOf(names, name)}`, text);
  }
  if (rest.length === 0) return found;
  if (found.with === undefined) throw new ArgumentError(`${found.name} alone`, text);
  return found.with(rest.join(':'));
}
