// npm run test:guest [-- SCENARIO…]: a stock Linux in v86 drives our balloon; docs/real-linux.md tells of it.

import { fork } from 'node:child_process';
import { PACKAGES, type Packages, fetchPackages, isNoPackages } from './packages.ts';
import { type Found, SCENARIOS, type Scenario, tryScenario } from './scenarios.ts';

const FLAVOUR = '686';
/** Machines that run at a time. */
const AT_ONCE = 2;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

function packagesOrWhy(): Packages | string {
  try {
    return fetchPackages(PACKAGES, FLAVOUR);
  } catch (cause) {
    if (isNoPackages(cause)) return cause.message;
    throw cause;
  }
}

function line(found: Found): string {
  if (found.kind === 'fault') return `FAULT ${found.text}`;
  const { feature, messages, pages, note } = found.row;
  const numbers = `${String(messages).padStart(6)} messages ${String(pages).padStart(7)} pages`;
  return `${feature.padEnd(36)} ${numbers}  ${note}`;
}

/** A machine in a process of its own; whether guest and device agreed in all. */
function inProcess(scenario: Scenario): Promise<boolean> {
  const child = fork(import.meta.filename, ['--one', scenario.name]);
  let isSound = true;
  const tell = (found: Found): void => {
    print(`${scenario.name.padEnd(20)} ${line(found)}`);
    isSound &&= found.kind === 'row';
  };
  child.on('message', (message) => tell(message as Found));
  return new Promise((resolve) => {
    child.on('exit', (code) => {
      if (code !== 0) tell({ kind: 'fault', text: `ended with ${code}` });
      resolve(isSound);
    });
  });
}

async function all(scenarios: readonly Scenario[]): Promise<boolean> {
  const waiting = [...scenarios];
  let isSound = true;
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const wasSound = await inProcess(next);
      isSound &&= wasSound;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return isSound;
}

/** To the process that asked for it; done when it has left. */
function sendHome(found: Found): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(found, () => resolve());
  });
}

async function main(args: readonly string[]): Promise<void> {
  const [first, name] = args;
  const packages = packagesOrWhy();
  if (typeof packages === 'string') {
    print(`skipped: needs Debian's packages, and ${packages}`);
  } else if (first === '--one') {
    const scenario = SCENARIOS.find((one) => one.name === name);
    if (scenario !== undefined) {
      await tryScenario(scenario, packages, sendHome);
    }
    // the machine goes on otherwise
    process.exit();
  } else {
    print(`Linux ${packages.kernelRelease}`);
    const asked = SCENARIOS.filter((scenario) => args.length === 0 || args.includes(scenario.name));
    process.exitCode = (await all(asked)) ? 0 : 1;
  }
}

await main(process.argv.slice(2));
