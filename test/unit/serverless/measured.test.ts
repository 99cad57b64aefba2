import { describe, expect, it } from 'vitest';
import { FRAMES_PER_MIB } from '../../../src/abi/unit.ts';
import { RefusedArgument } from '../../../src/check/index.ts';
import {
  CATALOGUE,
  DEFAULT_WORKLOAD,
  FUNCTION_MODELS,
  type FunctionProfile,
  MEASURED,
  expectProfile,
  expectShares,
  measuredProfile,
  modelledProfile,
  profileOf,
} from '../../../src/serverless/index.ts';

const facts = (memoryMib: number, averageMs = 100) => ({ id: 3, name: 'f', memoryMib, averageMs });
const measured = (memoryMib: number, averageMs?: number): FunctionProfile =>
  modelledProfile(facts(memoryMib, averageMs), DEFAULT_WORKLOAD, 'measured');

const named = (name: string) => {
  const found = MEASURED.find((one) => one.name === name);
  if (found === undefined) throw new Error(`${name} was not measured`);
  return found;
};

describe('a measured function', () => {
  it('has its figures as they were measured', () => {
    const { file, anonymous, grown, fork } = named('graph_bfs.py');
    expect(measuredProfile({ id: 0, name: 'g' }, named('graph_bfs.py'))).toMatchObject({
      name: '0:g',
      workload: 'graph_bfs.py',
      fileFrames: file,
      anonymousFrames: anonymous,
      growthFrames: grown[2] - anonymous,
      growthShape: [(grown[0] - anonymous) / (grown[2] - anonymous), 1, 1],
      resumesInCall: true,
      resumeWriteFrames: fork!.written - fork!.brought,
    });
  });

  it('writes in a call no more of what it began with than its fork has copies of', () => {
    const { written, fork } = named('compression.py');
    const copied = fork!.written - fork!.brought;
    expect(copied).toBeLessThan(written / 2);
    expect(measuredProfile({ id: 0, name: 'c' }, named('compression.py'))).toMatchObject({
      callWriteFrames: copied,
    });
  });

  it('of a runtime that does not fork goes on with what its first call did to what was there', () => {
    const { first, grown, anonymous } = named('hello.mjs');
    const brought = grown[0] - anonymous;
    expect(measuredProfile({ id: 0, name: 'n' }, named('hello.mjs'))).toMatchObject({
      resumeFrames: first.touched - brought,
      resumeWriteFrames: first.written - brought,
      resumeFileFrames: first.file,
    });
  });

  it('that holds much within its calls maps and unmaps it', () => {
    const { held } = named('compression.py');
    expect(measuredProfile({ id: 0, name: 'c' }, named('compression.py'))).toMatchObject({
      callTemporaryFrames: held,
    });
  });

  it('that gives back more than each call maps has the rest as what its calls replace', () => {
    const { callsFreed, held } = named('compression.py');
    const { callChurnFrames } = measuredProfile({ id: 0, name: 'c' }, named('compression.py'));
    expect(callChurnFrames).toBe(callsFreed[0] - held);
    const node = named('json_serdes.mjs');
    expect(measuredProfile({ id: 0, name: 'j' }, node)).toMatchObject({
      callTemporaryFrames: 0,
      callChurnFrames: node.callsFreed[2],
      growthFileFrames: node.files[2] - node.file,
    });
  });

  it('of which a call is said to hold more than all gave back maps what they gave back', () => {
    const like = { ...named('compression.py'), callsFreed: [500, 5000, 50_000] as const };
    expect(measuredProfile({ id: 0, name: 'c' }, like)).toMatchObject({
      callTemporaryFrames: 500,
      callChurnFrames: 0,
    });
  });

  it('makes a container that can be, each of them', () => {
    for (const one of MEASURED) {
      const profile = measuredProfile({ id: 0, name: 'f' }, one);
      expect(() => expectProfile(profile), one.name).not.toThrow();
      const { callWriteFrames, callReadFrames, anonymousFrames } = profile;
      expect(callWriteFrames + callReadFrames, one.name).toBeLessThanOrEqual(anonymousFrames);
    }
  });
});

