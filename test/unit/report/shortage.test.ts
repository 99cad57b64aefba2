import { expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { shortageLines } from '../../../src/report/shortage.ts';
import { results, system } from '../../support/report.ts';

it('says what came of full hosts, and nothing where there was none', () => {
  const short = system('short');
  short.starts = { cold: 1, warm: 2, queued: 1234, refused: 5 };
  short.queueMs.mean = 1500;
  short.shortage.evicted = 7;
  expect(shortageLines(results(system('calm'), short))).toEqual([
    'short: host memory was short: 1,234 calls waited for memory (1,500 ms on average), 5 calls refused, ' +
      '7 idle containers evicted',
  ]);
});

it('asks for results', () => {
  expect(() => shortageLines({} as never)).toThrow(RefusedArgument);
});
