// Who asked for a page and what for.

import { describe, expect, it } from 'vitest';
import {
  PAGE_FILE,
  PAGE_KERNEL,
  PAGE_PRIVATE,
} from '../../../../src/recording/placement/policies/index.ts';
import { compileStream, useOf } from '../../../../src/recording/placement/stream.ts';
import { ANON, COPY, HUGE, KERNEL, READAHEAD, TraceScript } from '../../../support/recording.ts';

const SHELL = 10;

describe('what a request is for', () => {
  it('is told by the mask where the mask says it', () => {
    expect([KERNEL, ANON, HUGE, READAHEAD].map(useOf)).toEqual([
      PAGE_KERNEL,
      PAGE_PRIVATE,
      PAGE_PRIVATE,
      PAGE_FILE,
    ]);
  });

  it('is told by who frees it where the mask does not', () => {
    const script = new TraceScript().fork(1, SHELL).fork(SHELL, 11).fork(SHELL, 12);
    script.alloc(11, 5000, COPY).alloc(11, 5001, COPY).alloc(11, 5002, COPY).alloc(12, 5003, COPY);
    script.free(11, 5000).exit(11).free(12, 5001);
    const { use, tree } = compileStream(script.finish(), { minPages: 1 });
    // freed by its own container; by another; outlives its container; kept by one that lives on
    const requests = [...use.keys()].filter((at) => use[at] !== 0);
    const uses = requests.map((at) => use[at]);
    expect(uses).toEqual([PAGE_PRIVATE, PAGE_FILE, PAGE_FILE, PAGE_PRIVATE]);
    expect(requests.map((at) => tree[at])).toEqual([1, 1, 1, 2]);
  });

  it('is nobody’s in an interrupt and in a tree that asks for little', () => {
    const script = new TraceScript().fork(1, SHELL).fork(SHELL, 11).fork(SHELL, 12);
    for (let page = 0; page < 8; page += 1) script.alloc(11, 5000 + page, ANON);
    script.alloc(12, 5100, ANON).interruptAlloc(11, 5101, ANON);
    const stream = compileStream(script.finish(), { minPages: 8 });
    const trees = [...stream.tree].filter((_, at) => stream.use[at] !== 0);
    expect(trees).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 0, 0]);
    expect([...stream.privateByTree]).toEqual([0, 8, 0]);
  });
});
