import type { SessionAnswer, SetupAnswer, VisitorAnswer } from '../../protocol/http.ts';
import type { Recording } from '../../protocol/shapes.ts';
import { connect } from '../../server/testing/test-socket.ts';
import { testPassword, testSetupToken } from '../../server/testing/test-app.ts';
import { createChance, type Chance } from '../faults/chance.ts';
import { openHouse, openMortalHouse, type House } from './house.ts';
import { createStagedPage, SLICE_MS, type StagedPage } from './staged-recorder.ts';
import { judge } from './verdict.ts';

/** What to do. */
export interface KillsOptions {
  kills: number;
  seed: number;
  /** How many of the server's deaths are by SIGKILL of its process, at least. */
  sigkills: number;
}

/** What came of it. */
export interface KillsResult {
  seed: number;
  kills: Record<'visitor' | 'agent' | 'network' | 'serverInUpload' | 'serverInMerge', number>;
  sigkills: number;
  consultations: number;
  files: number;
  /** Deaths of recorders that cost sound, and the most that one cost: with one recorder, and where both recorded. */
  alone: { deaths: number; losing: number; most: number };
  standby: { deaths: number; losing: number; most: number };
  /** Sound that a recorder had safely and that is not in its file, ms. */
  lost: number;
  wrong: string[];
  tookMs: number;
}

type Who = 'both' | 'agent' | 'visitor';

interface Side {
  page: StagedPage;
  /** Slices until it comes back; Infinity: never. */
  away: number;
}

interface Consultation {
  callId: string;
  sides: { visitor: Side; agent: Side };
  recordingId: string | null;
  /** When it was held, ms since the epoch; a hold that goes on ends at Infinity. */
  holds: { fromMs: number; toMs: number }[];
  /** For so many slices more. */
  heldFor: number;
}

const isHeld = ({ holds }: Consultation): boolean => holds.at(-1)?.toMs === Infinity;

/** How many consultations run at a time, and for how many slices. */
const AT_ONCE = 8;
const SLICES = 14;
const words = { textVersion: '2026-11', locale: 'en' };

/** Kills visitors' and agents' pages, networks and servers until it is enough, and listens to every file that is left. */
export async function runKills({ kills, seed, sigkills }: KillsOptions): Promise<KillsResult> {
  const began = performance.now();
  const chance = createChance(seed);
  const result: KillsResult = {
    seed, kills: { visitor: 0, agent: 0, network: 0, serverInUpload: 0, serverInMerge: 0 }, sigkills: 0, consultations: 0, files: 0,
    alone: { deaths: 0, losing: 0, most: 0 }, standby: { deaths: 0, losing: 0, most: 0 }, lost: 0, wrong: [], tookMs: 0,
  };
  const total = (): number => Object.values(result.kills).reduce((sum, count) => sum + count, 0);
  const live = async (house: House, enough: () => boolean, deathsEach: number): Promise<void> => {
    const before = { ...house.deaths };
    const street = await settle(house);
    while (!enough()) {
      await round(house, street, chance, result, deathsEach);
      result.kills.serverInUpload += house.deaths.upload - before.upload;
      result.kills.serverInMerge += house.deaths.merge - before.merge;
      Object.assign(before, house.deaths);
    }
    await house.close();
  };
  if (sigkills > 0) {
    const house = await openMortalHouse();
    await live(house, () => house.deaths.upload + house.deaths.merge >= sigkills, 2);
    result.sigkills = house.deaths.upload + house.deaths.merge;
  }
  // A new house now and then: what a dead server leaves in this process's memory goes with it.
  while (total() < kills) {
    const from = total();
    await live(await openHouse(), () => total() >= kills || total() - from > 400, 1);
  }
  result.tookMs = performance.now() - began;
  return result;
}

interface Street {
  siteId: string;
  siteKey: string;
  owner(): Promise<string>;
  agents: string[];
  json<T>(path: string, body?: object, token?: string, method?: string): Promise<T>;
}

