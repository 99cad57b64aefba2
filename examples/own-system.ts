// A system of your own beside the built-in ones: many containers a VM, whose kernel reports what is free to the host.

import {
  ManyPerVm,
  Reporting,
  SYSTEMS,
  type SystemSpec,
  SYNTHETIC_HOUR,
  generateSynthetic,
  replay,
  resultsOf,
  resultsTable,
  staticConfig,
} from 'guestmem';

const MCPV_MINE: SystemSpec = {
  name: 'mcpv-mine',
  sentence: 'Many containers of a function per VM; free pages are reported to the host.',
  source: 'Linux mm/page_reporting.c',
  limits: 'The host never asks.',
  create: (system) =>
    new ManyPerVm(system, {
      config: staticConfig, // how large a VM for a function's containers is
      attach({ vm, context: { clock } }) {
        const device = new Reporting(vm, clock);
        return {
          // before each container: what the device did so far is settled with the host
          placed() {
            device.ask();
            return undefined; // memory comes from the kernel's own zones
          },
        };
      },
    }),
};

const trace = generateSynthetic(
  { seed: 1, minutes: 4 },
  { ...SYNTHETIC_HOUR, functionCount: 12, popular: { ...SYNTHETIC_HOUR.popular, perMinute: 60 } },
);
const builtIn = SYSTEMS.filter(({ name }) => name === 'mcpv-static');
const run = await replay(trace, { systems: [...builtIn, MCPV_MINE], seed: 1 });
console.log(resultsTable(resultsOf(run)));
