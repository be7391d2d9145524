import { createChance, type Chance } from './chance.ts';
import { createFaultProxy, type Direction, type FaultProxy } from './fault-proxy.ts';
import { judge, readStored, type Findings } from './findings.ts';
import type { BrokenClient, PersonSettings } from './orders.ts';
import { startPerson, type Person } from './people.ts';
import { startStormServer, type BrokenServer, type StormServer } from './storm-server.ts';

/** How much of it. */
export interface StormOptions {
  faults: number;
  seed: number;
  broken?: BrokenServer | BrokenClient | null;
  /** How long everything may take to heal, in ms. */
  healMs?: number;
  /** Another build's `main.js`. */
  server?: string | undefined;
}

/** What came of it. */
export interface StormResult {
  seed: number;
  faults: Record<Fault, number>;
  written: number;
  acknowledged: number;
  stored: number;
  conversations: number;
  tabs: number;
  /** How long healing took after the last fault, in ms; null: not everything came back in time. */
  healedInMs: number | null;
  tookMs: number;
  findings: Findings;
  /** What the server said at level *warn* and above. */
  serverOutput: string;
}

/** Each is one injected event, as often as its weight says. The server is killed as often as it has come back, see `LIFE`. */
const FAULTS = {
  'cut: reset': 70, 'cut: closed': 50, 'cut: torn frame': 50, 'half-open: upwards': 30, 'half-open: downwards': 30, 'half-open: both ways': 30,
  'late: held': 100, 'late: overtaking': 110, 'repeated frames': 120, 'crumbs': 70, 'offline': 60, 'handshake ignored': 25,
  'tab reloaded': 90, 'device asleep': 50, 'clock set': 40, 'browser says online': 50, 'server killed': 0, 'server drained': 4,
};
type Fault = keyof typeof FAULTS;

const HOUR = 3_600_000;
/** Time between two faults, and between two lines of one tab, on average, in ms. */
const EVERY_MS = 26;
const WRITE_EVERY_MS = 110;
/** How many faults a server sees before it is killed, at least and at most. */
const LIFE = [30, 110] as const;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Who takes part: [name, kind, tabs, how wrong the clock is]. */
const CAST = [
  ['minji', 'visitor', 2, 0], ['otter', 'visitor', 1, -3 * HOUR], ['heron', 'visitor', 2, 40 * 24 * HOUR], ['ada', 'agent', 2, 0], ['bo', 'agent', 1, 26 * HOUR],
] as const;

/** Lets people write while everything between and beneath them breaks, waits until it has healed, and looks what is left. */
export async function runStorm({ faults, seed, broken = null, healMs = 40_000, server: built }: StormOptions): Promise<StormResult> {
  const began = performance.now();
  const chance = createChance(seed);
  const brokenClient = broken === 'no-outbox' || broken === 'no-resume' ? broken : null;
  const server = await startStormServer(broken === 'ack-before-commit' || broken === 'no-dedupe' ? broken : null, built);
  const proxies: FaultProxy[] = [];
  const people: Person[] = [];
  try {
    people.push(...await Promise.all(CAST.map(async ([name, kind, tabs, clockOffMs]) => {
      const settings: PersonSettings = { name, kind, token: '', origin: server.url, clockOffMs, tabs: [], seed: chance.between(1, 1e9), broken: brokenClient };
      const seeds = Array.from({ length: tabs }, () => chance.between(1, 1e9));
      for (const [tab, seed] of seeds.entries()) {
        const proxy = await createFaultProxy(server, createChance(seed));
        proxies.push(proxy);
        settings.tabs.push({ name: `${name}/${tab}`, url: proxy.url });
      }
      if (kind === 'agent') await server.agent(name);
      const token = (): Promise<string> => (kind === 'agent' ? server.agentToken(name) : server.visitorToken());
      settings.token = await token();
      return startPerson(settings, async () => {
        if (kind === 'visitor') return settings.token;
        for (;;) {
          const fresh = await token().catch(() => null);
          if (fresh !== null) return fresh;
          await pause(200);
        }
      });
    })));
    const counts = Object.fromEntries(Object.keys(FAULTS).map((fault) => [fault, 0])) as Record<Fault, number>;
    const inject = createInjector({ chance, server, proxies, people });
    const writing = startWriting(people, createChance(chance.between(1, 1e9)));
    let life = chance.between(...LIFE);
    for (let done = 0; done < faults; done++) {
      let fault: Fault = inject.up && --life < 0 ? 'server killed' : chance.weighted(FAULTS);
      while (!inject(fault)) fault = chance.weighted(FAULTS);
      if (fault === 'server killed') life = chance.between(...LIFE);
      counts[fault]++;
      await pause(chance.between(0, 2 * EVERY_MS));
    }
    writing.stop();
    await inject.calm();
    const healing = performance.now();
    const { reports, whole } = await healed(people, healMs);
    const healedInMs = whole ? performance.now() - healing : null;
    await server.term();
    const stored = await readStored(server.database);
    const findings = judge({ stored, people: people.map(({ settings, written, acknowledged }, at) => ({ kind: settings.kind, written, acknowledged, tabs: reports[at]!.tabs })) });
    return {
      seed, faults: counts, findings, healedInMs, stored: stored.length, conversations: new Set(stored.map(({ conversationId }) => conversationId)).size, tabs: proxies.length,
      written: people.reduce((sum, { written }) => sum + written.length, 0), acknowledged: people.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0),
      tookMs: performance.now() - began, serverOutput: server.output(),
    };
  } finally {
    await Promise.all(people.map((person) => person.end()));
    await Promise.all(proxies.map((proxy) => proxy.close()));
    await server.kill();
    server.remove();
  }
}

