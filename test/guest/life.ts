/** The device's life: taken away and given back amid its work, and copied with the machine. */

import { STATUS_ACKNOWLEDGE } from '../../src/virtio/index.ts';
import { Bench, Disagreement, type Feature, equal } from './bench.ts';
import { Machine, type MachineOptions } from './machine.ts';

const TARGET = 20_000;
const AMID = 1500;

export const reload: Feature = async (bench) => {
  const { machine, ledger } = bench;
  const { model, device } = machine.balloon;
  await bench.inflateTo(0);
  const resets = device.counters.resets;
  ledger.clear();
  model.setTarget(TARGET);
  await machine.until('the driver is amid inflating', () => ledger.inflated.length > AMID);
  await machine.unloadDriver();
  const amid = ledger.inflated.length;
  equal('pages held by a driver that is gone', await bench.agreeOnBalloon(), 0);
  // the kernel knows of the device still, and says so
  equal('status', device.status, STATUS_ACKNOWLEDGE);
  await machine.loadDriver();
  await machine.until('the new driver has all', () => model.actualPages === TARGET);
  equal('pages', await bench.agreeOnBalloon(), TARGET);
  return {
    feature: 'module away and back',
    messages: device.counters.resets - resets,
    pages: amid + TARGET,
    note: `taken away at ${amid} pages; kpageflags`,
  };
};

export const rebind: Feature = async (bench) => {
  const { machine } = bench;
  const { device, model } = machine.balloon;
  const resets = device.counters.resets;
  const driver = '/sys/bus/pci/drivers/virtio-pci';
  const name = (await machine.run(`ls ${driver} | grep 0000`)).trim();
  await machine.run(`echo ${name} > ${driver}/unbind`);
  equal('pages held by a driver that is gone', await bench.agreeOnBalloon(), 0);
  await machine.run(`echo ${name} > ${driver}/bind`);
  await machine.until('the new driver has all', () => model.actualPages === TARGET);
  equal('pages', await bench.agreeOnBalloon(), TARGET);
  return {
    feature: 'PCI function unbound and bound',
    messages: device.counters.resets - resets,
    pages: TARGET,
    note: 'kpageflags',
  };
};

/** `options`: those that the machine was made with. */
export function copied(options: MachineOptions): Feature {
  return async (bench) => {
    const { machine, ledger } = bench;
    await bench.inflateTo(0);
    ledger.clear();
    machine.balloon.model.setTarget(TARGET);
    await machine.until('the driver is amid inflating', () => ledger.inflated.length > AMID);
    const standing = structuredClone(await machine.stand());
    const amid = ledger.inflated.length;
    const twin = await Machine.create(options);
    const other = new Bench(twin);
    for (const pfn of ledger.held) other.ledger.held.add(pfn);
    await twin.goOn(standing);
    await twin.until('the copy has all', () => twin.balloon.model.actualPages === TARGET);
    await twin.run('echo');
    equal('pages', await other.agreeOnBalloon(), TARGET);
    const { statsRequests } = twin.balloon.model.counters;
    await twin.until(
      'statistics go on',
      () => twin.balloon.model.counters.statsRequests > statsRequests,
    );
    await other.inflateTo(10);
    equal('pages', await other.agreeOnBalloon(), 10);
    const { violations } = twin.balloon.device.counters;
    if (violations.size > 0)
      throw new Disagreement(`the copy broke rules: ${[...violations].join(' ')}`);
    await twin.destroy();
    return {
      feature: 'snapshot, resumed in another machine',
      messages: twin.balloon.device.counters.notifications,
      pages: TARGET + 10,
      note: `taken at ${amid} pages; kpageflags`,
    };
  };
}
