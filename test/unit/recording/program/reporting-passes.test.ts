// Which blocks page reporting takes and puts back, on made second traces.

import { describe, expect, it } from 'vitest';
import * as P from '../../../../src/recording/program/program.ts';
import { ReportingPasses } from '../../../../src/recording/program/reporting-passes.ts';
import { extraLine, writtenCapture, writtenZones } from '../../../support/written.ts';

function passes(...events: string[]): number[][] {
  const capture = writtenCapture(
    [],
    [],
    events.map((event, i) => extraLine(i + 1, event)),
  );
  const reporting = new ReportingPasses();
  const out = new P.ProgramBuilder();
  for (const event of capture.extra.events) reporting.probe(out, writtenZones(capture), 0, event);
  const commands = out.finish();
  return Array.from({ length: P.commandCount(commands) }, (_, at) => [
    P.opOf(commands, at),
    P.frameOf(commands, at),
    P.shapeOf(commands, at).order,
  ]);
}

const report = 'report: (page_reporting_process+0x0/0x10)';
const isofree = 'isofree: (f+0x4/0x200) page=0xffd4000000010000 order=9';
const putback = 'putback: (f+0x4/0x50) page=0xffd4000000010000 order=9 mt=1';

describe('page reporting', () => {
  it('takes blocks and puts them back', () => {
    expect(passes(report, isofree, putback)).toEqual([
      [P.OP_TAKE_FREE, 0x400, 9],
      [P.OP_PUT_BACK, 0x400, 9],
    ]);
  });

  it('is not what a worker does before its pass, or for a contiguous range', () => {
    expect(passes(isofree, putback)).toEqual([]);
    expect(passes(report, 'iso: (f+0x4/0x160) start=0x400 end=0x600', isofree)).toEqual([]);
  });
});
