import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Side } from '../consultation/browsers.ts';
import { findProgram, runProgram } from '../services/processes.ts';
import { temporaryFolder } from '../services/temporary-folder.ts';

/** Where everybody finds the hub. */
export const HUB = '10.71.0.1';
/** Where the TURN server relays: nobody but itself gets there, so that both sides have to take the relay. */
export const RELAY = '10.71.9.1';

const sides = ['visitor', 'agent'] as const;
/** The second number of a line's addresses. The visitor has a second line to change to. */
const lines = { visitor: { first: 1, second: 3 }, agent: { first: 2 } } as const;

/**
 * Three networks of our own: a hub with the server and the TURN server, and one for each side's browser, with a line to the hub and
 * no way to each other.
 */
export interface Lab {
  /** What starts a Chromium in a side's network. */
  executable(side: Side, chromium: string): string;
  /** All TCP, or all UDP, is lost from now on, in silence, on both sides' lines; null: nothing is any more. */
  cut(protocol: 'tcp' | 'udp' | null): void;
  /** The visitor's line goes down and takes its address along; the other one comes up, with another address. */
  changeLine(): void;
}

const ip = (...args: string[]): string => runProgram(findProgram('ip')!, args);
const network = (id: string, who: Side | 'hub'): string => `pcnet-${id}-${who}`;
const inside = (name: string, script: string): string => ip('netns', 'exec', name, 'sh', '-c', script);

/** One sentence on why this machine has no networks for us, or null. */
export function missing(): string | null {
  if (process.platform !== 'linux') return 'network namespaces are a thing of Linux.';
  if (process.getuid?.() !== 0) return 'only root may make network namespaces.';
  if (!findProgram('ip')) return '`ip` is missing: `apt-get install iproute2`.';
  try {
    ip('netns', 'add', `pcnet-${process.pid}-probe`);
    ip('netns', 'del', `pcnet-${process.pid}-probe`);
    return null;
  } catch {
    return 'this machine lets us make no network namespaces.';
  }
}

/** The network in which the program itself, the server and the TURN server run. */
export function hubOf(id: string): string {
  return network(id, 'hub');
}

/** Makes the networks. Remove them with `removeNetworks`, also when this throws. */
export function makeNetworks(id: string): void {
  const hub = network(id, 'hub');
  for (const who of ['hub', ...sides] as const) {
    const name = network(id, who);
    ip('netns', 'add', name);
    ip('-n', name, 'link', 'set', 'lo', 'up');
    // What a fresh network begins with is the machine's own business: it may forward, as one with containers does.
    inside(name, 'cd /proc/sys/net/ipv4; echo 0 >ip_forward; echo 0 >conf/all/rp_filter; echo 0 >conf/default/rp_filter');
    // Our rules stand before the table of the own addresses, so that they decide about what comes in, too.
    ip('-n', name, 'rule', 'add', 'pref', '100', 'lookup', 'local');
    ip('-n', name, 'rule', 'del', 'pref', '0');
  }
  for (const address of [HUB, RELAY]) ip('-n', hub, 'addr', 'add', `${address}/32`, 'dev', 'lo');
  for (const side of sides) {
    for (const [which, number] of Object.entries(lines[side])) {
      const [here, there, name] = [`${which}`, `${side}-${which}`, network(id, side)];
      ip('link', 'add', here, 'netns', name, 'type', 'veth', 'peer', 'name', there, 'netns', hub);
      ip('-n', hub, 'addr', 'add', `10.71.${number}.1/24`, 'dev', there);
      ip('-n', hub, 'link', 'set', there, 'up');
      ip('-n', hub, 'rule', 'add', 'pref', '10', 'iif', there, 'to', RELAY, 'blackhole');
    }
    bringUp(id, side, 'first');
  }
  // coturn gives a relay up after an error in sending, as to an address without a route. What leads nowhere has to lead into a hole.
  ip('-n', hub, 'link', 'add', 'hole', 'type', 'veth', 'peer', 'name', 'hole-end');
  for (const end of ['hole', 'hole-end']) ip('-n', hub, 'link', 'set', end, 'up');
  ip('-n', hub, 'route', 'add', 'default', 'via', '198.51.100.1', 'dev', 'hole', 'onlink');
  ip('-n', hub, 'neigh', 'add', '198.51.100.1', 'lladdr', '02:00:00:00:00:99', 'dev', 'hole');
}

function bringUp(id: string, side: Side, which: 'first' | 'second'): void {
  const name = network(id, side);
  const number = which === 'second' ? lines.visitor.second : lines[side].first;
  ip('-n', name, 'link', 'set', which, 'up');
  ip('-n', name, 'addr', 'replace', `10.71.${number}.2/24`, 'dev', which);
  ip('-n', name, 'route', 'replace', 'default', 'via', `10.71.${number}.1`);
}

/** Ends whatever still runs in these networks and removes them, and those of earlier runs that were killed. */
export function removeNetworks(id: string): void {
  for (const [name, owner] of ip('netns', 'list').matchAll(/^pcnet-(\d+)-\w+/gm)) {
    if (owner !== id && existsSync(`/proc/${owner}`)) continue;
    for (const pid of ip('netns', 'pids', name).split('\n').filter(Boolean)) {
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        // It has gone by itself.
      }
    }
    ip('netns', 'del', name);
  }
}

/** The networks, for whoever runs in their hub, with the visitor on the first line. */
export function openLab(id: string): Lab {
  const hub = network(id, 'hub');
  let line: 'first' | 'second' = 'first';
  const rules: ((what: 'add' | 'del') => string[])[] = [];
  const takeLine = (): void => {
    const other = line === 'first' ? 'second' : 'first';
    ip('-n', network(id, 'visitor'), 'addr', 'flush', 'dev', other);
    ip('-n', network(id, 'visitor'), 'link', 'set', other, 'down');
    bringUp(id, 'visitor', line);
  };
  takeLine();
  return {
    executable(side, chromium) {
      const file = join(temporaryFolder(`${side}-chromium`), 'chromium.sh');
      writeFileSync(file, `#!/bin/sh\nexec ${findProgram('ip')!} netns exec ${network(id, side)} ${chromium} "$@"\n`, { mode: 0o755 });
      return file;
    },
    cut(protocol) {
      for (const rule of rules.splice(0)) ip(...rule('del'));
      if (protocol === null) return;
      for (const side of sides) {
        const from = side === 'visitor' ? line : 'first';
        for (const [name, device] of [[hub, `${side}-${from}`], [network(id, side), from]] as const) {
          const rule = (what: 'add' | 'del'): string[] => ['-n', name, 'rule', what, 'pref', '20', 'iif', device, 'ipproto', protocol, 'blackhole'];
          ip(...rule('add'));
          rules.push(rule);
        }
      }
    },
    changeLine() {
      line = line === 'first' ? 'second' : 'first';
      takeLine();
    },
  };
}
