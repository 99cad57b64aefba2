/** Whose memory the pages of a file are, path by path. */
import { describe, expect, it } from 'vitest';
import { chargeRow } from '../../../../src/scenario/question/file-charge.ts';

describe('file cache of eight VMs that read the same 200 MiB', () => {
  it('is in each guest without a charged host cache', () => {
    expect(chargeRow('shared', 8)).toMatchObject({ inGuestsMib: 1600, inHostCacheMib: 0 });
  });

  it('is in each guest and once on the host when the host caches too', () => {
    expect(chargeRow('double', 8)).toMatchObject({ inGuestsMib: 1600, inHostCacheMib: 200 });
  });

  it('is on the host alone with DAX', () => {
    expect(chargeRow('dax', 8)).toMatchObject({ inGuestsMib: 0, inHostCacheMib: 200 });
  });

  it('is read from the device by the first VM only', () => {
    const { firstReadMs, lastReadMs } = chargeRow('double', 8);
    expect(Number(lastReadMs)).toBeLessThan(Number(firstReadMs) / 2);
  });
});
