import { expect, it } from 'vitest';
import { accountOf } from '../../../src/vmm/account.ts';
import { framesOf, newAccount } from '../../../src/vmm/host.ts';
import { testVm } from '../../support/vm.ts';

it('has all private frames, the VMM and its page tables, each once', () => {
  const { vm } = testVm(128);
  const account = newAccount();
  accountOf(vm.guest, { processFrames: 100, tableFramesPerFrame: 0.5 }, 10, account);
  const { privateFrames, backedFrames } = vm.guest.core;
  expect(framesOf(account)).toBe(privateFrames + 100 + (backedFrames + 10) / 2);
});
