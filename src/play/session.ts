// A script at work: each step changes the machine, and what it changed is looked at.

import type { MapInstant, MapReel } from '../map/index.ts';
import { NS_PER_MS, NS_PER_US } from '../abi/unit.ts';
import {
  COUNTED_PAGES,
  type OperationName,
  type Operations,
  addOperations,
  newCounts,
  operationsOf,
  since,
} from '../vmm/index.ts';
import { costNs, receiptOf } from '../cost/index.ts';
import type { Said } from './commands.ts';
import { ScriptError } from './error.ts';
import { type Figures, figuresOf } from './figures.ts';
import { Machine } from './machine.ts';
import type { DeviceMessages } from './rings.ts';
import { type Step, parseStep } from './script.ts';

const SLOTS = COUNTED_PAGES.map(([slot]) => slot);

/** What a step did, and how things are after it. */
export interface Outcome {
  /** The step as it was given. */
  readonly text: string;
  /** The same as lines of a program. */
  readonly code: readonly string[];
  /** What happened and has a price; by name, only what happened. */
  readonly operations: readonly (readonly [OperationName, number])[];
  /** Microseconds that it takes at typical prices. */
  readonly costUs: number;
  /** Register accesses of each device's driver. */
  readonly exits: readonly (readonly [string, number])[];
  /** Messages on the rings of each device, the last of them. */
  readonly messages: readonly DeviceMessages[];
  /** Figures of the machine after the step. */
  readonly figures: Figures;
  /** The map of the guest's memory after the step. */
  readonly instant: MapInstant;
  /** Names of the map's zones and owners. */
  readonly about: Pick<MapReel, 'zones' | 'owners' | 'region'>;
}

function saidOf({ words, options, command }: Step): Said {
  const number = (text: string | undefined, otherwise: number | undefined): number => {
    if (text !== undefined && text !== '') return Number(text);
    if (otherwise === undefined) throw new ScriptError(`expected "${command.usage}"`);
    return otherwise;
  };
  return {
    word: (at) => words[at] ?? '',
    amount: (at, otherwise) => number(words[at], otherwise),
    option: (name, otherwise) => number(options[name], otherwise),
    has: (name) => options[name] !== undefined,
  };
}

/** What came before the first step was looked at: the VM's own start. */
function addStart(done: Operations, { vm }: Machine): void {
  addOperations(done, operationsOf(vm.startCounts, SLOTS, vm.backingOrder));
  for (const operations of Object.values(vm.startOperations)) addOperations(done, operations);
}

export class Session {
  #machine: Machine | undefined;

  /** The machine, once a step has made one. */
  get machine(): Machine {
    if (this.#machine === undefined) throw new ScriptError('expected boot or clone first');
    return this.#machine;
  }

  /** Carries out one line. Throws ScriptError, and what the library refuses as one. */
  run(text: string): Outcome {
    const step = parseStep(text);
    try {
      return this.#run(step);
    } catch (error) {
      if (!(error instanceof Error) || error instanceof ScriptError) throw error;
      throw new ScriptError(`${step.command.name}: ${error.message}`);
    }
  }

  #run(step: Step): Outcome {
    const { command, text } = step;
    const said = saidOf(step);
    const size = command.begin?.(said);
    if (size !== undefined) {
      if (this.#machine !== undefined) throw new ScriptError('the machine has begun already');
      this.#machine = new Machine(size);
    }
    const { machine } = this;
    const { vm } = machine;
    const before = machine.devices.map(([, device]) => device.operations);
    const exitsBefore = machine.devices.map(([, { exits }]) => exits);
    const code = command.run(machine, said);
    const counts = newCounts();
    vm.settle(counts);
    const done: Operations = operationsOf(counts, SLOTS, vm.backingOrder);
    if (size !== undefined) addStart(done, machine);
    machine.devices.forEach(([, device], at) => {
      addOperations(done, since(before[at] as Operations, device.operations));
    });
    const exits = machine.devices.map(
      ([name, device], at) => [name, device.exits - (exitsBefore[at] as number)] as const,
    );
    const operations = (Object.entries(done) as [OperationName, number][]).filter(
      ([, times]) => times > 0,
    );
    const map = machine.mapper.map(vm.guest.core, machine.names);
    return {
      text,
      code,
      operations,
      costUs: costNs(receiptOf(Object.fromEntries(operations))) / NS_PER_US,
      exits,
      messages: machine.rings.take(),
      figures: figuresOf(machine, map, operations),
      instant: { atMs: machine.vmm.clock.nowNs / NS_PER_MS, note: text, map },
      about: machine.mapper.about,
    };
  }
}
