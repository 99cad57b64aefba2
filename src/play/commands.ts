// What a script can say. A command does it, and says what it did as lines of a program against the library.

import { FRAMES_PER_MIB, FRAME_BYTES, NS_PER_S, THP_ORDER } from '../abi/unit.ts';
import { KERNEL_ZONES, Process } from '../vmm/index.ts';
import { ScriptError } from './error.ts';
import {
  CONTAINER_KERNEL_MIB,
  type Container,
  HOST_MIB,
  Machine,
  type MachineSize,
  PROCESSES,
} from './machine.ts';

/** What the words and options of a step say. */
export interface Said {
  /** A word, by its place. */
  readonly word: (at: number) => string;
  /** A number of MiB or seconds; `otherwise` where the word is left out. */
  readonly amount: (at: number, otherwise?: number) => number;
  readonly option: (name: string, otherwise: number) => number;
  readonly has: (name: string) => boolean;
}

export interface Command {
  readonly name: string;
  readonly usage: string;
  readonly sentence: string;
  /** Words that it needs and may take: 'name', or what a number counts. */
  readonly needs: readonly string[];
  readonly takes?: readonly string[];
  readonly options: Readonly<Record<string, string>>;
  /** Largest number. */
  readonly most: number;
  /** Of what begins a script: the machine. */
  readonly begin?: (said: Said) => MachineSize;
  /** Does it. Lines of a program that do the same. */
  readonly run: (machine: Machine, said: Said) => readonly string[];
}

const MIB_MOST = 16_384;
const SECONDS_MOST = 3600;
const TURNS_MOST = 64;
const MACHINE_OPTIONS = { zones: 'MiB', block: 'MiB', room: 'MiB', reporting: 'flag' };
const DEFAULT_BLOCK_MIB = 2;
const MACHINE_MIB_LEAST = 128;
const CONTAINER_MIB = 64;

function frames(mib: number): number {
  return Math.round(mib * FRAMES_PER_MIB);
}

function sizeOf(said: Said, isClone: boolean): MachineSize {
  const mib = said.amount(0);
  const zones = said.option('zones', 0);
  const room = said.option('room', 0);
  const block = said.option('block', DEFAULT_BLOCK_MIB);
  if (mib < MACHINE_MIB_LEAST) {
    throw new ScriptError(`expected a machine of ${MACHINE_MIB_LEAST} MiB or more, found ${mib}`);
  }
  if (zones > 0 && room > 0) throw new ScriptError('expected zones=MIB or room=MIB, found both');
  return { mib, isClone, zones, block, room, isReporting: said.has('reporting') };
}

function machineCode({
  size: { mib, isClone, zones, block, room, isReporting },
}: Machine): string[] {
  const lines = [`const memoryFrames = ${mib} * MIB;`];
  const size = ['memoryFrames', `processes: ${PROCESSES}`];
  if (zones > 0) {
    lines.push(
      `const region = { start: hotplugStart(memoryFrames), frames: ${zones} * MIB, blockFrames: ${block} * MIB };`,
    );
    size.push('region');
  }
  if (room > 0) size.push(`hotplugFrames: ${room} * MIB`);
  lines.push(
    `const vmm = new Vmm({ hostFrames: ${HOST_MIB} * MIB, footprint: vmmFootprint() });`,
    `const vm = vmm.${isClone ? 'clone' : 'boot'}(guestConfig({ ${size.join(', ')} }));`,
    `const balloon = new Balloon(vm, vmm.clock, { freePageReporting: ${isReporting} });`,
  );
  if (zones > 0) lines.push('const czones = new CZoneVirtio(vm, vmm.clock);');
  if (room > 0) {
    lines.push(
      `const mem = new VirtioMem(vm, vmm.clock, { policy: 'online_movable', addr: hotplugStart(memoryFrames) * FRAME, regionBytes: ${room} * MIB * FRAME });`,
    );
  }
  return lines;
}

function begin(name: 'boot' | 'clone', sentence: string): Command {
  const isClone = name === 'clone';
  return {
    name,
    usage: `${name} MIB [zones=MIB] [block=MIB] [room=MIB] [reporting]`,
    sentence,
    needs: ['MiB'],
    options: MACHINE_OPTIONS,
    most: MIB_MOST,
    begin: (said) => sizeOf(said, isClone),
    run: machineCode,
  };
}

