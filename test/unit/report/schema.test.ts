import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { FOOTPRINT_CAUSES, RESULTS_SCHEMA, type Results } from '../../../src/report/results.ts';
import {
  checkResults,
  parseResults,
  resultsJsonSchema,
  ResultsError,
  resultsSchema,
} from '../../../src/report/schema.ts';
import { results, system } from '../../support/report.ts';

/** The record with one change. */
function changed(change: (record: Results) => void): Results {
  const record = structuredClone(results());
  change(record);
  return record;
}

function withThat(that: unknown): unknown {
  return { ...results(), configuration: { that } };
}

describe('results schema', () => {
  it('accepts a right record and gives it back', () => {
    expect(parseResults(structuredClone(results()))).toEqual(results());
    expect(results().schema).toBe(RESULTS_SCHEMA);
  });

  it('survives JSON', () => {
    expect(parseResults(JSON.parse(JSON.stringify(results())))).toEqual(results());
  });

  it.each<[string, string, (record: Results) => void]>([
    ['another version', 'schema', (r) => void Object.assign(r, { schema: 2 })],
    ['an unknown field', 'systems.0', (r) => void Object.assign(r.systems[0]!, { extra: 1 })],
    [
      'a missing cause',
      'systems.0.footprintBy.vmm',
      (r) => void Reflect.deleteProperty(r.systems[0]!.footprintBy, 'vmm'),
    ],
    ['NaN', 'systems.0.startupMs.mean', (r) => void (r.systems[0]!.startupMs.mean = NaN)],
    ['a negative number', 'systems.0.pageOps', (r) => void (r.systems[0]!.pageOps = -1)],
    ['half an invocation', 'trace.invocations', (r) => void (r.trace.invocations = 0.5)],
    ['no system', 'systems', (r) => void (r.systems = [])],
    [
      'a missing system without reason',
      'missing.0.reason',
      (r) => void (r.missing = [{ system: 'x', reason: '' }]),
    ],
  ])('refuses %s and names the field', (_, path, change) => {
    expect(() => parseResults(changed(change))).toThrow(ResultsError);
    expect(() => parseResults(changed(change))).toThrow(`${path}: `);
  });

  it('takes plain data for a configuration, and nothing that is more or goes round', () => {
    const round: Record<string, unknown> = {};
    round['self'] = round;
    for (const plain of [undefined, null, 5, [{ a: ['x'] }], Object.create(null)]) {
      expect(parseResults(withThat(plain))).toEqual(withThat(plain));
    }
    for (const other of [
      round,
      5n,
      Symbol('x'),
      () => 5,
      new Map(),
      new Uint8Array(3),
      [[round]],
    ]) {
      expect(() => parseResults(withThat(other))).toThrow(
        'results are not valid: configuration.that: expected plain data',
      );
    }
  });

  it.each<[string, RegExp, (record: Results) => void]>([
    [
      'footprintBy short of the mean',
      /systems\[0\] \(scpv-template\): footprintBy does not add up/,
      (r) => void (r.systems[0]!.footprintBy.vmm -= 10),
    ],
    [
      'steps short of the mean',
      /steps do not add up/,
      (r) => void (r.systems[0]!.startupMs.steps['vmm']! -= 0.01),
    ],
    [
      'quantiles out of order',
      /quantiles are out of order/,
      (r) => void (r.systems[0]!.startupMs.p99 = 1),
    ],
    [
      'a mean above the peak',
      /mean is above footprintBytes.peak/,
      (r) => void (r.systems[0]!.footprintBytes.peak = 1),
    ],
    [
      'a start-up time without a cold start',
      /no start was cold/,
      (r) => {
        r.systems[0]!.starts = { cold: 0, warm: 100_000, queued: 0, refused: 0 };
        Object.assign(r.systems[0]!.functions[0]!, { cold: 0, warm: 100_000 });
      },
    ],
    [
      'functions that have other calls than the system',
      /functions' warm do not add up to starts.warm/,
      (r) => void (r.systems[0]!.functions[0]!.warm -= 1),
    ],
    [
      'a sandbox that takes longer than the start',
      /sandboxMs.mean is above startupMs.mean/,
      (r) => void (r.systems[0]!.sandboxMs.mean = 77),
    ],
    [
      'more overhead than memory',
      /overheadBytes.mean is above footprintBytes.mean/,
      (r) => void (r.systems[0]!.overheadBytes.mean = 2 ** 40),
    ],
    ['a name twice', /stands twice/, (r) => void (r.systems[1]!.name = 'scpv-template')],
  ])('finds %s', (_, message, change) => {
    const problems = checkResults(changed(change));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
  });

  it('allows for rounding of the parts', () => {
    const record = changed((r) => {
      const { footprintBy, startupMs } = r.systems[0]!;
      for (const cause of FOOTPRINT_CAUSES) footprintBy[cause] += 0.5;
      startupMs.steps['vmm']! += 0.0005;
    });
    expect(checkResults(record)).toEqual([]);
  });

  it('has nothing against zero everything', () => {
    const none = system('none');
    none.functions = [];
    none.starts = { cold: 0, warm: 0, queued: 0, refused: 0 };
    none.sandboxMs = { mean: 0, p50: 0, p95: 0, p99: 0, max: 0 };
    none.startupMs = { mean: 0, p50: 0, p95: 0, p99: 0, max: 0, steps: {} };
    const record = results(none);
    record.trace.invocations = 0;
    expect(checkResults(record)).toEqual([]);
  });
});

/** Paths of all fields, `[]` for the members of an array and `.*` for free keys. */
function* paths(node: z.core.JSONSchema.BaseSchema, prefix: string): Generator<string> {
  const properties = Object.entries(node.properties ?? {});
  for (const [key, child] of properties) {
    yield* paths(child as z.core.JSONSchema.BaseSchema, prefix === '' ? key : `${prefix}.${key}`);
  }
  const items = node.items as z.core.JSONSchema.BaseSchema | undefined;
  if (items !== undefined) yield* paths(items, `${prefix}[]`);
  else if (properties.length === 0) yield node.type === 'object' ? `${prefix}.*` : prefix;
}

it('docs/results.schema.json is the schema as JSON (UPDATE_DOCS=1 rewrites it)', () => {
  const file = new URL('../../../docs/results.schema.json', import.meta.url);
  const text = `${JSON.stringify(resultsJsonSchema())}\n`;
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, text);
  expect(readFileSync(file, 'utf8')).toBe(text);
});

it('docs/results.md explains every field of the schema and no other', () => {
  const text = readFileSync(new URL('../../../docs/results.md', import.meta.url), 'utf8');
  const explained = [...text.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1]!);
  expect(explained).toEqual([...paths(z.toJSONSchema(resultsSchema), '')]);
});
