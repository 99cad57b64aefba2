// A script as a program of one's own against the library: the same calls with the same numbers, and what came of them.

import { TEXT, expectShape } from '../check/index.ts';
import { FRAMES_PER_MIB, FRAME_BYTES } from '../abi/unit.ts';
import type { Outcome } from './session.ts';

const NAMES = ['Balloon', 'CZoneVirtio', 'Process', 'VirtioMem', 'Vmm'] as const;
const CALLS = ['guestConfig', 'hotplugStart', 'vmmFootprint'] as const;

/** The text of an ES module that runs after `npm install guestmem`. */
export function programOf(outcomes: readonly Outcome[]): string {
  expectShape('outcomes', outcomes, [{ text: TEXT, code: [TEXT] }]);
  const lines = outcomes.flatMap(({ text, code }) => [`// ${text}`, ...code, 'vmm.settle(vm);']);
  const body = lines.join('\n');
  const uses = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(body);
  const constants = [
    ...(uses('MIB') ? [`const MIB = ${FRAMES_PER_MIB}; // frames`] : []),
    ...(uses('FRAME') ? [`const FRAME = ${FRAME_BYTES}; // bytes`] : []),
  ];
  const imports = [...NAMES, ...CALLS].filter(uses).join(', ');
  return [
    `import { ${imports} } from 'guestmem';`,
    '',
    ...constants,
    '',
    body,
    '',
    'console.log(JSON.stringify(vmm.host.byCause));',
    '',
  ].join('\n');
}