/** A process of its own, or forked from another's, in a CZone or in the kernel's zones. */
function addContainer(
  machine: Machine,
  said: Said,
  at: number,
  from?: { readonly name: string; readonly origin: Container },
): string[] {
  const name = said.word(at);
  machine.expectNew(name);
  const mappedPages = frames(said.amount(at + 1, CONTAINER_MIB));
  const kernelFrames = frames(CONTAINER_KERNEL_MIB);
  const lines: string[] = [];
  let czone: number | undefined;
  if (said.has('zone')) {
    const owner = machine.names.size + 1;
    const limit = frames(said.option('zone', 0));
    czone = machine.expectZones().zones.create(owner, limit);
    lines.push(`const ${name}Zone = czones.zones.create(${owner}, ${limit});`);
  }
  const config = { cpu: 0, kernelFrames, mappedPages, czone };
  const process = new Process(machine.vm.guest, config, from?.origin.process);
  machine.add(name, { process, czone, nextPage: from?.origin.nextPage ?? 0 });
  const zone = czone === undefined ? '' : `, czone: ${name}Zone`;
  const text = `{ cpu: 0, kernelFrames: ${kernelFrames}, mappedPages: ${mappedPages}${zone} }`;
  const parent = from === undefined ? '' : `, ${from.name}`;
  return [...lines, `const ${name} = new Process(vm.guest, ${text}${parent});`];
}

const NAMED = { needs: ['name'], options: {}, most: MIB_MOST } as const;
const IN_MIB = { needs: ['MiB'], options: {}, most: MIB_MOST } as const;

const CONTAINERS: readonly Command[] = [
  {
    ...NAMED,
    name: 'start',
    usage: 'start NAME [MIB] [zone=MIB]',
    sentence:
      'A container: forked from the agent, then exec. It may map so much; zone=MIB: in a CZone of its own.',
    takes: ['MiB'],
    options: { zone: 'MiB' },
    run: (machine, said) => addContainer(machine, said, 0),
  },
  {
    ...NAMED,
    name: 'fork',
    usage: 'fork PARENT NAME [MIB] [zone=MIB]',
    sentence: 'A container that shares its parent’s pages until it writes.',
    needs: ['name', 'name'],
    takes: ['MiB'],
    options: { zone: 'MiB' },
    run(machine, said) {
      const name = said.word(0);
      return addContainer(machine, said, 1, { name, origin: machine.container(name) });
    },
  },
  {
    ...NAMED,
    name: 'touch',
    usage: 'touch NAME MIB [AT]',
    sentence: 'It writes so much of its heap: from where it has not been yet, or from AT MiB on.',
    needs: ['name', 'MiB'],
    takes: ['MiB'],
    run(machine, said) {
      const name = said.word(0);
      const container = machine.container(name);
      const pages = frames(said.amount(1));
      const start = said.amount(2, -1) < 0 ? container.nextPage : frames(said.amount(2));
      container.process.touch(start, pages, true);
      container.nextPage = Math.max(container.nextPage, start + pages);
      return [`${name}.touch(${start}, ${pages}, true);`];
    },
  },
  {
    ...NAMED,
    name: 'turns',
    usage: 'turns NAME NAME TIMES',
    sentence: 'Two containers write 1 MiB more of their heaps in turn, so many times.',
    needs: ['name', 'name', 'times'],
    most: TURNS_MOST,
    run(machine, said) {
      const lines: string[] = [];
      for (let turn = 0; turn < said.amount(2); turn += 1) {
        for (const name of [said.word(0), said.word(1)]) {
          const container = machine.container(name);
          container.process.touch(container.nextPage, FRAMES_PER_MIB, true);
          lines.push(`${name}.touch(${container.nextPage}, ${FRAMES_PER_MIB}, true);`);
          container.nextPage += FRAMES_PER_MIB;
        }
      }
      return lines;
    },
  },
  {
    ...NAMED,
    name: 'free',
    usage: 'free NAME MIB [AT]',
    sentence: 'It unmaps so much of its heap: the last, or from AT MiB on.',
    needs: ['name', 'MiB'],
    takes: ['MiB'],
    run(machine, said) {
      const name = said.word(0);
      const container = machine.container(name);
      const pages = Math.min(frames(said.amount(1)), container.nextPage);
      const isLast = said.amount(2, -1) < 0;
      const start = isLast ? container.nextPage - pages : frames(said.amount(2));
      container.process.free(start, pages);
      if (isLast) container.nextPage = start;
      return [`${name}.free(${start}, ${pages});`];
    },
  },
  {
    ...NAMED,
    name: 'exit',
    usage: 'exit NAME',
    sentence: 'The container ends, and its CZone with it.',
    run(machine, said) {
      const name = said.word(0);
      machine.container(name).process.exit();
      machine.containers.delete(name);
      return [`${name}.exit();`];
    },
  },
  {
    ...NAMED,
    name: 'idle',
    usage: 'idle NAME',
    sentence: 'Its runtime says to the host that its CZone is idle.',
    run(machine, said) {
      const name = said.word(0);
      const { czone } = machine.container(name);
      if (czone === undefined) throw new ScriptError(`${name} is in no CZone`);
      machine.expectZones().setIdle(czone, true);
      return [`czones.setIdle(${name}Zone, true);`];
    },
  },
];

