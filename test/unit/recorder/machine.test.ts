import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type MachineOptions, runMachine } from '../../../src/recorder/machine.ts';
import type { GuestPace } from '../../../src/recorder/pace.ts';
import { emptyFolder } from '../../support/folder.ts';
import { callsOf, standIns } from '../../support/tools.ts';

function options(changed: Partial<MachineOptions> = {}): MachineOptions {
  return {
    memoryMib: 512,
    cpus: 2,
    vmlinuz: '/k',
    initrd: '/i',
    programs: '/p',
    out: '/o',
    cmdline: ['guestmem.buffer=1'],
    balloon: [],
    virtioMem: [],
    folder: emptyFolder(),
    timeoutMs: 60_000,
    startClock: () => () => Infinity,
    ...changed,
  };
}

describe('the machine', () => {
  it('runs until the guest says that it is done', async () => {
    const tools = standIns({ 'qemu-system-x86_64': 'echo RECORDER READY; echo RECORDER DONE' });
    const said: string[] = [];
    expect(await runMachine(options(), (line) => void said.push(line))).toEqual([]);
    expect(said).toEqual(['RECORDER READY', 'RECORDER DONE']);
    const [call] = callsOf(tools);
    expect(call).toContain('-smp 2 -m 512 ');
    expect(call).toContain(
      '-append console=ttyS0 quiet panic=-1 edd=off nokaslr no_timer_check guestmem.buffer=1',
    );
    expect(call).not.toContain('virtio-mem');
  });

  it('is killed with this program, however that ends', async () => {
    standIns({ 'qemu-system-x86_64': 'echo RECORDER DONE; exec setpriv --dump' });
    const said: string[] = [];
    await runMachine(options(), (line) => void said.push(line));
    expect(said).toContainEqual(expect.stringMatching(/^Parent death signal: (?:SIG)?KILL$/));
  });

  it('fails with the guest’s last word', async () => {
    standIns({
      'qemu-system-x86_64':
        'echo "RECORDER FAILED: no disk"; echo "[ 3.1] reboot: Power down"; exit 0',
    });
    await expect(runMachine(options(), () => {})).rejects.toThrow(
      'the guest did not come to its end: RECORDER FAILED: no disk',
    );
  });

  it('ends a guest that does not end', async () => {
    standIns({ 'qemu-system-x86_64': 'echo begun; exec sleep 600' });
    await expect(runMachine(options({ timeoutMs: 1000 }), () => {})).rejects.toThrow(
      'the guest did not come to its end in 0 minutes (--timeout); the last that it said: begun',
    );
  });

  it('says what the guest said, without what that does to a terminal', async () => {
    standIns({ 'qemu-system-x86_64': String.raw`printf '\033c\033[?7l\033[2Jhello\n'` });
    await expect(runMachine(options(), () => {})).rejects.toThrow('to its end: hello');
  });

  it('has room for all that virtio-mem’s plan plugs, and traces the device', async () => {
    const tools = standIns({ 'qemu-system-x86_64': 'echo RECORDER DONE' });
    await runMachine(options({ virtioMem: [{ atMs: 0, mib: 384 }] }), () => {});
    const [call] = callsOf(tools);
    expect(call).toContain('size=512M,maxmem=1280M,slots=4');
    expect(call).toContain('memory-backend-ram,id=plugged,size=384M');
    expect(call).toContain('-trace virtio_mem_unplug_request');
  });
});

it('what the guest says of its pace is heard, and no part of the recording', async () => {
  standIns({
    'qemu-system-x86_64': 'echo RECORDER PACE 1 9 steps; echo RECORDER READY; echo RECORDER DONE',
  });
  const [told, said]: [GuestPace[], string[]] = [[], []];
  const own = options({ onPace: (pace) => void told.push(pace) });
  await runMachine(own, (line) => void said.push(line));
  expect(told).toEqual([{ done: 1, total: 9, what: 'steps' }]);
  expect(said).toEqual(['RECORDER READY', 'RECORDER DONE']);
  const console = readFileSync(path.join(own.folder, 'console.log'), 'utf8');
  expect(console).toBe('RECORDER READY\nRECORDER DONE\n');
});
