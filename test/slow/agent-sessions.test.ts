/** Sessions replay with their memory as recorded: at each sample within 1 % of the CSV, in a container of every system. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FRAME_BYTES } from '../../src/abi/unit.ts';
import { defaultMachine, replay } from '../../src/replay/index.ts';
import { profilesOf } from '../../src/replay/profiles.ts';
import { SessionPlayer } from '../../src/replay/session-player.ts';
import { DEFAULT_WORKLOAD, type FunctionProfile, SYSTEMS } from '../../src/serverless/index.ts';
import { Clock } from '../../src/time/index.ts';
import { type Session, type Trace, readSessionFolder } from '../../src/trace/index.ts';
import { samples } from '../support/trace-folders.ts';

const FOLDER = join(samples, 'agent-sessions');
const isThere = existsSync(FOLDER);

/** Seconds and bytes, as the file has them: read here apart from the reader. */
function rowsOf(name: string): [number, number][] {
  const lines = readFileSync(join(FOLDER, `${name}.memory.csv`), 'utf8')
    .trim()
    .split('\n');
  return lines.slice(1).map((line) => line.split(',').map(Number) as [number, number]);
}

/** Bytes that a container of the system has at each row of the session's file. */
function played(system: (typeof SYSTEMS)[number], trace: Trace, session: Session): number[] {
  const profile = profilesOf(trace, DEFAULT_WORKLOAD)[session.functionId] as FunctionProfile;
  const clock = new Clock();
  const made = system.create({ machine: defaultMachine(), clock });
  const { container } = made.start(profile);
  const player = new SessionPlayer(trace.sessions ?? [], clock, (_slot, frames) =>
    container.follow(frames),
  );
  const beganNs = clock.nowNs;
  player.begin(0, session.functionId);
  const name = trace.functions[session.functionId]?.name as string;
  const bytes = rowsOf(name).map(([seconds]) => {
    clock.advanceTo(Math.max(clock.nowNs, beganNs + Math.ceil(seconds * 1e9)));
    return container.heldFrames * FRAME_BYTES;
  });
  made.stop(container);
  return bytes;
}

describe.skipIf(!isThere)('sessions of agents (../shared/traces)', () => {
  it.each(SYSTEMS.map((spec) => [spec.name, spec] as const))(
    '%s: memory is within 1 % of the CSV at each row, and within a frame',
    (_name, spec) => {
      const trace = readSessionFolder(FOLDER, { seed: 1 });
      for (const session of trace.sessions ?? []) {
        const rows = rowsOf(trace.functions[session.functionId]?.name as string);
        const bytes = played(spec, trace, session);
        for (const [index, [, recorded]] of rows.entries()) {
          const off = Math.abs((bytes[index] as number) - recorded);
          expect(off).toBeLessThanOrEqual(recorded / 100);
          expect(off).toBeLessThan(FRAME_BYTES);
        }
      }
    },
    120_000,
  );

  it('a whole replay has as much in use at its peak as the sandboxes together, and more for their VMs', async () => {
    const trace = readSessionFolder(FOLDER, { seed: 1 });
    const systems = SYSTEMS.filter(({ name }) => name === 'scpv-template');
    const { systems: runs } = await replay(trace, { systems, seed: 1 });
    const highest = (trace.sessions ?? []).map(({ memory }) => Math.max(...memory.frames));
    const least = Math.max(...highest);
    expect(runs[0]?.starts.cold).toBe(24);
    expect(runs[0]?.peakFrames).toBeGreaterThan(least);
    expect(runs[0]?.peakFrames).toBeLessThan(2 * highest.reduce((sum, one) => sum + one, 0));
  }, 120_000);
});
