// On Debian as root: installs what the tests need and this machine lacks. Elsewhere it does nothing.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const packages = [
  'chromium',
  'firefox-esr',
  'ffmpeg',
  'coturn',
  'postgresql',
  'radosgw',
  'ceph-mon',
  'ceph-osd',
  'ceph-common',
  'fonts-noto-cjk',
  'fonts-noto-color-emoji',
  // Network namespaces, for calls over bad networks.
  'iproute2',
  // What the examples of docs/ call.
  'curl',
  'jq',
  'openssl',
];

/** Installs the missing ones; a failure is reported and left to the checks that follow. */
export function aptInstallMissing() {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version') || !existsSync('/usr/bin/apt-get')) return;
  const lacking = packages.filter((name) => {
    // oxlint-disable-next-line no-template-curly-in-string -- dpkg fills it in
    const { stdout } = spawnSync('dpkg-query', ['-W', '-f=${Status}', name], { encoding: 'utf8' });
    return !stdout?.includes('ok installed');
  });
  if (lacking.length === 0) return;
  console.log(`Installing for the tests: ${lacking.join(' ')}`);
  const options = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3', '-qq'];
  // Tests start their own servers on free ports: what a package would start by itself is not wanted.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  for (const step of [
    ['update', ...options],
    ['install', ...options, '-y', '--no-install-recommends', ...lacking],
  ]) {
    const { status, stdout, stderr } = spawnSync('apt-get', step, { env, encoding: 'utf8', maxBuffer: 64 << 20 });
    if (status !== 0) console.error(`apt-get ${step[0]} failed:\n${stdout}${stderr}`);
  }
}
