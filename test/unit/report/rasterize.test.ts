import { expect, it, vi } from 'vitest';
import { OutputError } from '../../../src/report/output-error.ts';
import { pngsOf } from '../../../src/report/rasterize.ts';
import { HAS_BROWSER } from '../../support/chromium.ts';

function svgOf(width: number): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} 10" width="${width}" height="10"><text y="9">é</text></svg>`;
}

it.skipIf(!HAS_BROWSER)(
  'draws all pictures in their order (there is a Chromium), and says how many are done',
  async () => {
    const widths = [20, 300, ...Array.from({ length: 19 }, (_, at) => 7 + at)];
    const told: number[] = [];
    const drawn = await pngsOf(widths.map(svgOf), { told: (done) => told.push(done) });
    const sizes = drawn.map((bytes) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      return [view.getUint32(16), view.getUint32(20)];
    });
    expect(sizes).toEqual(widths.map((width) => [2 * width, 20]));
    expect(told).toEqual([20, 21]);
  },
);

it('says in a typed error that there is no Chromium', async () => {
  vi.stubEnv('CHROMIUM', '/nowhere/chromium');
  const drawn = pngsOf([svgOf(1)]);
  await expect(drawn).rejects.toThrow(OutputError);
  await expect(drawn).rejects.toThrow('expected Chromium (on the path, or where CHROMIUM says)');
  vi.unstubAllEnvs();
});
