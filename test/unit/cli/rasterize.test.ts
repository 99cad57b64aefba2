import { expect, it } from 'vitest';
import { pngsOf } from '../../../src/cli/rasterize.ts';
import { HAS_BROWSER } from '../../support/chromium.ts';

function svgOf(width: number): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} 10" width="${width}" height="10"><text y="9">é</text></svg>`;
}

it.skipIf(!HAS_BROWSER)(
  'draws all pictures in their order (there is a Chromium), and says how many are done',
  async () => {
    const widths = [20, 300, ...Array.from({ length: 19 }, (_, at) => 7 + at)];
    const told: number[] = [];
    const drawn = await pngsOf(widths.map(svgOf), (done) => told.push(done));
    const sizes = drawn.map((bytes) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      return [view.getUint32(16), view.getUint32(20)];
    });
    expect(sizes).toEqual(widths.map((width) => [2 * width, 20]));
    expect(told).toEqual([20, 21]);
  },
);
