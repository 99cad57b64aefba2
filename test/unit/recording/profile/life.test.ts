import { describe, expect, it } from 'vitest';
import { containersOf, familyOf, flowIn, spanOf } from '../../../../src/recording/profile/life.ts';
import { traceOfFunction } from '../../../support/function-trace.ts';

describe('what a container’s processes do to memory', () => {
  const trace = traceOfFunction();
  const family = familyOf(trace, 50);

  it('is of the process that it was started as, and of all that descend from it', () => {
    expect([...containersOf(trace)]).toEqual([
      ['c1', 50],
      ['c2', 60],
    ]);
    expect([...family].toSorted()).toEqual([50, 51, 52]);
  });

  it('lies between two marks', () => {
    const span = spanOf(trace, 'call c1 1', 'called c1 1');
    expect(span).toBeDefined();
    expect(spanOf(trace, 'call c1 1', 'no such mark')).toBeUndefined();
    expect(spanOf(trace, 'called c1 1', 'call c1 1')).toBeUndefined();
  });

  it('counts its own frames by their order, and no other task’s', () => {
    const span = spanOf(trace, 'start c1', 'ready c1');
    // 1 + 4 by the process, 1 by its thread; what another task and an interrupt got is not its own
    expect(span && flowIn(trace, family, span)).toEqual({ allocated: 6, freed: 1, held: 1 });
  });

  it('says how many it held only for the while', () => {
    const span = spanOf(trace, 'call c1 1', 'called c1 1');
    // three at a time, of which one stays; one is given back by another task
    expect(span && flowIn(trace, family, span)).toEqual({ allocated: 3, freed: 1, held: 2 });
  });
});
