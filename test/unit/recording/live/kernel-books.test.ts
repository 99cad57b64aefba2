// The kernel's side of a live run.

import { expect, it } from 'vitest';
import { KernelBooks } from '../../../../src/recording/live/kernel-books.ts';
import type { ExtraEvent, ExtraKind } from '../../../../src/recording/read/index.ts';
import { ANON, TraceScript, ZONE_FRAMES } from '../../../support/recording.ts';

function extra(kind: ExtraKind, timeUs: number, b = 0): ExtraEvent {
  return { kind, line: 1, timeUs, cpu: 0, pid: 12, a: 8192, b };
}

it('counts what moved and was reported until a time, and what its own events leave free', () => {
  const script = new TraceScript().alloc(11, 5000, ANON);
  const capture = script.migrated(12, 7).wait(100).migrated(12, 5).finish();
  const events = [
    extra('putback', 1000, 10),
    extra('report', 1001),
    extra('isofree', 1001, 10),
    extra('putback', 1002, 10),
    extra('iso', 1050, 8192 + 512),
    extra('putback', 1051, 9),
  ];
  const books = new KernelBooks({ ...capture, extra: { ...capture.extra, events } });
  expect(books.figures()).toMatchObject({ free: ZONE_FRAMES, migrated: 0, reported: 0 });
  books.runTo(1003);
  expect(books.figures()).toMatchObject({ migrated: 7, reported: 1024, 'plugged 2 MiB blocks': 0 });
  expect(books.figures()['free']).toBeLessThan(ZONE_FRAMES);
  books.runTo(2000);
  expect(books.figures()).toMatchObject({ migrated: 12, reported: 1024 });
});
