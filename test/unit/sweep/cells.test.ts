import { describe, expect, it } from 'vitest';
import { testFolder } from '../../support/folder.ts';
import { TINY, sweepIn } from '../../support/sweep.ts';

const at = testFolder();

describe('cells', () => {
  it('are all combinations of the grid with each of the list, seeds last, without those excluded', async () => {
    const { cells, factors } = await sweepIn(
      at,
      `${TINY}
grid: { hosts.count: [1, 2] }
list: [{ policies.keepAlive: 1m }, { policies.keepAlive: 2m }]
exclude: [{ hosts.count: 2, policies.keepAlive: 1m }]
seeds: [1, 2]`,
    );
    expect(factors).toEqual(['policies.keepAlive', 'hosts.count']);
    expect(cells.map(({ labels, seed }) => [...Object.values(labels), seed].join(' '))).toEqual([
      '1m 1 1',
      '1m 1 2',
      '2m 1 1',
      '2m 1 2',
      '2m 2 1',
      '2m 2 2',
    ]);
    expect(cells[4]?.job.experiment).toMatchObject({ seed: 1, hosts: { count: 2 } });
  });

  it('say what they have by default where a cell of the list does not say it', async () => {
    const { cells } = await sweepIn(at, `${TINY}list: [{ hosts.count: 3 }, { minutes: 1 }]`);
    expect(cells.map(({ labels }) => labels['hosts.count'])).toEqual(['3', '1']);
  });

  it('whose shares no function has are refused', async () => {
    const grid = 'grid: { functions.fileShare: [0.3, 0.6] }';
    await expect(sweepIn(at, `${TINY}${grid}`)).rejects.toThrow(
      /the cell functions.fileShare=0.6: functions.fileShare: expected 0.3, since measured/,
    );
    const model = 'list: [{ functions.model: parametric }]';
    expect((await sweepIn(at, `${TINY}${grid}\n${model}`)).cells).toHaveLength(2);
  });

  it('that come to the same are one job', async () => {
    const { cells, jobs } = await sweepIn(at, `${TINY}list: [{ hosts.count: 1 }, {}]`);
    expect([cells.length, jobs.length]).toEqual([2, 1]);
  });

  it('take prices over the level of the base, and files of prices from where the sweep lies', async () => {
    at('own.yaml', 'vmExit: 3us');
    const { cells } = await sweepIn(
      at,
      'experiment: { prices: high }\nlist: [{ prices.own.vmExit: 2us }, { prices.file: own.yaml }]',
    );
    expect(cells.map(({ job }) => job.experiment.prices)).toEqual([
      { level: 'high', own: { vmExit: '2us' } },
      { level: 'typical', own: { vmExit: '3us' } },
    ]);
  });

  it('refuse values that do not go together, by the cell', async () => {
    const text = `${TINY}grid: { minutes: [5], warmupMinutes: [7] }`;
    await expect(sweepIn(at, text)).rejects.toThrow(
      /the cell minutes=5, warmupMinutes=7: warmupMinutes: expected fewer than the 5 of minutes, found 7/,
    );
  });

  it('leave out systems that cannot play them, where nobody has named any', async () => {
    const grid = 'grid: { policies.idle: [keep, "park:30s"] }';
    const { cells, notes } = await sweepIn(at, `experiment: { minutes: 1 }\n${grid}`);
    const [kept, parked] = cells.map(({ job }) => job.experiment.systems);
    expect(kept).toContain('mcpv-static');
    expect(parked).toEqual(kept?.filter((name) => parked?.includes(name)));
    expect(parked).not.toContain('mcpv-static');
    expect(notes).toEqual([expect.stringMatching(/^left out, .* \(idle: park:30s\): mcpv-static/)]);
    const named = `experiment: { systems: [mcpv-static] }\n${grid}`;
    await expect(sweepIn(at, named)).rejects.toThrow(
      /the cell policies.idle=park:30s: policies.idle: expected systems that can be parked: its VMs/,
    );
  });

  it('are one at least, and not too many', async () => {
    await expect(
      sweepIn(at, `${TINY}grid: { minutes: [5] }\nexclude: [{ minutes: 5 }]`),
    ).rejects.toThrow(/expected 1 to 100000 cells, found none/);
    const many = Array.from({ length: 400 }, (_, n) => n + 1).join(',');
    await expect(
      sweepIn(at, `${TINY}grid: { minutes: [${many}], warmupMinutes: [${many}] }`),
    ).rejects.toThrow(/expected 1 to 100000 cells, found more/);
  });

  it('of a trace have its hash, and need it', async () => {
    at('calls.csv', 'timestamp_ms,function,duration_ms\n0,a,5\n');
    const text = `experiment: { trace: calls.csv }`;
    const before = await sweepIn(at, text);
    expect(before.jobs[0]?.traceHash).toMatch(/^[0-9a-f]{16}$/);
    at('calls.csv', 'timestamp_ms,function,duration_ms\n0,a,6\n');
    const after = await sweepIn(at, text);
    expect(after.jobs[0]?.name).not.toBe(before.jobs[0]?.name);
    await expect(sweepIn(at, 'experiment: { trace: none.csv }')).rejects.toThrow(
      /none.csv: expected a readable file or folder, found nothing of that name/,
    );
  });
});
