import { expect, it } from 'vitest';
import { DiscardCauses } from '../../../../src/play/linux/cause.ts';
import { newBalloonCounters } from '../../../../src/virtio/balloon/host.ts';

it('tells a report and a hint from the balloon by what the device has just counted', () => {
  const counters = newBalloonCounters();
  counters.reportedPages = 512;
  const causes = new DiscardCauses(counters);
  counters.inflatedPages += 1;
  const found = [causes.next()];
  counters.reportedPages += 512;
  found.push(causes.next(), causes.next());
  counters.hintedPages += 1024;
  found.push(causes.next(), causes.next());
  expect(found).toEqual(['balloon', 'report', 'balloon', 'hint', 'balloon']);
});
