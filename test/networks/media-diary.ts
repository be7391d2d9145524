import type { BrowserContext, Page } from 'playwright-core';

/** What a page received of the other side's voice up to a moment (ms since the epoch). */
export interface MediaSample {
  at: number;
  packets: number;
  /** Grows with what is heard; silence adds nothing. */
  energy: number;
}

/** What a page's connections and network did, and when. */
export interface MediaEvent {
  at: number;
  what: string;
}

interface Diary {
  peers: RTCPeerConnection[];
  samples: MediaSample[];
  events: MediaEvent[];
  note(what: string): void;
  sample(): Promise<void>;
}

type Watched = Window & { mediaDiary: Diary };

/** Has every page of a window write down ten times a second what it receives, and what happens to its connections. */
export async function keepMediaDiaries(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const diary: Diary = {
      peers: [],
      samples: [],
      events: [],
      note(what) {
        diary.events.push({ at: Date.now(), what });
      },
      async sample() {
        const peer = diary.peers.findLast(({ connectionState }) => connectionState !== 'closed' && connectionState !== 'new');
        if (!peer) return;
        const report = (await peer.getStats()) as unknown as Map<string, { type: string; kind?: string; packetsReceived?: number; totalAudioEnergy?: number }>;
        for (const { type, kind, packetsReceived = 0, totalAudioEnergy = 0 } of report.values()) {
          if (type === 'inbound-rtp' && kind === 'audio') diary.samples.push({ at: Date.now(), packets: packetsReceived, energy: totalAudioEnergy });
        }
      },
    };
    Object.assign(window, { mediaDiary: diary });
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        diary.peers.push(this);
        this.addEventListener('connectionstatechange', () => diary.note(`connection ${this.connectionState}`));
      }
      override restartIce(): void {
        diary.note('restart');
        super.restartIce();
      }
    };
    for (const name of ['online', 'offline']) window.addEventListener(name, () => diary.note(name));
    (navigator as { connection?: EventTarget }).connection?.addEventListener('change', () => diary.note('change of the connection'));
    setInterval(() => void diary.sample().catch(() => undefined), 100);
  });
}

/** No page of a window hears of changes of the network any more, as in browsers that do not notice them. */
export async function keepNetworkQuiet(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    for (const name of ['online', 'offline']) window.addEventListener(name, (event) => event.stopImmediatePropagation(), { capture: true });
    (navigator as { connection?: EventTarget }).connection?.addEventListener('change', (event) => event.stopImmediatePropagation(), { capture: true });
  });
}

/** What a page has written down since a moment. */
export async function mediaSince(page: Page, since: number): Promise<{ samples: MediaSample[]; events: MediaEvent[] }> {
  const { samples, events } = await page.evaluate(() => {
    const { samples, events } = (window as unknown as Watched).mediaDiary;
    return { samples, events };
  });
  return { samples: samples.filter(({ at }) => at >= since), events: events.filter(({ at }) => at >= since) };
}

/** In which share of two seconds (looked at every 50 ms) what a page receives of the other side's voice is a tone of so many hertz. */
export function shareOfTone(page: Page, hertz: number): Promise<number> {
  return page.evaluate(async (wanted) => {
    const peer = (window as unknown as Watched).mediaDiary.peers.findLast(({ connectionState }) => connectionState === 'connected');
    const track = peer?.getReceivers().find((receiver) => receiver.track.kind === 'audio')?.track;
    if (!track) return 0;
    const audio = new AudioContext();
    const ear = audio.createAnalyser();
    audio.createMediaStreamSource(new MediaStream([track])).connect(ear);
    const levels = new Float32Array(ear.frequencyBinCount);
    let heard = 0;
    for (let looks = 0; looks < 40; looks++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      ear.getFloatFrequencyData(levels);
      const loudest = Math.max(...levels);
      if (loudest > -60 && Math.abs((levels.indexOf(loudest) * audio.sampleRate) / ear.fftSize - wanted) < 40) heard++;
    }
    await audio.close();
    return heard / 40;
  }, hertz);
}

/** Which kinds of candidates the page's media go between, and how it gets to a relay, e.g. `relay (udp) → relay`. */
export function pathOf(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const peer = (window as unknown as Watched).mediaDiary.peers.findLast(({ connectionState }) => connectionState === 'connected');
    if (!peer) return 'none';
    let report = new Map<string, Record<string, unknown>>();
    let pair: Record<string, unknown> | undefined;
    // Between two looks the browser may be changing from one pair to a better one.
    for (let tries = 0; tries < 20 && !report.has(String(pair?.localCandidateId)); tries++) {
      await new Promise((done) => setTimeout(done, 100));
      report = (await peer.getStats()) as unknown as Map<string, Record<string, unknown>>;
      const transport = [...report.values()].find(({ type, selectedCandidatePairId }) => type === 'transport' && selectedCandidatePairId);
      pair = report.get(String(transport?.selectedCandidatePairId));
    }
    const [local, remote] = [report.get(String(pair?.localCandidateId)), report.get(String(pair?.remoteCandidateId))];
    const by = local?.relayProtocol ? ` (${local.relayProtocol as string})` : '';
    return `${local?.candidateType as string}${by} → ${remote?.candidateType as string}`;
  });
}

/** How much sound a packet carries, in ms. */
const PACKET_MS = 20;

/**
 * The longest time in which a page received nothing, and when that was over (ms since the epoch). A page that is too busy to look
 * has missed nothing by that: what came between two looks is taken off.
 */
export function longestGap(samples: readonly MediaSample[], from: number, to: number): { ms: number; until: number } {
  let [grownAt, packets, longest] = [from, samples[0]?.packets ?? 0, { ms: 0, until: from }];
  for (const sample of samples) {
    if (sample.packets === packets || sample.at > to) continue;
    const ms = sample.at - grownAt - (sample.packets - packets) * PACKET_MS;
    if (ms > longest.ms) longest = { ms, until: sample.at };
    [grownAt, packets] = [sample.at, sample.packets];
  }
  return to - grownAt > longest.ms ? { ms: to - grownAt, until: to } : longest;
}

/** The least sound that came in any two seconds, as energy (a full-scale sine has about 1). */
export function leastSound(samples: readonly MediaSample[]): number {
  let least = Infinity;
  for (const [index, { at, energy }] of samples.entries()) {
    const after = samples.slice(index).find((later) => later.at >= at + 2_000);
    if (!after) break;
    least = Math.min(least, after.energy - energy);
  }
  return Number.isFinite(least) ? least : 0;
}
