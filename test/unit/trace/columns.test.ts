import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { columnsSaid, parseColumns } from '../../../src/trace/columns.ts';

const REST = ',function=f,duration=d';

describe('a map of columns', () => {
  it('has a column and a unit a role: said, in the name, or ms and MiB', () => {
    expect(parseColumns('time=ts:s, function=fn,duration=dur_us,memory=mem')).toEqual({
      time: { column: 'ts', scale: 1000, isDate: false },
      function: { column: 'fn', scale: 1, isDate: false },
      duration: { column: 'dur_us', scale: 1 / 1000, isDate: false },
      memory: { column: 'mem', scale: 1, isDate: false },
    });
  });

  it.each([
    ['m:bytes', 2 ** -20],
    ['m_GiB', 1024],
    ['m_mb', 1e6 / 2 ** 20],
    ['used:kib', 1 / 1024],
    ['a_b_c', 1],
  ])('takes memory %s as so many MiB', (text, scale) => {
    expect(parseColumns(`time=t${REST},memory=${text}`).memory?.scale).toBeCloseTo(scale, 15);
  });

  it('leaves a colon that is no unit to a name, and takes dates as times', () => {
    const map = parseColumns('end=at:iso,function=k8s:fn,duration=d:min,app=a:s');
    expect(map.function?.column).toBe('k8s:fn');
    expect(map.app?.column).toBe('a:s');
    expect(map.end).toMatchObject({ column: 'at', isDate: true });
    expect(map.duration?.scale).toBe(60_000);
  });

  it.each([
    [`tiem=t${REST}`, 'did you mean time?'],
    [`time=t:sec${REST}`, 'a unit of time: ns, us, ms, s, min, iso'],
    [`time=t${REST}:iso`, 'a unit of duration'],
    [`time=${REST}`, 'a column for time'],
    [`time${REST}`, 'a column for time'],
    [`time=t,time=u${REST}`, 'time once'],
    [`time=t,end=u${REST}`, 'one of time (start) and end, found "both"'],
    ['function=f,duration=d', 'one of time (start) and end, found "neither"'],
    ['time=t,function=f', 'a column for duration'],
    ['', 'ROLE=COLUMN'],
  ])('refuses %j', (text, said) => {
    expect(() => parseColumns(text, '--columns')).toThrow(RefusedArgument);
    expect(() => parseColumns(text, '--columns')).toThrow(`--columns: expected `);
    expect(() => parseColumns(text, '--columns')).toThrow(said);
  });

  it('is taken as text or as it was read, and refused by its role', () => {
    const text = `time=t${REST}`;
    const map = parseColumns(text);
    expect(columnsSaid('columns', text)).toEqual(map);
    expect(columnsSaid('columns', map)).toBe(map);
    const wrong = { ...map, time: { column: 't', scale: 's', isDate: false } };
    expect(() => columnsSaid('columns', wrong as unknown as string)).toThrow(
      'columns.time.scale: expected a number',
    );
    const { duration: _, ...lacking } = map;
    expect(() => columnsSaid('columns', lacking)).toThrow('expected a column for duration');
    expect(() => columnsSaid('columns', { ...map, tim: map.time } as never)).toThrow(
      'did you mean time?',
    );
    expect(() => columnsSaid('columns', null as never)).toThrow('expected text, found null');
  });
});
