import type { Page } from 'playwright-core';
import { tones, type Side } from '../consultation/browsers.ts';
import { chat, elapse } from '../consultation/consultation.ts';
import { takeRecording } from '../consultation/recording-oracle.ts';
import type { VisitorPage } from '../consultation/visitor-page.ts';
import { decodeChannels, sampleRate, toneShare, toneWindows } from '../tones.ts';
import { longestGap, mediaSince, pathOf, leastSound, shareOfTone, type MediaEvent } from './media-diary.ts';
import type { NetworkStage, Scene } from './stage.ts';

/** Takes a scenario's figures, and whether what it promises is so. */
export interface Sheet {
  figure(name: string, value: string | number): void;
  expect(holds: boolean, what: string): void;
}

/** A voice call over a network that is bad in one way. */
export interface Scenario extends Scene {
  name: string;
  /** What is proved, as a test's title says it. */
  about: string;
  play(stage: NetworkStage, sheet: Sheet): Promise<void>;
}

/** Sound below this, in two seconds, is none: the tone has some 0.15. */
const SOUND = 0.001;
/** A pause below this is of no consequence: a busy machine makes some of half a second, a connection that is made anew ones of many. */
const PAUSE_MS = 2_000;

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
const otherOf = (side: Side): Side => (side === 'visitor' ? 'agent' : 'visitor');

/** Both pages, by whose they are. */
function pagesOf({ agent }: NetworkStage, visitor: VisitorPage): (readonly [Side, Page])[] {
  return [['visitor', visitor.page], ['agent', agent.page]];
}

/** Chat, ring, accept; resolves when both are connected, recorded, and hear the other side's tone. */
async function talk(stage: NetworkStage, sheet: Sheet, { question, by = 'udp' }: { question: string; by?: 'udp' | 'tls' }): Promise<VisitorPage> {
  const { agent } = stage;
  const visitor = await chat(stage, question, 'Let us try.');
  await visitor.call('audio', 'yes');
  await agent.ringing().waitFor();
  const accepted = Date.now();
  await agent.accept('yes');
  const took = Math.max(...(await Promise.all([visitor.connected(), agent.connected()]))) - accepted;
  sheet.figure('accept to both connected', `${took} ms`);
  await agent.recordingSign().waitFor();
  const way = `relay (${by}) → `;
  const heard = await Promise.all(pagesOf(stage, visitor).map(async ([side, page]) => {
    // A call may begin on one way and change to a better one, and a busy machine may stumble.
    for (let looks = 1; ; looks++) {
      const [share, path] = [await shareOfTone(page, tones[otherOf(side)]), await pathOf(page)];
      if (looks === 5 || (share >= 0.8 && path.startsWith(way))) return { side, share, path };
    }
  }));
  sheet.figure('path', [...new Set(heard.map(({ path }) => path))].join(', '));
  sheet.figure('tone of the other side', heard.map(({ side, share }) => `${side} hears it ${share.toFixed(2)} of the time`).join(', '));
  for (const { side, share, path } of heard) {
    sheet.expect(path.startsWith(way), `the media of the ${side} go through the relay, by ${by}`);
    sheet.expect(share >= 0.8, `the ${side} hears the other side's tone`);
  }
  return visitor;
}

/** Hangs up at the visitor's side, and looks how long it takes until the other side knows. */
async function hangUp({ agent }: NetworkStage, visitor: VisitorPage, sheet: Sheet): Promise<void> {
  const hungUp = Date.now();
  const [back] = await Promise.all([agent.backInChat(), visitor.hangUp()]);
  sheet.figure('hanging up reaches the other side after', `${back - hungUp} ms`);
}

