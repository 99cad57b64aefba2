// mcpv-reporting: mcpv-static with free page reporting: the guest tells of large free blocks by itself, some seconds after they
// came about, and the host discards what is behind them. Nobody asks, nobody waits; what comes next faults again.

import { bound, partial } from '../../graph/index.ts';
import { NS_PER_MS, ORDER_MAX } from '../../abi/unit.ts';
import { type ReportingOptions, Reporting } from '../../vmm/index.ts';
import { ArgumentError, DURATION, durationMs } from '../argument.ts';
import { DeviceTurn } from '../device-turn.ts';
import { ManyPerVm, type StartedVm, type VmScheme, staticConfig } from '../many-per-vm.ts';
import { SHARED_SETTINGS, type SystemSpec } from '../system.ts';

export function attachReporting(options: ReportingOptions, started: StartedVm): VmScheme {
  const { vm, context } = started;
  const turn = new DeviceTurn(started);
  const device = new Reporting(vm, context.clock, {
    ...options,
    given: bound(turn, turn.note),
  });
  vm.counted.push(device);
  return { step: 'grow' };
}

/** `ORDER` or `ORDER/DELAY`. */
function optionsOf(argument: string): ReportingOptions {
  const [, order, delay] = /^(\d+)(?:\/(.+))?$/.exec(argument) ?? [];
  const reportingOrder = Number(order ?? Number.NaN);
  if (!(reportingOrder <= ORDER_MAX)) {
    const expected = `an order from 0 to ${ORDER_MAX}, after it / and ${DURATION} if wanted`;
    throw new ArgumentError(expected, argument);
  }
  if (delay === undefined) return { reportingOrder };
  return { reportingOrder, reportingDelayNs: durationMs(delay) * NS_PER_MS };
}

function specOf(name: string, options: ReportingOptions): SystemSpec {
  return {
    name,
    sentence:
      'Many containers of a function per VM of fixed size; the guest reports free blocks by itself: NAME:ORDER/DELAY, 9/2s if not said.',
    source:
      'Free page reporting of Linux 6.12 (mm/page_reporting.c) over virtio-balloon (virtio 1.2, 5.5).',
    limits:
      'Blocks below the order stay the VM’s. Nobody measured what reporting below 2 MiB takes from calls: as little as above, here.',
    reads: SHARED_SETTINGS,
    noPark: 'its guests report free memory by themselves, and nobody can ask them',
    create: (context) =>
      new ManyPerVm(context, {
        config: staticConfig,
        attach: partial(attachReporting, options),
      }),
    with: (argument) => specOf(`mcpv-reporting:${argument}`, optionsOf(argument)),
  };
}

export const MCPV_REPORTING: SystemSpec = specOf('mcpv-reporting', {});
