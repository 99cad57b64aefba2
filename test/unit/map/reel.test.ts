/** A reel goes through JSON and back; others are refused. */
import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { type EncodedReel, decodeReel, encodeReel, useName } from '../../../src/map/reel.ts';
import { USE_FILE, USE_FREE, USE_OWNER } from '../../../src/map/use.ts';
import { handMap, handReel } from '../../support/map.ts';

const first = handMap(70, (cells, cell) => (cells.use[cell] = USE_FREE), {
  [USE_FREE]: [35_840, 7],
});
const second = handMap(
  70,
  (cells, cell) => {
    cells.use[cell] = cell === 3 ? USE_OWNER + 1 : USE_FREE;
    cells.taken[cell] = cell === 3 ? 255 : 0;
  },
  { [USE_FREE]: [35_328, 7], [USE_OWNER + 1]: [512, 512] },
);
const reel = { ...handReel(first, second), region: { start: 0, frames: 512, blockFrames: 512 } };

function throughJson(encoded: EncodedReel): EncodedReel {
  return JSON.parse(JSON.stringify(encoded)) as EncodedReel;
}

describe('a reel', () => {
  it('keeps what it is of, and whose place is where', () => {
    const about = { subject: 'fn', guestFrames: 32_768 };
    expect(decodeReel(throughJson(encodeReel({ ...reel, ...about })))).toMatchObject(about);
  });

  it('comes back from its file', () => {
    expect(decodeReel(throughJson(encodeReel(reel)))).toEqual(reel);
  });

  it('says of a second moment only what differs', () => {
    const [, later] = encodeReel(handReel(first, first)).instants;
    expect(later?.cells.length).toBeLessThan(20);
  });

  it('of no moment, of another schema or with other cells is refused', () => {
    const encoded = throughJson(encodeReel(reel));
    expect(() => encodeReel(handReel())).toThrow(RefusedArgument);
    expect(() => decodeReel({ ...encoded, schema: 2 as 1 })).toThrow('reel.schema');
    expect(() => decodeReel({ ...encoded, count: 512 })).toThrow('reel.cells');
  });

  it('calls uses by their names, and containers that have none by number', () => {
    expect(useName(reel, USE_FILE)).toBe('file');
    expect(useName(reel, USE_OWNER + 1)).toBe('two');
    expect(useName(reel, USE_OWNER + 2)).toBe('container 3');
  });
});

it.each(['__proto__', 'AAAA_', '____', 'AAAAA', '=', 'A===', 'AA=A'])(
  'cells that are no base64 are refused: %s',
  (cells) => {
    const encoded = encodeReel(reel);
    const [one] = encoded.instants;
    const decode = (): unknown => decodeReel({ ...encoded, instants: [{ ...one!, cells }] });
    expect(decode).toThrow(RefusedArgument);
    expect(decode).toThrow('reel.cells: expected base64');
  },
);
