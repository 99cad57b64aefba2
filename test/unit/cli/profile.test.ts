import { expect, it } from 'vitest';
import { profileCommand, profileText } from '../../../src/cli/profile.ts';
import { profileFileOf } from '../../../src/recording/index.ts';
import { ran } from '../../support/command.ts';
import { captureOf, samplesOfFunction } from '../../support/function-trace.ts';
import { folderWith } from '../../support/written-folder.ts';

it('a recording of no function is refused with what it lacks', async () => {
  const { code, err } = await ran(profileCommand(), 'test/recordings/linux-6.12-thp-768');
  expect(code).toBe(2);
  expect(err).toMatch(/recording\.json|samples/);
});

it('a profile’s tables give the figures of cold and warm starts, and of calls', () => {
  const about = { workload: 'hello', kernel: '6.12.1' };
  const folder = folderWith({
    samples: samplesOfFunction(),
    'recording.json': JSON.stringify(about),
  });
  const text = profileText(profileFileOf(captureOf(folder)));
  expect(text).toContain('hello: 2 containers on Linux 6.12.1');
  expect(text).toMatch(/^allocated until ready +6 +6$/m);
  expect(text).toMatch(/^100 +3 +2 +3 +2 +1 +10$/m);
  expect(text).toContain('the runtime does not fork');
});