/** Memory of the kernel: files, and work that it does by itself. */
const KERNEL: readonly Command[] = [
  {
    ...NAMED,
    name: 'file',
    usage: 'file NAME MIB',
    sentence: 'Somebody reads the first so many MiB of a file: page cache.',
    needs: ['name', 'MiB'],
    run(machine, said) {
      const pages = frames(said.amount(1));
      machine.vm.guest.files.read(said.word(0), pages, 0);
      return [`vm.guest.files.read('${said.word(0)}', ${pages}, 0);`];
    },
  },
  {
    ...IN_MIB,
    name: 'drop',
    usage: 'drop MIB',
    sentence: 'The kernel gives up so much page cache, the least recently read file first.',
    run(machine, said) {
      const pages = frames(said.amount(0));
      machine.vm.guest.memory.shrink(pages);
      return [`vm.guest.memory.shrink(${pages});`];
    },
  },
  {
    ...NAMED,
    name: 'compact',
    usage: 'compact',
    sentence: 'kcompactd moves pages together until a block of 2 MiB is free.',
    needs: [],
    run(machine) {
      const { core, memory } = machine.vm.guest;
      core.compaction.background(THP_ORDER, KERNEL_ZONES - 1, 0);
      memory.deliverMoves();
      return [
        `vm.guest.core.compaction.background(${THP_ORDER}, ${KERNEL_ZONES - 1}, 0);`,
        'vm.guest.memory.deliverMoves();',
      ];
    },
  },
  {
    ...NAMED,
    name: 'wait',
    usage: 'wait SECONDS',
    sentence: 'Time passes: per-CPU lists decay, free pages are reported, kswapd works.',
    needs: ['seconds'],
    most: SECONDS_MOST,
    run(machine, said) {
      const ns = said.amount(0) * NS_PER_S;
      machine.vmm.advance(ns);
      return [`vmm.advance(${ns});`];
    },
  },
];

/** What the host asks for through devices. */
const DEVICES: readonly Command[] = [
  {
    ...IN_MIB,
    name: 'inflate',
    usage: 'inflate MIB',
    sentence: 'The host asks for a balloon larger by so much.',
    run(machine, said) {
      const target = machine.balloon.actualPages + frames(said.amount(0));
      machine.balloon.setTarget(target);
      return [`balloon.setTarget(${target});`];
    },
  },
  {
    ...IN_MIB,
    name: 'deflate',
    usage: 'deflate MIB',
    sentence: 'The host asks for a balloon smaller by so much.',
    run(machine, said) {
      const target = Math.max(0, machine.balloon.actualPages - frames(said.amount(0)));
      machine.balloon.setTarget(target);
      return [`balloon.setTarget(${target});`];
    },
  },
  {
    ...IN_MIB,
    name: 'plug',
    usage: 'plug MIB',
    sentence: 'The host asks virtio-mem for so much more memory.',
    run: (machine, said) => resize(machine, said.amount(0)),
  },
  {
    ...IN_MIB,
    name: 'unplug',
    usage: 'unplug MIB',
    sentence:
      'The host asks virtio-mem for so much less: pages in the way are migrated, or it stops short.',
    run: (machine, said) => resize(machine, -said.amount(0)),
  },
  {
    ...NAMED,
    name: 'reclaim',
    usage: 'reclaim',
    sentence: 'The host asks czone-virtio for what idle CZones and the pool do not use.',
    needs: [],
    run(machine) {
      const all = frames(HOST_MIB);
      machine.expectZones().ask(all);
      return [`czones.ask(${all});`];
    },
  },
];

function resize(machine: Machine, mib: number): string[] {
  const mem = machine.expectMem();
  const most = machine.size.room * FRAMES_PER_MIB * FRAME_BYTES;
  const wanted = mem.pluggedBytes + frames(mib) * FRAME_BYTES;
  const bytes = Math.min(most, Math.max(0, wanted));
  mem.setRequested(bytes);
  return [`mem.setRequested(${bytes});`];
}

export const COMMANDS: readonly Command[] = [
  begin('boot', 'A VM boots. This, or clone, begins a script.'),
  begin(
    'clone',
    'The same from a template: its memory is shared with the template until it writes.',
  ),
  ...CONTAINERS,
  ...KERNEL,
  ...DEVICES,
];
