import { describe, expect, it } from 'vitest';

import * as P from '../../../../src/recording/program/program.ts';

describe('a program', () => {
  it('has four words a command, as the drawing at its head says', () => {
    const builder = new P.ProgramBuilder();
    const shape = { order: 9, type: 3, zone: 2, cpu: 0x81 };
    expect(builder.add(5, shape, 0xffff_fffe, 7, 123)).toBe(0);
    expect(builder.add(P.OP_FREE, {}, 1, 0, 124)).toBe(1);
    const commands = builder.finish();
    expect(P.commandCount(commands)).toBe(2);
    // op | order << 8 | type << 12 | zone << 16 | cpu << 24
    expect([...commands.subarray(0, 4)]).toEqual([0x8102_3905, 0xffff_fffe, 7, 123]);
    expect(P.shapeOf(commands, 0)).toEqual(shape);
    expect([P.opOf(commands, 0), P.orderOf(commands, 0), P.frameOf(commands, 0)]).toEqual([
      5, 9, 0xffff_fffe,
    ]);
    expect([P.operandOf(commands, 0), P.eventOf(commands, 0), P.firstWordOf(commands, 0)]).toEqual([
      7, 123, 0x8102_3905,
    ]);
    expect(P.shapeOf(commands, 1)).toEqual({ order: 0, type: 0, zone: 0, cpu: 0 });
  });

  it('grows, and keeps its commands', () => {
    const builder = new P.ProgramBuilder();
    const count = 40_000;
    for (let i = 0; i < count; i++) builder.add(1, { cpu: i & 0xff }, i, 0, i);
    const commands = builder.finish();
    expect(P.commandCount(commands)).toBe(count);
    for (const at of [0, 16_383, 16_384, count - 1]) {
      expect([P.frameOf(commands, at), P.shapeOf(commands, at).cpu]).toEqual([at, at & 0xff]);
    }
  });

  it('may have operands that become known later', () => {
    const builder = new P.ProgramBuilder();
    const command = builder.add(P.OP_RELEASE, {}, 1, 1, 0);
    builder.setOperand(command, 2);
    expect(P.operandOf(builder.finish(), command)).toBe(2);
  });

  it('that is finished does not change with what is added', () => {
    const builder = new P.ProgramBuilder();
    builder.add(1, {}, 1, 1, 1);
    const commands = builder.finish();
    builder.setOperand(0, 9);
    expect([P.operandOf(commands, 0), P.commandCount(commands)]).toEqual([1, 1]);
  });
});

it('is run from its first command to its last, into an empty log', () => {
  const calls: unknown[] = [];
  const port: P.AllocatorPort = {
    load: () => {},
    save: () => expect.unreachable(),
    run: (_, first, end, log) => {
      calls.push([first, end, log.drains.length + log.mismatches.length + log.refills.length]);
      log.drains.push(1, 2);
    },
  };
  const builder = new P.ProgramBuilder();
  for (let i = 0; i < 3; i++) builder.add(1, {}, i, 0, i);
  expect(P.runProgram(port, builder.finish()).drains).toEqual([1, 2]);
  expect(calls).toEqual([[0, 3, 0]]);
});

it('no two operations have one number', () => {
  const numbers = Object.entries(P).flatMap(([name, value]) =>
    name.startsWith('OP_') ? [value as number] : [],
  );
  expect(numbers.length).toBeGreaterThan(20);
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(numbers.every((op) => op > 0 && op < 256)).toBe(true);
});
