import { publishedMachine } from '../../../src/cost/index.ts';
import { describe, expect, it } from 'vitest';
import { FOOTPRINT_NAMES, FOOTPRINTS } from '../../../src/cost/footprint.ts';
import { oneFigure, twoFigures } from '../../../src/cost/price.ts';
import {
  PRICE_COUNT,
  PRICE_INDEX,
  PRICE_NAMES,
  PRICE_NS,
  PRICES,
} from '../../../src/cost/prices.ts';

// Changing this list is changing the meaning of stored arrays.
const SLOTS = `
hostFault4KiB hostFault2MiB templateMapFault templateCowCopy userfaultPage
snapshotPageRead guestMinorFault buddyAlloc0 buddyFree0 buddyAlloc9 buddyFree9
guestZero4KiB guestCopy4KiB pageMigrate memmapInitPage hostRelease4KiB hostRelease2MiB
vmExit interrupt balloonInflatePage balloonDeflatePage balloonInflate2MiB
balloonDeflate2MiB reportRange virtioMemPlug2MiB virtioMemUnplug2MiB dimmPlugBlock
dimmOfflineBlock czonePlug2MiB czoneRelease2MiB czoneMessage vmmStart kernelBoot
agentStart templateClone containerCreate containerDestroy functionInit processFork
forkPage processExec partitionPlugBlock partitionDropBlock blockRead4KiB deviceRead4KiB
cloneSerial clonePerVm bootSerial bootPerVm
snapshotLoad imageRead4KiB imageBulkRead4KiB imageInstall4KiB imageCopy2MiB vmFreeze vmFork
hyperallocReclaim2MiB hyperallocReturn2MiB hyperallocInstall2MiB
vmSuspend imageWrite4KiB`
  .trim()
  .split(/\s+/);

describe('prices', () => {
  it.each(PRICE_NAMES)('%s is a range with a tagged source', (name) => {
    const price = PRICES[name];
    expect(price.name).toBe(name);
    expect(price.lowNs).toBeGreaterThan(0);
    expect(price.typicalNs).toBeGreaterThanOrEqual(price.lowNs);
    expect(price.highNs).toBeGreaterThan(price.lowNs);
    expect(price.highNs).toBeGreaterThanOrEqual(price.typicalNs);
    expect(price.unit).not.toBe('');
    expect(price.source).toMatch(/\[[EDSR]\]/);
  });

  it('names only existing operations as contained, none of them itself', () => {
    for (const name of PRICE_NAMES) {
      const contained = PRICES[name].includes ?? [];
      expect(PRICE_NAMES, name).toEqual(expect.arrayContaining([...contained]));
      expect(contained, name).not.toContain(name);
    }
  });

  it('costs at least what one contained operation costs', () => {
    const perBatch = new Set(['vmExit', 'interrupt']);
    for (const name of PRICE_NAMES) {
      for (const part of PRICES[name].includes ?? []) {
        if (perBatch.has(part)) continue;
        const partPrice = PRICES[part as typeof name];
        expect(PRICES[name].typicalNs, `${name} contains ${part}`).toBeGreaterThan(
          partPrice.typicalNs,
        );
      }
    }
  });

  it('indexes each name once, in order', () => {
    expect(PRICE_NAMES.map((name) => PRICE_INDEX[name])).toEqual(
      Array.from({ length: PRICE_COUNT }, (_, index) => index),
    );
    expect(PRICE_NS.high[PRICE_INDEX.vmExit]).toBe(PRICES.vmExit.highNs);
  });

  it('keeps the index: a receipt written as an array means the same tomorrow', () => {
    expect(PRICE_NAMES).toEqual(SLOTS);
  });

  it('is frozen', () => {
    expect(Object.isFrozen(PRICES)).toBe(true);
    expect(Object.isFrozen(PRICES.pageMigrate)).toBe(true);
  });

  it('reproduces the published balloon: 4.46 us a touched page', () => {
    const ns = PRICES.balloonInflatePage.typicalNs + PRICES.hostRelease4KiB.typicalNs;
    expect(ns).toBe(4460);
  });

  it('reproduces RunD: 84 to 88 ms for VMM, clone, its faults and container', () => {
    const { cloneReadFrames, cloneWrittenFrames } = publishedMachine().kernel;
    const faultsNs =
      cloneReadFrames * PRICES.templateMapFault.typicalNs +
      cloneWrittenFrames * PRICES.templateCowCopy.typicalNs;
    const { vmmStart, templateClone, containerCreate } = PRICES;
    const startNs = vmmStart.typicalNs + templateClone.typicalNs + containerCreate.typicalNs;
    expect((startNs + faultsNs) / 1e6).toBeGreaterThan(83.5);
    expect((startNs + faultsNs) / 1e6).toBeLessThan(88);
  });
});

describe('ranges', () => {
  const text = { name: 'x', unit: 'x', side: 'host', source: '[E] x' } as const;

  it('spreads a single figure to a ratio of 2.5', () => {
    const price = oneFigure(text, 1000);
    expect([price.lowNs, price.typicalNs, price.highNs]).toEqual([632, 1000, 1580]);
  });

  it('takes the geometric mean of two figures', () => {
    expect(twoFigures(text, 100, 400).typicalNs).toBe(200);
  });
});

describe('footprints', () => {
  it.each(FOOTPRINT_NAMES)('%s is a range with a tagged source', (name) => {
    const footprint = FOOTPRINTS[name];
    expect(footprint.name).toBe(name);
    expect(footprint.lowBytes).toBeGreaterThanOrEqual(0);
    expect(footprint.typicalBytes).toBeGreaterThanOrEqual(footprint.lowBytes);
    expect(footprint.highBytes).toBeGreaterThanOrEqual(footprint.typicalBytes);
    expect(Number.isInteger(footprint.typicalBytes)).toBe(true);
    expect(footprint.source).toMatch(/\[[EDSR]\]/);
  });
});