/** Does one fault; false when it makes no sense now (a dead server cannot be killed). */
function createInjector({ chance, server, proxies, people }: { chance: Chance; server: StormServer; proxies: readonly FaultProxy[]; people: readonly Person[] }) {
  let restarting: Promise<void> | null = null;
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const later = (ms: number, work: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timers.add(timer);
  };
  const restart = (end: () => Promise<void>): boolean => {
    if (restarting) return false;
    restarting = end().then(() => server.start()).then(() => void (restarting = null));
    return true;
  };

  const inject = (fault: Fault): boolean => {
    const proxy = chance.pick(proxies);
    const person = chance.pick(people);
    const tab = chance.between(0, person.settings.tabs.length - 1);
    const ways = chance.pick<readonly Direction[]>([['up'], ['down'], ['up', 'down']]);
    const weather = (fields: Parameters<FaultProxy['weather']>[1]): void => {
      for (const way of ways) proxy.weather(way, fields);
      later(chance.between(50, 500), () => ways.forEach((way) => proxy.weather(way, {})));
    };
    switch (fault) {
      case 'cut: reset': proxy.cut('reset'); break;
      case 'cut: closed': proxy.cut('end'); break;
      case 'cut: torn frame': proxy.cut('torn'); break;
      case 'half-open: upwards': proxy.swallow(['up']); break;
      case 'half-open: downwards': proxy.swallow(['down']); break;
      case 'half-open: both ways': proxy.swallow(['up', 'down']); break;
      case 'late: held': weather({ holdMs: chance.between(20, 900) }); break;
      case 'late: overtaking': weather({ shuffleMs: chance.between(10, 150), repeat: chance.next() < 0.5 ? 0.3 : 0 }); break;
      case 'repeated frames': weather({ repeat: 0.9 }); break;
      case 'crumbs': weather({ split: true }); break;
      case 'offline':
        proxy.refuse(true);
        proxy.cut('reset');
        later(chance.between(50, 700), () => proxy.refuse(false));
        break;
      case 'handshake ignored':
        proxy.ignore(true);
        proxy.cut('end');
        later(chance.between(50, 700), () => proxy.ignore(false));
        break;
      case 'tab reloaded': person.order({ do: 'reload', tab }); break;
      case 'device asleep': person.order({ do: 'sleep', ms: chance.between(50, 1_500) }); break;
      case 'clock set': person.order({ do: 'set-clock', offMs: chance.pick([0, -HOUR, HOUR, chance.between(-50, 50) * 24 * HOUR]) }); break;
      case 'browser says online': person.order({ do: 'wake' }); break;
      case 'server killed': return restart(() => server.kill());
      case 'server drained': return restart(() => server.term());
    }
    return true;
  };

  return Object.defineProperties(Object.assign(inject, {
    /** No more faults from here on. What is half-open stays so: to notice it is the client's part. */
    async calm(): Promise<void> {
      for (const timer of timers) clearTimeout(timer);
      await restarting;
      for (const proxy of proxies) {
        proxy.refuse(false);
        proxy.ignore(false);
        for (const way of ['up', 'down'] as const) proxy.weather(way, {});
      }
    },
    up: true,
  }), { up: { get: () => restarting === null } });
}

/** Lets everybody write, each tab at times of its own; now and then a note, now and then somebody ends a conversation. */
function startWriting(people: readonly Person[], chance: Chance): { stop(): void } {
  let writing = true;
  const write = async (person: Person, tab: number): Promise<void> => {
    while (writing) {
      await pause(chance.between(1, 2 * WRITE_EVERY_MS));
      if (!writing) return;
      if (chance.next() < 0.01) person.order({ do: 'close-conversation', tab });
      for (let lines = chance.next() < 0.1 ? 5 : 1; lines > 0; lines--) person.order({ do: 'write', tab, note: chance.next() < 0.15 });
    }
  };
  for (const person of people) person.settings.tabs.forEach((_, tab) => void write(person, tab));
  return { stop: () => void (writing = false) };
}

/** Asks until every tab is online, waits for nothing, and all show the same; or nothing has changed for long; or time is up. */
async function healed(people: readonly Person[], withinMs: number) {
  const end = performance.now() + withinMs;
  for (;;) {
    const reports = await Promise.all(people.map((person) => person.report()));
    const tabs = reports.flatMap((report) => report.tabs);
    const newest = new Map<string, number>();
    for (const { threads } of tabs) for (const [id, lines] of Object.entries(threads)) newest.set(id, Math.max(newest.get(id) ?? 0, lines.at(-1)?.[0] ?? 0));
    const quiet = reports.every(({ outbox }) => outbox === 0) && tabs.every(({ link, pending, whole }) => link === 'online' && pending.length === 0 && whole);
    const complete = reports.every((report, at) => report.tabs.every(({ threads }) => Object.entries(threads).every(([id, lines]) =>
      people[at]!.settings.kind === 'visitor' ? lines.length > 0 : lines.length === newest.get(id) && Object.keys(threads).length === newest.size)));
    if (quiet && complete) return { reports, whole: true };
    if (performance.now() > end) return { reports, whole: false };
    await pause(250);
  }
}