/** Looks for both tones in the recording. `least`: in which share of the windows each has to be; `last`: the visitor's, of the last seconds alone. */
async function hearRecording({ owner }: NetworkStage, sheet: Sheet, { least, last }: { least: Record<Side, number>; last?: number }): Promise<void> {
  const { call, recording, file } = await takeRecording(owner, ['ready', 'partial']);
  const [left, right] = await decodeChannels(file);
  const share = (samples: Float32Array | undefined, hertz: number): number => (samples ? toneShare(toneWindows(samples, sampleRate, hertz)) : 0);
  const heard = { visitor: share(left, tones.visitor), agent: share(right, tones.agent) };
  sheet.figure('tones in the recording', `visitor ${heard.visitor.toFixed(2)}, agent ${heard.agent.toFixed(2)} of ${seconds(recording.durationMs ?? 0)}`);
  for (const side of ['visitor', 'agent'] as const) sheet.expect(heard[side] >= least[side], `the ${side}'s tone is in at least ${least[side]} of the recording`);
  if (last !== undefined && left) {
    // The recorder stops a moment after the visitor has: that moment is no loss.
    const after = share(left.subarray(Math.max(0, left.length - last * sampleRate), left.length - sampleRate), tones.visitor);
    sheet.figure(`visitor's tone in the last ${last} s`, after.toFixed(2));
    sheet.expect(after >= 0.9, 'the visitor is recorded again in the end');
  }
  sheet.expect(recording.gaps.length === 0, `nothing is missing of the recording (${JSON.stringify(recording.gaps)})`);
  for (const side of ['visitor', 'agent'] as const) {
    const quality = call.quality?.[side];
    if (quality) sheet.figure(`${side} measures`, `loss ${quality.lossPercent} %, rtt ${quality.rttMs} ms, jitter ${quality.jitterMs} ms, concealed ${quality.concealedPercent} %`);
  }
}

/** Whether a page gets an answer of the server. */
function reaches(page: Page): Promise<boolean> {
  return page.evaluate(() => fetch('/readyz', { cache: 'no-store', signal: AbortSignal.timeout(5_000) }).then(({ ok }) => ok, () => false));
}

/** What happened, and when; what came several times in a row is told once. */
function told(events: readonly MediaEvent[], since: number): string {
  return events.filter(({ what }, index) => what !== events[index - 1]?.what).map(({ at, what }) => `${what} ${seconds(at - since)}`).join(', ') || 'nothing';
}

/** What was the last thing to happen before the connection was made anew, at whichever side that was first. */
function triggerOf(bySide: Readonly<Record<string, readonly MediaEvent[]>>, since: number): string {
  const tries = Object.entries(bySide).flatMap(([side, events]) => {
    const index = events.findIndex(({ what }) => what === 'restart');
    return index < 0 ? [] : [{ side, at: events[index]!.at, before: events.slice(0, index) }];
  });
  const first = tries.toSorted((one, other) => one.at - other.at)[0];
  return first ? `${first.before.at(-1)?.what ?? 'nothing'}, at the ${first.side}'s page, ${seconds(first.at - since)} after the change` : 'none';
}

/** Resolves when a page has been hearing the other side for two seconds without a pause, after one; with its end, or null after `withinMs`. */
async function hearsAgain(page: Page, since: number, withinMs: number): Promise<number | null> {
  for (;;) {
    const now = Date.now();
    const { samples } = await mediaSince(page, since - 500);
    const gap = longestGap(samples, since - 500, now);
    if (gap.ms > 500 && now - gap.until > 2_000) return gap.until;
    if (now - since > withinMs) return null;
    await elapse(250);
  }
}

/** The visitor's line is another one in mid-call. `withinMs`: how soon both have to hear each other again. */
async function changeLine(stage: NetworkStage, sheet: Sheet, { question, withinMs }: { question: string; withinMs: number }): Promise<void> {
  const { lab } = stage;
  const visitor = await talk(stage, sheet, { question });
  await elapse(2_000);
  const reconnected: number[] = [];
  const switchedAt = Date.now();
  visitor.page.on('websocket', (socket) => socket.once('framereceived', () => reconnected.push(Date.now() - switchedAt)));
  lab.changeLine();
  const bySide: Record<string, readonly MediaEvent[]> = {};
  await Promise.all(pagesOf(stage, visitor).map(async ([side, page]) => {
    const again = await hearsAgain(page, switchedAt, 40_000);
    const { events } = await mediaSince(page, switchedAt - 500);
    bySide[side] = events;
    sheet.figure(`${side} hears again after`, again ? seconds(again - switchedAt) : 'never');
    sheet.figure(`${side}'s page`, told(events, switchedAt));
    sheet.expect(again !== null && again - switchedAt <= withinMs, `the ${side} hears the other side again within ${seconds(withinMs)}`);
  }));
  sheet.figure('a new path was asked for by', triggerOf(bySide, switchedAt));
  await elapse(3_000);
  sheet.figure("visitor's socket is back after", reconnected.map(seconds).join(', ') || 'never');
  await hangUp(stage, visitor, sheet);
  await hearRecording(stage, sheet, { least: { visitor: 0.4, agent: 0.8 }, last: 5 });
}

