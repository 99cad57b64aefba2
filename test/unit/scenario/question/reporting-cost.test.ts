/** Smaller orders and shorter delays give more back and take more work. */
import { describe, expect, it } from 'vitest';
import { reportingRow } from '../../../../src/scenario/question/reporting-cost.ts';

function figures(order: number, delayMs: number): Record<string, number> {
  const { heldMib, reports, msPerSecond } = reportingRow({ order, delayMs });
  return { held: Number(heldMib), reports: Number(reports), ms: Number(msPerSecond) };
}

describe('reporting by order and delay', () => {
  it('holds less and works more the smaller the order is', () => {
    const [small, middle, large] = [0, 5, 9].map((order) => figures(order, 2000));
    expect(small?.['held']).toBeLessThan(middle?.['held'] as number);
    expect(middle?.['held']).toBeLessThan(large?.['held'] as number);
    expect(small?.['reports']).toBeGreaterThan(middle?.['reports'] as number);
    expect(small?.['ms']).toBeGreaterThan(large?.['ms'] as number);
  });

  it('holds less and works more the shorter the delay is', () => {
    const [short, long] = [200, 20_000].map((delayMs) => figures(3, delayMs));
    expect(short?.['held']).toBeLessThan(long?.['held'] as number);
    expect(short?.['ms']).toBeGreaterThan(long?.['ms'] as number);
  });

  it('costs and returns nothing when it is off', () => {
    expect(reportingRow()).toMatchObject({ reports: 0, returnedMib: 0, delayMs: null });
  });
});