describe('a function of a trace', () => {
  it('is as large by either model', () => {
    for (const memoryMib of [0.1, 1, 4, 15, 30, 45, 59, 80, 170, 300, 500, 10_240]) {
      const [parametric, like] = FUNCTION_MODELS.map((model) => {
        const {
          fileFrames,
          anonymousFrames,
          growthFrames,
          growthFileFrames = 0,
        } = modelledProfile(facts(memoryMib), DEFAULT_WORKLOAD, model);
        return fileFrames + anonymousFrames + growthFrames + growthFileFrames;
      }) as [number, number];
      expect(Math.abs(like - parametric), `${memoryMib} MiB`).toBeLessThanOrEqual(2);
    }
  });

  it('is never smaller for more memory, whatever its duration, and its calls touch no more than it has', () => {
    for (const averageMs of [0, 1, 10, 100, 1000, 60_000, 600_000]) {
      let before = 0;
      for (let memoryMib = 0.05; memoryMib < 12_000; memoryMib *= 1.05) {
        const made = measured(memoryMib, averageMs);
        const { fileFrames, anonymousFrames, growthFrames, growthFileFrames = 0 } = made;
        const frames = fileFrames + anonymousFrames + growthFrames + growthFileFrames;
        expect(frames, `${memoryMib} MiB, ${averageMs} ms`).toBeGreaterThanOrEqual(before);
        expect(made.callWriteFrames + made.callReadFrames).toBeLessThanOrEqual(anonymousFrames + 1);
        expect(made.resumeFrames).toBeLessThanOrEqual(anonymousFrames);
        expect(made.resumeWriteFrames).toBeLessThanOrEqual(made.resumeFrames);
        expect(Math.max(made.callFileFrames, made.resumeFileFrames)).toBeLessThanOrEqual(
          fileFrames,
        );
        before = frames;
      }
    }
  });

  it('that is larger than what stands for it has more anonymous memory, and no more files', () => {
    const [small, large] = [measured(80, 700), measured(400, 700)];
    expect(small.workload).toBe('html_table.py');
    expect(large.workload).toBe('html_table.py');
    expect(large.fileFrames).toBe(small.fileFrames);
    expect(large.callWriteFrames).toBeGreaterThan(4 * small.callWriteFrames);
  });

  it('that is smaller has less of all', () => {
    const { fileFrames, anonymousFrames } = measured(1);
    expect(fileFrames + anonymousFrames).toBeLessThan(2 * FRAMES_PER_MIB);
    expect(fileFrames).toBeLessThan(named('hello.c').file);
  });

  it('of every kind of the catalogue was measured or has one that stands for it', () => {
    const likes = CATALOGUE.map(({ name, memoryMib, timeMs }) => [
      name,
      measured(memoryMib.median, timeMs.median).workload,
    ]);
    expect(Object.fromEntries(likes)).toMatchObject({
      pyaes: 'pyaes.py',
      image_rotate: 'image_rotate.py',
      matmul: 'matmul_numpy.py',
      cnn_serving: 'mlp_serving.py',
    });
  });

  it('is like a measured one unless it is said to be made of shares', () => {
    expect(modelledProfile(facts(100))).toEqual(measured(100));
    const made = modelledProfile(facts(100), DEFAULT_WORKLOAD, 'parametric');
    expect(made).toEqual(profileOf(facts(100)));
  });

  it('of a runtime alone is like hello in it: Node is never so small', () => {
    expect(measured(1.2).workload).toBe('hello.c');
    for (const memoryMib of [8, 20, 37]) expect(measured(memoryMib).workload).toBe('hello.py');
  });

  it('has shares that count in the parametric model alone, but for its size', () => {
    const swept = { ...DEFAULT_WORKLOAD, fileShare: 0.6 };
    expect(() => expectShares(swept)).toThrow(
      'workload.fileShare: expected 0.3, since measured functions have shares of their own, or the parametric model, found 0.6',
    );
    expect(() => expectShares(swept, 'measured', 'functions')).toThrow(/^functions\.fileShare: /);
    expect(() => expectShares(swept, 'parametric')).not.toThrow();
    expect(() => expectShares({ ...DEFAULT_WORKLOAD, residentShare: 0.5 })).not.toThrow();
  });
});

it.each([undefined, null, 5, {}])('a function that was not measured is refused: %j', (wrong) => {
  expect(() => measuredProfile({ id: 0, name: 'f' }, wrong as never)).toThrow(RefusedArgument);
});
