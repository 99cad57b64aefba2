// Packages from Debian's archive, unpacked into folders of their own: nothing is installed, and the machine's own package
// lists stay as they are.

import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { RecorderMissing } from './error.ts';
import { runTool } from './tool.ts';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const RELEASE = 'bookworm';
const ARCHIVES: readonly (readonly [url: string, suite: string])[] = [
  ['http://deb.debian.org/debian', RELEASE],
  ['http://deb.debian.org/debian-security', `${RELEASE}-security`],
];

export class DebianArchive {
  readonly #folder: string;
  readonly #options: readonly string[];
  #isUpdated = false;

  /** `folder` holds lists and packages of this architecture between runs. */
  constructor(folder: string, architecture: 'amd64' | 'i386') {
    this.#folder = path.join(folder, `apt-${architecture}`);
    for (const part of ['lists/partial', 'cache/archives/partial']) {
      mkdirSync(path.join(this.#folder, part), { recursive: true });
    }
    const lines = ARCHIVES.map(
      ([url, suite]) => `deb [arch=${architecture} signed-by=${KEYRING}] ${url} ${suite} main\n`,
    );
    writeFileSync(path.join(this.#folder, 'sources.list'), lines.join(''));
    writeFileSync(path.join(this.#folder, 'status'), '');
    this.#options = [
      `Dir::State::Lists=${this.#lists}`,
      `Dir::State::Status=${this.#folder}/status`,
      `Dir::Cache=${this.#folder}/cache`,
      `Dir::Etc::SourceList=${this.#folder}/sources.list`,
      'Dir::Etc::SourceParts=/dev/null',
      `APT::Architecture=${architecture}`,
      `APT::Architectures=${architecture}`,
      'APT::Sandbox::User=root',
      'Acquire::Languages=none',
    ].flatMap((option) => ['-o', option]);
  }

  /** The package that the first `Depends` of another names, such as a kernel's release by its flavour. */
  dependencyOf(name: string, pattern: RegExp): string {
    const found = pattern.exec(this.#ask('apt-cache', ['depends', name]))?.[1];
    if (found === undefined) throw new RecorderMissing(`Debian has no ${name}`);
    return found;
  }

  /** Unpacks packages, and nothing that they depend on, into `root`. */
  unpack(names: readonly string[], root: string): void {
    const folder = path.join(this.#folder, 'download');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    this.#ask('apt-get', ['-qq', 'download', ...names], folder);
    for (const deb of readdirSync(folder)) unpackDeb(path.join(folder, deb), root);
    rmSync(folder, { recursive: true });
  }

  /** Unpacks packages with all that they depend on; what they are, as NAME_VERSION. */
  unpackWhole(names: readonly string[], root: string): string[] {
    const install = ['-qq', '--no-install-recommends', 'install', ...names];
    const plan = this.#ask('apt-get', ['--simulate', ...install]);
    const wanted = [...plan.matchAll(/^Inst (\S+) \((\S+) /gm)].map(
      ([, name, version]) => `${name}_${version?.replace(':', '%3a')}`,
    );
    this.#ask('apt-get', ['--download-only', '-y', ...install]);
    const cache = path.join(this.#folder, 'cache/archives');
    const debs = readdirSync(cache);
    for (const name of wanted) {
      const deb = debs.find((file) => file.startsWith(`${name}_`));
      if (deb === undefined) throw new RecorderMissing(`Debian did not give ${name}`);
      unpackDeb(path.join(cache, deb), root);
    }
    return wanted;
  }

  #ask(program: string, args: readonly string[], cwd?: string): string {
    this.#update();
    return runTool(program, [...this.#options, ...args], cwd).toString();
  }

  #update(): void {
    if (this.#isUpdated) return;
    if (!existsSync(KEYRING)) throw new RecorderMissing(`${KEYRING} is missing: is this Debian?`);
    try {
      runTool('apt-get', [...this.#options, '-qq', 'update']);
    } catch (cause) {
      // a mirror may be amid its renewal of one archive: the lists that came, or older ones, do
      const hasLists = readdirSync(this.#lists).some((name) => name.includes('_Packages'));
      if (!hasLists) throw cause;
    }
    this.#isUpdated = true;
  }

  get #lists(): string {
    return path.join(this.#folder, 'lists');
  }
}

function unpackDeb(file: string, root: string): void {
  mkdirSync(root, { recursive: true });
  runTool('dpkg-deb', ['-x', file, root]);
}