/** All of them. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'signaling',
    about: '[F2] [F13] no way from one browser to the other: the call takes the relay, and nobody hears that all TCP of both sides is lost in silence for 10 s',
    async play(stage, sheet) {
      const { lab } = stage;
      const visitor = await talk(stage, sheet, { question: 'Can you hear me from here?' });
      await elapse(1_000);
      const cutAt = Date.now();
      lab.cut('tcp');
      const answered = await Promise.all(pagesOf(stage, visitor).map(([, page]) => reaches(page)));
      await elapse(10_000 - (Date.now() - cutAt));
      lab.cut(null);
      const healedAt = Date.now();
      sheet.expect(answered.every((answer) => !answer), 'nobody reaches the server meanwhile');
      for (const [side, page] of pagesOf(stage, visitor)) {
        const { samples, events } = await mediaSince(page, cutAt);
        const during = samples.filter(({ at }) => at <= healedAt);
        const gap = longestGap(during, cutAt, healedAt);
        const least = leastSound(during);
        sheet.figure(`${side} hears meanwhile`, `longest pause ${gap.ms} ms, least sound in two seconds ${least.toFixed(3)}`);
        sheet.expect(gap.ms <= PAUSE_MS && least > SOUND, `the ${side} hears the other side all the time`);
        sheet.expect(events.length === 0, `the ${side}'s connection is left alone (${told(events, cutAt)})`);
      }
      await hangUp(stage, visitor, sheet);
      await hearRecording(stage, sheet, { least: { visitor: 0.8, agent: 0.8 } });
    },
  },
  {
    name: 'walled',
    about: '[F2] all UDP of both sides is lost: the call takes the relay by TLS',
    async play(stage, sheet) {
      stage.lab.cut('udp');
      const visitor = await talk(stage, sheet, { question: 'And through the wall?', by: 'tls' });
      await elapse(2_000);
      await hangUp(stage, visitor, sheet);
      stage.lab.cut(null);
      await hearRecording(stage, sheet, { least: { visitor: 0.8, agent: 0.8 } });
    },
  },
  {
    name: 'loss',
    about: '[F2] 5 % of what each browser sends is lost, all of it is 80 ms late: both hear each other, and so does the recording',
    weather: { delayMs: 80, loss: 0.05 },
    async play(stage, sheet) {
      const before = stage.media.counts();
      const visitor = await talk(stage, sheet, { question: 'How bad is my line?' });
      await elapse(6_000);
      await hangUp(stage, visitor, sheet);
      await hearRecording(stage, sheet, { least: { visitor: 0.8, agent: 0.8 } });
      const after = stage.media.counts();
      const [passed, lost] = [after.passed - before.passed, after.lost - before.lost];
      sheet.figure('datagrams lost on the way', `${lost} of ${passed + lost}`);
      sheet.expect(lost / (passed + lost) > 0.03 && lost > 10, 'the line was as bad as it should be');
    },
  },
  {
    name: 'switch',
    about: "[F13] the visitor's line goes down, another one with another address comes up: both hear each other again within 8 s",
    play: (stage, sheet) => changeLine(stage, sheet, { question: 'I go out with my phone.', withinMs: 8_000 }),
  },
  {
    name: 'quiet-switch',
    about: '[F13] the same, and the browser says nothing of it to the page: within 20 s',
    quiet: true,
    play: (stage, sheet) => changeLine(stage, sheet, { question: 'I go out once more.', withinMs: 20_000 }),
  },
];
