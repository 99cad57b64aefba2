// npm run guest:files -- FOLDER: a kernel, an initrd with a shell, and SeaBIOS; how the playground is given them.

import { PACKAGES, fetchPackages, isNoPackages } from './packages.ts';
import { writeFiles } from './write.ts';

function refuse(text: string): void {
  process.stderr.write(`guest:files: ${text}\n`);
  process.exitCode = 2;
}

const [folder] = process.argv.slice(2);
if (folder === undefined) refuse('which folder?');
else {
  try {
    const { kernel, initrd, bios } = writeFiles(fetchPackages(PACKAGES, '686'), folder);
    process.stdout.write(`guestmem play --kernel ${kernel} --initrd ${initrd} --bios ${bios}\n`);
  } catch (cause) {
    if (!isNoPackages(cause)) throw cause;
    refuse(`needs Debian's packages, and ${cause.message}`);
  }
}
