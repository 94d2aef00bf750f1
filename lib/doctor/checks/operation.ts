import type { Check, Facts } from '../facts.js';
import { type Finding, info, ok, warning } from '../finding.js';
import type { Machine } from '../machine.js';

/** How the machine is run: by whom, at which address, and what changes under a service that works. */
export const operation: Check = (machine, facts) => [
  ...updates(machine, facts),
  ...user(machine),
  ...address(machine),
  ...environment(machine),
];

function updates(machine: Machine, { driver }: Facts): Finding[] {
  if (machine.platform !== 'linux') return [];
  const tool = activeUpdates(machine);
  if (tool === undefined) return [ok('operation/updates', 'no automatic updates')];
  const found = `${tool.name} is active`;
  if (driver === undefined) return [info('operation/updates', found, 'updates may restart services at any hour')];
  const reason = "an update of NVIDIA's driver makes every use of the GPU fail until the machine is restarted";
  return [warning('operation/updates', found, reason, tool.fix)];
}

function activeUpdates(machine: Machine): { name: string; fix: string } | undefined {
  const folder = '/etc/apt/apt.conf.d';
  const settings = machine.names(folder).map((name) => machine.text(`${folder}/${name}`) ?? '');
  const values = settings.flatMap((text) =>
    [...text.matchAll(/^\s*APT::Periodic::Unattended-Upgrade\s+"(\w+)"/gm)].map(([, value]) => value),
  );
  // The last file wins.
  const isOn = values.length > 0 && !['0', 'never', 'false'].includes(values.at(-1) ?? '');
  if (isOn && machine.access('/usr/bin/unattended-upgrade') !== 'absent') {
    return {
      name: 'unattended-upgrades',
      fix: "apt-mark hold 'nvidia-driver-*' 'libnvidia-*', or systemctl disable --now unattended-upgrades",
    };
  }
  const timer = machine
    .names('/etc/systemd/system/timers.target.wants')
    .find((name) => /^dnf-automatic|^dnf5-automatic/.test(name));
  if (timer === undefined) return undefined;
  return { name: timer, fix: `systemctl disable --now ${timer}, or excludepkgs=*nvidia* in /etc/dnf/dnf.conf` };
}

function user({ uid }: Machine): Finding[] {
  if (uid === undefined) return [];
  if (uid !== 0) return [ok('operation/user', `user ${uid}`)];
  const reason = 'whoever gets into this process has the whole machine';
  return [
    warning(
      'operation/user',
      'root',
      reason,
      'run it as a user of its own: User= in the systemd unit, USER in the Dockerfile',
    ),
  ];
}

function address(machine: Machine): Finding[] {
  const leases = [
    '/run/systemd/netif/leases',
    '/var/lib/dhcp',
    '/var/lib/NetworkManager',
    '/run/NetworkManager/devices',
  ].flatMap((folder) =>
    machine
      .names(folder)
      .map((name) => `${folder}/${name}`)
      .filter((path) => isLease(path, machine.text(path) ?? '')),
  );
  if (leases.length === 0) return [];
  const reason = 'the address may change; clients that know this server by its address then do not find it';
  return [info('operation/address', `by DHCP (${leases[0]})`, reason)];
}

function isLease(path: string, text: string): boolean {
  if (path.startsWith('/run/NetworkManager/')) return /\bdhcp/i.test(text);
  if (path.startsWith('/run/systemd/')) return text.includes('ADDRESS=');
  return /^(dhclient|internal|dhcpcd).*\.leases?$/.test(path.split('/').at(-1) ?? '') && text.trim() !== '';
}

function environment({ env }: Machine): Finding[] {
  // The version NVIDIA's images have, which is no setting.
  const nccl = Object.keys(env)
    .filter((name) => name.startsWith('NCCL_') && name !== 'NCCL_VERSION')
    .sort();
  if (nccl.length === 0) return [];
  const found = nccl.map((name) => `${name}=${env[name]}`).join(' ');
  return [info('operation/nccl', found, 'NCCL is not used by this library: these variables have no effect on it')];
}
