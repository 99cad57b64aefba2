import { describe, expect, it } from 'vitest';
import { infoText } from '../../../src/cli/trace-info.ts';
import { openTrace, summarizeTrace } from '../../../src/trace/index.ts';
import { CALL_FILE, SESSION_FILES, makeVhive } from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';

function textOf(folder: string): string {
  return infoText(summarizeTrace(openTrace(folder, { seed: 1 })));
}

describe('guestmem trace info', () => {
  it('says calls, load over time with bars, spreads and sources', () => {
    const text = textOf(makeVhive([[30, 15], Array(2).fill(0)]));
    expect(text).toContain('(vhive): 45 calls of 2 functions of 2 apps in 2 min; instants');
    expect(text).toContain('22.5 in the mean, 30 at most (minute 0)');
    expect(text).toContain('1 functions have none');
    expect(text).toMatch(/^0 +30 +30 {2}#{40}$/m);
    expect(text).toMatch(/^1 +15 +15 {2}#{20}$/m);
    expect(text).toMatch(/^memory of a function, MiB( +64\.5){7}$/m);
    expect(text.match(/^trace: .*/gm)).toEqual([
      'trace: durations of 1 calls or rows are raised to 1 ms',
    ]);
    expect(text.endsWith('\n')).toBe(true);
  });

  it('says what was repaired, and of recorded calls that nothing is drawn', () => {
    const text = textOf(folderWith(CALL_FILE));
    expect(text).not.toContain('are drawn');
    expect(text).toContain(
      'trace: memory of 1 of 2 functions is drawn from the published distribution\n',
    );
    expect(text).toMatch(/^duration of a call, ms +5 +5 +20 +40/m);
  });

  it('says of sessions how long they are, their peak and their tools', () => {
    const text = textOf(folderWith(SESSION_FILES));
    expect(text).toMatch(/^length of a session, s +251/m);
    expect(text).toMatch(/^peak memory of a session, MiB +7\.81/m);
    expect(text).toContain('tool calls: 2, in 99.6 % of the time');
  });
});
