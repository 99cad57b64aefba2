/** More sandboxes hold more; what bursts leave behind comes back with reporting only. */
import { describe, expect, it } from 'vitest';
import { agentsRow } from '../../../../src/scenario/question/agents-per-node.ts';

describe('agent sandboxes on a node', () => {
  it('fit as long as their memory at its peak does', () => {
    const few = agentsRow('none', 4);
    expect(few).toMatchObject({ overcommit: 0.5, secondsOver: 0, fits: true });
    const many = agentsRow('none', 64);
    expect(many['fits']).toBe(Number(many['peakMib']) <= 16 * 1024);
    expect(many['fits']).toBe(false);
  });

  it('hold less with reporting: what a burst leaves goes back', () => {
    const [none, reporting] = [agentsRow('none', 12), agentsRow('reporting', 12)];
    expect(Number(reporting['meanMib'])).toBeLessThan(0.95 * Number(none['meanMib']));
    // never less than what sessions hold between tools
    expect(Number(reporting['mibPerSandbox'])).toBeGreaterThan(190);
  });
});
