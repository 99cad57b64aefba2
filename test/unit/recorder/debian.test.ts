import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { DebianArchive } from '../../../src/recorder/debian.ts';
import { emptyFolder } from '../../support/folder.ts';
import { callsOf, standIns } from '../../support/tools.ts';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const SIMULATED = 'Inst libc6 (2.36 Debian:12 [amd64])\nInst a (1:2.0 Debian:12 [amd64])';

/** apt that knows two packages, one of an epoch. */
const APT = `case "$*" in
*--simulate*) printf '${SIMULATED.replaceAll('\n', '\\n')}\\n';;
*--download-only*) cache=$(echo "$*" | sed 's/.*Dir::Cache=\\([^ ]*\\) .*/\\1/'); touch $cache/archives/libc6_2.36_amd64.deb $cache/archives/a_1%3a2.0_amd64.deb;;
*download*) touch one.deb;;
esac`;

function archive(apt = APT): { folder: string; tools: string; debian: DebianArchive } {
  const folder = emptyFolder();
  const tools = standIns({
    'apt-get': apt,
    'apt-cache': 'echo "  Depends: linux-image-6.12.1+deb12-amd64"',
    'dpkg-deb': '',
  });
  return { folder, tools, debian: new DebianArchive(folder, 'amd64') };
}

describe.skipIf(!existsSync(KEYRING))('Debian’s archive (skipped without its keyring)', () => {
  it('is asked with lists of its own, once updated', () => {
    const { folder, tools, debian } = archive();
    expect(debian.dependencyOf('linux-image-6.12-amd64', /Depends: linux-image-(\S+)/)).toBe(
      '6.12.1+deb12-amd64',
    );
    debian.unpack(['busybox-static'], path.join(folder, 'root'));
    const calls = callsOf(tools);
    expect(calls.filter((call) => call.endsWith(' update'))).toHaveLength(1);
    const apt = calls.filter((call) => call.startsWith('apt'));
    expect(apt.every((call) => call.includes(`Dir::State::Lists=${folder}/`))).toBe(true);
    expect(readFileSync(path.join(folder, 'apt-amd64/sources.list'), 'utf8')).toContain('bookworm');
  });

  it('unpacks what was downloaded, and nothing that an earlier call left', () => {
    const { folder, tools, debian } = archive();
    debian.unpack(['one'], path.join(folder, 'root'));
    debian.unpack(['one'], path.join(folder, 'root'));
    const unpacked = callsOf(tools).filter((call) => call.startsWith('dpkg-deb -x'));
    expect(unpacked).toHaveLength(2);
    expect(unpacked[1]).toContain('one.deb');
  });

  it('unpacks all that a package depends on, whether it was in the cache or not', () => {
    const { folder, tools, debian } = archive();
    const first = debian.unpackWhole(['a'], path.join(folder, 'root'));
    const second = debian.unpackWhole(['a'], path.join(folder, 'again'));
    expect(first).toEqual(['libc6_2.36', 'a_1%3a2.0']);
    expect(second).toEqual(first);
    expect(callsOf(tools).filter((call) => call.includes('a_1%3a2.0_amd64.deb'))).toHaveLength(2);
  });

  it.each([
    [
      'with the lists of the archive that gave some',
      'touch $lists/main_binary-i386_Packages;',
      'ok',
    ],
    ['not at all without any', '', 'apt-get failed: Mirror sync in progress?'],
  ])('amid a mirror’s renewal is asked %s', (_, lists, outcome) => {
    const fails = `*update*) lists=$(echo "$*" | sed 's/.*Dir::State::Lists=\\([^ ]*\\) .*/\\1/'); ${lists} echo 'Mirror sync in progress?' >&2; exit 100;;`;
    const { debian } = archive(APT.replace('in\n', `in\n${fails}\n`));
    const ask = (): string => {
      debian.dependencyOf('linux-image-686', /Depends: (\S+)/);
      return 'ok';
    };
    if (outcome === 'ok') expect(ask()).toBe('ok');
    else expect(ask).toThrow(outcome);
  });

  it('has no such package', () => {
    const { debian } = archive();
    expect(() => debian.dependencyOf('linux-image-9', /Depends: (nothing)/)).toThrow(
      'Debian has no linux-image-9',
    );
  });
});
