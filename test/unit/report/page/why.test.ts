import { describe, expect, it } from 'vitest';
import { whyHtml } from '../../../../src/report/page/why.ts';
import { system } from '../../../support/report.ts';

function words(html: string): string {
  return html.replaceAll(/<[^>]+>/g, '');
}

describe('why', () => {
  it('memory differs is told by the causes that make most of it, and by VMs', () => {
    const other = system('scpv-boot', 3);
    const leader = { ...system('mcpv-czone'), vms: { mean: 4, peak: 9, started: 5 } };
    expect(words(whyHtml('footprintGiBSeconds', leader, other))).toBe(
      'Why: 160 MiB less than scpv-boot in the mean, of it 100 MiB of guest kernels, 60 MiB free in guests but held. Its containers lie in 4 VMs in the mean, the other’s in 30.',
    );
  });

  it('starts differ is told by their steps; those of the function are not the sandbox’s', () => {
    const other = system('b', 2);
    other.startupMs.steps = { vmm: 12, runtime: 90, memory: 30 };
    const leader = system('a');
    leader.startupMs.steps = { clone: 2, runtime: 20, memory: 40 };
    other.startupMs.mean = 132;
    leader.startupMs.mean = 62;
    [other.sandboxMs.mean, leader.sandboxMs.mean] = [12, 2];
    expect(words(whyHtml('startupMs', leader, other))).toBe(
      'Why: 70 ms less than b in the mean, of it 70 ms of the runtime’s start, but 10 ms more of page faults of the runtime.',
    );
    expect(words(whyHtml('sandboxMs', leader, other))).toBe(
      'Why: 10 ms less than b in the mean, of it 12 ms of the VMM, but 2 ms more of cloning.',
    );
  });

  it('is not told of one that is not ahead', () => {
    expect(whyHtml('sandboxMs', system('a', 2), system('b'))).toBe('');
  });
});