/** Asks until somebody answers: the server may die over it. Whoever asks twice gets the same. */
async function ask(house: House, path: string, init: RequestInit): Promise<Response> {
  for (let tries = 0; ; tries++) {
    await house.alive();
    try {
      const answer = await fetch(house.url() + path, init);
      return new Response(await answer.arrayBuffer(), { status: answer.status });
    } catch (error) {
      if (tries > 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Makes the owner and as many agents as calls run at once. */
async function settle(house: House): Promise<Street> {
  const json = async <T>(path: string, body?: object, token?: string, method = body ? 'POST' : 'GET'): Promise<T> => {
    const answer = await ask(house, path, {
      method, ...(body && { body: JSON.stringify(body) }),
      headers: { origin: house.url(), ...(body && { 'content-type': 'application/json' }), ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const signIn = async (email: string): Promise<string> => (await json<SessionAnswer>('/v1/auth/login', { email, password: testPassword })).accessToken;
  const { site } = await json<SetupAnswer>('/v1/setup', { token: testSetupToken, name: 'Olive Owner', email: 'owner@example.com', password: testPassword });
  const owner = () => signIn('owner@example.com');
  const agents = Array.from({ length: AT_ONCE }, (_, n) => `agent${n}@example.com`);
  const token = await owner();
  for (const email of agents) await json('/v1/agents', { name: email, email, password: testPassword, role: 'agent' }, token);
  return { siteId: site.id, siteKey: site.publishableKey, owner, agents, json };
}

/** Some consultations at once, from the first word to the verdict on their files. */
async function round(house: House, street: Street, chance: Chance, result: KillsResult, serverDeaths: number): Promise<void> {
  const who: Who = chance.weighted({ both: 6, agent: 3, visitor: 1 });
  const owner = await street.owner();
  await street.json(`/v1/sites/${street.siteId}`, { settings: { recorder: { who, sliceSeconds: 1, video: false } } }, owner, 'PATCH');
  await house.advance(6_000);
  const consultations = await Promise.all(street.agents.map((email) => begin(house, street, email, who)));
  const dying = new Set(Array.from({ length: serverDeaths }, () => chance.between(2, SLICES - 2)));
  for (let slice = 0; slice < SLICES; slice++) {
    await house.advance(SLICE_MS);
    for (const each of consultations) {
      await hold(each, house, chance);
      strike(each, chance, result);
    }
    const going = Promise.all(consultations.map((each) => goOn(each, house)));
    if (dying.has(slice)) {
      await new Promise((resolve) => setTimeout(resolve, chance.between(0, 12)));
      const dead = house.kill();
      for (const { sides } of consultations) for (const { page } of Object.values(sides)) page.cut();
      await Promise.all([dead, going]);
    } else await going;
  }
  for (const each of consultations) await end(each, house);
  if (chance.next() < 0.4 || serverDeaths > 1) house.dieInMerge();
  const token = await street.owner();
  for (const each of consultations) await take(each, house, street, token, who, result);
  for (const { sides } of consultations) for (const { page } of Object.values(sides)) page.cut();
}

async function begin(house: House, street: Street, email: string, who: Who): Promise<Consultation> {
  const { token: visitorToken } = await street.json<VisitorAnswer>('/v1/visitors', { siteKey: street.siteKey });
  const agentToken = (await street.json<SessionAnswer>('/v1/auth/login', { email, password: testPassword })).accessToken;
  const [visitor, agent] = await Promise.all([visitorToken, agentToken].map((token) => connect({ url: house.url().replace('http', 'ws'), origin: house.url(), token })));
  const { call: { id: callId } } = await visitor!.request('call.start', { mode: 'audio' });
  await agent!.request('call.accept', { callId });
  for (const member of [visitor!, agent!]) await member.request('consent', { callId, granted: true, ...words });
  const made: Consultation = { callId, recordingId: null, holds: [], heldFor: 0, sides: {} as Consultation['sides'] };
  for (const [side, token] of [['visitor', visitorToken], ['agent', agentToken]] as const) {
    const page = createStagedPage({
      house, side, token, callId, records: who === 'both' || who === side, held: () => isHeld(made) && page.connected() !== null,
      recording: (id) => (made.recordingId = id ?? made.recordingId),
    });
    made.sides[side] = { page, away: 0 };
    await page.come();
  }
  visitor!.socket.terminate();
  agent!.socket.terminate();
  return made;
}

/** Perhaps something happens to one of the two, in the middle of a slice. */
function strike({ sides }: Consultation, chance: Chance, result: KillsResult): void {
  if (chance.next() > 0.5) return;
  const what = chance.weighted({ visitor: 3, agent: 3, network: 2 });
  const side = sides[what === 'network' ? chance.pick(['visitor', 'agent'] as const) : what];
  if (!side.page.alive || side.away > 0) return;
  result.kills[what]++;
  if (what === 'network') {
    side.away = chance.between(1, 4);
    side.page.cut();
  } else {
    side.away = chance.next() < 0.15 ? Infinity : chance.between(1, 4);
    side.page.die();
  }
}

/** Perhaps somebody holds the recording for a while; whoever is there then lets it go on. A page without a network does not hear of it. */
async function hold(consultation: Consultation, house: House, chance: Chance): Promise<void> {
  const { sides, holds, callId } = consultation;
  const holding = isHeld(consultation);
  if (!holding && chance.next() > 0.03) return;
  if (holding && --consultation.heldFor > 0) return;
  const atMs = house.now();
  for (const { page } of Object.values(sides)) {
    const reply = await page.connected()?.request(holding ? 'recording.resume' : 'recording.pause', { callId }).catch(() => null);
    if (!reply) continue;
    if (holding) holds.at(-1)!.toMs = atMs;
    else {
      holds.push({ fromMs: atMs, toMs: Infinity });
      consultation.heldFor = chance.between(2, 4);
    }
    return;
  }
}

/** One slice of both pages; who was away long enough comes back. */
async function goOn(consultation: Consultation, house: House): Promise<void> {
  const { sides } = consultation;
  await Promise.all(Object.values(sides).map(async (side) => {
    if (side.away > 0) side.away--;
    // A slice that was being recorded when the page came back is of no account.
    if (side.away === 0 && (!side.page.alive || side.page.connected() === null)) {
      const lived = side.page.alive;
      if (lived) await side.page.slice();
      await house.alive();
      return side.page.come();
    }
    await side.page.slice();
  }));
}

/** Somebody hangs up if anybody is there; then, or at the next visit, everything goes up that is left. */
async function end({ callId, sides }: Consultation, house: House): Promise<void> {
  await house.alive();
  for (const { page } of Object.values(sides)) page.endSegment();
  for (const side of Object.values(sides)) if (side.page.alive && !side.page.connected()) await side.page.come();
  for (const { page } of Object.values(sides)) page.endSegment();
  const there = Object.values(sides).find(({ page }) => page.connected());
  await there?.page.connected()?.request('call.end', { callId, reason: 'hangup' }).catch(() => undefined);
  for (const { page } of Object.values(sides)) if (page.alive) await page.sendAll();
}

async function take(consultation: Consultation, house: House, street: Street, token: string, who: Who, result: KillsResult): Promise<void> {
  const { recordingId, sides } = consultation;
  const ran = [...sides.visitor.page.ran, ...sides.agent.page.ran].filter(({ keptMs, fromMs }) => keptMs > fromMs || recordingId !== null);
  result.consultations++;
  if (recordingId === null) return;
  const merged = async (): Promise<Recording> => {
    for (let looks = 0; ; looks++) {
      await house.alive();
      const recording = await street.json<Recording>(`/v1/recordings/${recordingId}`, undefined, token).catch(() => null);
      if (recording && ['ready', 'partial', 'failed'].includes(recording.state)) return recording;
      if (looks > 600) throw new Error(`The recording of ${consultation.callId} stays ${recording?.state ?? 'unknown'}.`);
      // Both may have vanished: leases run out, and then it is quiet.
      await house.advance(looks < 40 ? 2_000 : 200);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  let recording = await merged();
  // The next visit, after the file was made.
  const late = Object.values(sides).filter(({ page }) => !page.alive);
  for (const { page } of late) await page.sendAll();
  if (late.length > 0) recording = await merged();
  const kept = ran.some(({ keptMs, fromMs }) => keptMs > fromMs);
  if (recording.state === 'failed') {
    if (kept) result.wrong.push(`${consultation.callId}: no file`);
    else result.files++;
    return;
  }
  const file = new Uint8Array(await (await ask(house, `/v1/recordings/${recordingId}/media`, { headers: { authorization: `Bearer ${token}` } })).arrayBuffer());
  const manifest = JSON.stringify(await street.json(`/v1/recordings/${recordingId}/manifest`, undefined, token));
  const { lostWithDeaths, lostWithout, wrong } = await judge({ startedAt: Date.parse(recording.startedAt), gaps: recording.gaps, file, manifest, ran, holds: consultation.holds });
  result.files++;
  const figures = result[who === 'both' ? 'standby' : 'alone'];
  figures.deaths += ran.filter(({ killed }) => killed).length;
  figures.losing += lostWithDeaths.length;
  figures.most = Math.max(figures.most, ...lostWithDeaths);
  result.lost += lostWithout;
  const of = `${consultation.callId} (${who})`;
  const since = (ms: number): number => ms - Date.parse(recording.startedAt);
  const course = ran.map(({ side, fromMs, toMs, keptMs, killed }) => `${side} ${since(fromMs)}–${since(toMs)}${killed ? ' †' : ''} has ${since(keptMs)}`).join(', ');
  for (const what of lostWithout > 0 ? [...wrong, `${lostWithout} ms are lost that were safe`] : wrong) result.wrong.push(`${of}: ${what}; ${course}; gaps ${JSON.stringify(recording.gaps)}`);
}
