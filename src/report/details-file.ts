/** details.json: what of the details a report is made from again. Lists of numbers are arrays there and typed arrays here. */
import * as z from 'zod/mini';
import { decodeReel } from '../map/index.ts';
import { type Details, DISTRIBUTIONS, JUDGED } from './detail.ts';
import { ResultsError, parsedBy, sensitivitySchema } from './schema.ts';

export const DETAILS_SCHEMA = 1;

const finite = z.number();
const column = z.pipe(
  z.array(finite),
  z.transform((list: number[]) => Float64Array.from(list)),
);
const columns = z.record(z.string(), column);

const series = z
  .strictObject({ system: z.string(), tMs: column, columns, counts: z.optional(columns) })
  .check(
    z.refine(
      ({ tMs, columns: by, counts = {} }) =>
        [...Object.values(by), ...Object.values(counts)].every(
          ({ length }) => length === tMs.length,
        ),
      'columns are not equally long',
    ),
  );

const cdf = z
  .strictObject({ system: z.string(), values: column, share: column })
  .check(
    z.refine(({ values, share }) => values.length === share.length, 'columns are not equally long'),
  );

const whole = z.int().check(z.nonnegative());

/** A reel as encodeReel() writes it: what its cells say is seen when they are unpacked. */
const reel = z
  .strictObject({
    schema: z.literal(1),
    name: z.string(),
    subject: z.optional(z.string()),
    zones: z.array(z.string()),
    owners: z.array(z.string()),
    region: z.optional(z.strictObject({ start: whole, frames: whole, blockFrames: whole })),
    guestFrames: z.optional(whole),
    start: whole,
    count: whole,
    cellFrames: whole,
    instants: z
      .array(
        z.strictObject({
          atMs: finite,
          note: z.optional(z.string()),
          frames: z.array(z.tuple([whole, whole, whole])),
          cells: z.string(),
        }),
      )
      .check(z.minLength(1)),
  })
  .check(
    z.superRefine((one, context) => {
      try {
        decodeReel(one);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        context.addIssue({ code: 'custom', message });
      }
    }),
  );

const atLevels = z.tuple([finite, finite, finite]);

const detailsSchema = z.strictObject({
  schema: z.literal(DETAILS_SCHEMA),
  /** Of each system: which run this belongs to. */
  hashes: z.record(z.string(), z.string()),
  series: z.optional(z.array(series)),
  cdfs: z.optional(
    z.strictObject(
      Object.fromEntries(DISTRIBUTIONS.map((name) => [name, z.optional(z.array(cdf))])) as Record<
        (typeof DISTRIBUTIONS)[number],
        z.ZodMiniOptional<z.ZodMiniArray<typeof cdf>>
      >,
    ),
  ),
  levels: z.optional(
    z.array(
      z.strictObject({
        system: z.string(),
        figures: z.strictObject(
          Object.fromEntries(JUDGED.map((name) => [name, atLevels])) as Record<
            (typeof JUDGED)[number],
            typeof atLevels
          >,
        ),
      }),
    ),
  ),
  sensitivity: z.optional(sensitivitySchema),
  maps: z.optional(z.array(reel)),
  keepAlives: z.optional(
    z.array(
      z.strictObject({
        policy: z.string(),
        isOwn: z.boolean(),
        cold: whole,
        coldQuartile: finite,
        ahead: whole,
        idleSeconds: finite,
        wastedGiBSeconds: finite,
      }),
    ),
  ),
  sentences: z.optional(z.record(z.string(), z.string())),
});

/** The hashes of a run's systems. */
type Hashed = { readonly systems: readonly { readonly name: string; readonly hash: string }[] };

function hashesOf({ systems }: Hashed): Record<string, string> {
  return Object.fromEntries(systems.map(({ name, hash }) => [name, hash]));
}

/** Compact JSON, a part a line: those that are read back, and nothing else that is there. */
export function detailsJson(of: Hashed, details: Details): string {
  const parts = Object.entries({
    ...Object.fromEntries(
      Object.keys(detailsSchema.def.shape).map((name) => [name, details[name as keyof Details]]),
    ),
    schema: DETAILS_SCHEMA,
    hashes: hashesOf(of),
  })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value, plain)}`);
  return `{\n${parts.join(',\n')}\n}\n`;
}

/** Typed arrays as arrays. */
function plain(_key: string, value: unknown): unknown {
  return value instanceof Float64Array ? [...value] : value;
}

/** What a details.json says that belongs to a run's results. Throws `ResultsError`. */
export function parseDetails(value: unknown, of: Hashed): Details {
  const { schema: _version, hashes, ...details } = parsedBy(detailsSchema, value);
  const expected = hashesOf(of);
  const stray = Object.keys(expected).find((name) => hashes[name] !== expected[name]);
  if (stray !== undefined) {
    throw new ResultsError([`is of another run than the results beside it (${stray})`]);
  }
  return details;
}
