import { describe, expect, it } from 'vitest';
import { experimentOf } from '../../../src/cli/asked.ts';
import type { Experiment } from '../../../src/experiment/index.ts';
import { identityOf, programMark } from '../../../src/experiment/identity.ts';
import { smallTrace } from '../../support/traces.ts';

function asked(...args: Parameters<typeof experimentOf>): Experiment {
  return experimentOf(...args).experiment;
}

describe('what must be the same', () => {
  const experiment = asked(undefined, {});
  const trace = smallTrace();
  const identity = identityOf(trace, experiment);

  it('is the trace’s calls, not its name', () => {
    expect(identityOf({ ...trace, name: 'other' }, experiment)).toEqual(identity);
    expect(identityOf(smallTrace(9), experiment).trace).not.toBe(identity.trace);
  });

  it('is the program', () => {
    expect(identity.program).toBe(programMark());
  });

  it('is whether calls have rows', () => {
    const recorded = asked(undefined, { records: true });
    expect(identityOf(trace, recorded).configuration).not.toBe(identity.configuration);
  });

  it('is the configuration, not where its results go', () => {
    const elsewhere = asked(undefined, { out: 'elsewhere', format: 'json' });
    expect(identityOf(trace, elsewhere)).toEqual(identity);
    const longer = asked(undefined, { keepAlive: '5m' });
    expect(identityOf(trace, longer).configuration).not.toBe(identity.configuration);
    expect(identityOf(trace, longer).program).toBe(identity.program);
  });
});
