import { describe, expect, it } from 'vitest';
import { parseSamples } from '../../../../src/recording/profile/samples.ts';

describe('samples of a container', () => {
  it('are frames by key', () => {
    const [one] = parseSamples('samples', 'c1 ready VmHWM=16 file=6\n');
    expect([one?.container, one?.label]).toEqual(['c1', 'ready']);
    expect([one?.need('VmHWM'), one?.frames('file'), one?.frames('dirty')]).toEqual([
      4,
      2,
      undefined,
    ]);
  });

  it('say with file and line what is wrong', () => {
    expect(() => parseSamples('samples', 'c1 ready a=1\nc1 call-1 a=x\n')).toThrow(
      /samples:2: .*a=x/,
    );
    expect(() => parseSamples('samples', 'c1\n')).toThrow(/samples:1: /);
    expect(() => parseSamples('samples', 'c1 ready a=1\nc1 call-1 a=')).toThrow(/samples:2: .*cut/);
    const [one] = parseSamples('samples', 'c1 ready a=1\n');
    expect(() => one?.need('b')).toThrow('samples:1: expected a value for b');
  });

  it('are no more than memory has, and each stands once', () => {
    const huge = `c1 ready a=${'9'.repeat(30)}\n`;
    expect(() => parseSamples('samples', huge)).toThrow('samples:1: expected key=value, KiB');
    const twice = 'c1 ready a=1\nc2 ready a=1\nc1 ready a=2\n';
    expect(() => parseSamples('samples', twice)).toThrow(
      "samples:3: expected each sample once, found 'c1 ready'",
    );
  });
});
