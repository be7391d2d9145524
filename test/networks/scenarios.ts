import type { Page } from 'playwright-core';
import { tones } from '../consultation/browsers.ts';
import { chat, elapse } from '../consultation/consultation.ts';
import { takeRecording } from '../consultation/recording-oracle.ts';
import type { VisitorPage } from '../consultation/visitor-page.ts';
import { decodeChannels, sampleRate, toneShare, toneWindows } from '../tones.ts';
import { longestGap, mediaSince, pathOf, quietestSecond, type MediaEvent } from './media-diary.ts';
import type { Weather } from './slow-line.ts';
import type { NetworkStage } from './stage.ts';

/** Takes a scenario's figures, and whether what it promises is so. */
export interface Sheet {
  figure(name: string, value: string | number): void;
  expect(holds: boolean, what: string): void;
}

/** A voice call over a network that is bad in one way. */
export interface Scenario {
  name: string;
  about: string;
  weather?: Weather;
  /** The visitor's page is not told of changes of the network. */
  quiet?: boolean;
  play(stage: NetworkStage, sheet: Sheet): Promise<void>;
}

/** Sound below this is none: the tone has some 0.03 in a second. */
const SOUND = 0.001;

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** Chat, ring, accept; resolves when both are connected and recorded. */
async function talk(stage: NetworkStage, sheet: Sheet, withinMs: number): Promise<VisitorPage> {
  const { agent } = stage;
  const visitor = await chat(stage, 'Can you hear me from here?', 'Let us try.');
  await visitor.call('audio', 'yes');
  await agent.ringing().waitFor();
  const accepted = Date.now();
  await agent.accept('yes');
  const took = Math.max(...(await Promise.all([visitor.connected(), agent.connected()]))) - accepted;
  sheet.figure('accept to both connected', `${took} ms`);
  sheet.expect(took <= withinMs, `both are connected within ${withinMs} ms`);
  const paths = [await pathOf(visitor.page), await pathOf(agent.page)];
  sheet.figure('path', [...new Set(paths)].join(', '));
  sheet.expect(paths.every((path) => path.includes('relay')), 'the media go through the relay');
  await agent.recordingSign().waitFor();
  return visitor;
}

/** Hangs up at the visitor's side; how long until the other side knows. */
async function hangUp({ agent }: NetworkStage, visitor: VisitorPage, sheet: Sheet, withinMs: number): Promise<void> {
  const hungUp = Date.now();
  const [back] = await Promise.all([agent.backInChat(), visitor.hangUp()]);
  sheet.figure('hanging up reaches the other side after', `${back - hungUp} ms`);
  sheet.expect(back - hungUp <= withinMs, `hanging up reaches the other side within ${withinMs} ms`);
}

/** Looks for both tones in the recording. `least`: in which share of the windows each has to be; `last`: of the last seconds alone. */
async function hearRecording({ owner }: NetworkStage, sheet: Sheet, least: { visitor: number; agent: number }, last?: number): Promise<void> {
  const { call, recording, file } = await takeRecording(owner, ['ready', 'partial']);
  const [left, right] = await decodeChannels(file);
  const share = (samples: Float32Array | undefined, hertz: number, from = 0): number => (samples ? toneShare(toneWindows(samples.subarray(from), sampleRate, hertz)) : 0);
  const heard = { visitor: share(left, tones.visitor), agent: share(right, tones.agent) };
  sheet.figure('tones in the recording', `visitor ${heard.visitor.toFixed(2)}, agent ${heard.agent.toFixed(2)} of ${seconds(recording.durationMs ?? 0)}`);
  for (const side of ['visitor', 'agent'] as const) sheet.expect(heard[side] >= least[side], `the ${side}'s tone is in at least ${least[side]} of the recording`);
  if (last !== undefined && left) {
    // The recorder stops a moment after the visitor has: that moment is no loss.
    const from = Math.max(0, left.length - last * sampleRate);
    const after = toneShare(toneWindows(left.subarray(from, left.length - sampleRate), sampleRate, tones.visitor));
    sheet.figure(`visitor's tone in the last ${last} s`, after.toFixed(2));
    sheet.expect(after >= 0.9, 'the visitor is heard again in the end');
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

/** The visitor's line is another one in mid-call. `withinMs`: how soon both have to hear each other again. */
async function changeLine(stage: NetworkStage, sheet: Sheet, { withinMs, watchMs }: { withinMs: number; watchMs: number }): Promise<void> {
  const { agent, lab } = stage;
  const visitor = await talk(stage, sheet, 3_000);
  await elapse(5_000);
  const reconnected: number[] = [];
  const switchedAt = Date.now();
  visitor.page.on('websocket', (socket) => socket.once('framereceived', () => reconnected.push(Date.now() - switchedAt)));
  lab.takeLine('second');
  await elapse(watchMs);
  const end = Date.now();
  const bySide: Record<string, readonly MediaEvent[]> = {};
  for (const [side, page] of [['visitor', visitor.page], ['agent', agent.page]] as const) {
    const { samples, events } = await mediaSince(page, switchedAt - 500);
    const gap = longestGap(samples, switchedAt - 500, end);
    sheet.figure(`${side} hears again after`, gap.until < end ? seconds(gap.until - switchedAt) : 'never');
    sheet.expect(gap.until - switchedAt <= withinMs, `the ${side} hears the other side again within ${seconds(withinMs)}`);
    sheet.figure(`${side}'s page`, told(events, switchedAt));
    bySide[side] = events;
  }
  sheet.figure('a new path was asked for by', triggerOf(bySide, switchedAt));
  sheet.figure("visitor's socket is back after", reconnected.map(seconds).join(', ') || 'never');
  await hangUp(stage, visitor, sheet, 5_000);
  await hearRecording(stage, sheet, { visitor: 0.4, agent: 0.95 }, 10);
}

/** All of them. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'relay',
    about: 'no way from one browser to the other',
    async play(stage, sheet) {
      const visitor = await talk(stage, sheet, 3_000);
      await elapse(8_000);
      await hangUp(stage, visitor, sheet, 2_000);
      await hearRecording(stage, sheet, { visitor: 0.95, agent: 0.95 });
    },
  },
  {
    name: 'loss',
    about: '5 % of what each browser sends is lost, all of it is 80 ms late',
    weather: { delayMs: 80, loss: 0.05 },
    async play(stage, sheet) {
      const visitor = await talk(stage, sheet, 8_000);
      await elapse(15_000);
      await hangUp(stage, visitor, sheet, 3_000);
      await hearRecording(stage, sheet, { visitor: 0.9, agent: 0.95 });
      const { passed, lost } = stage.media!.counts();
      sheet.figure('datagrams lost on the way', `${lost} of ${passed + lost}`);
      sheet.expect(lost / (passed + lost) > 0.03 && passed > 1_000, 'the line was as bad as it should be');
    },
  },
  {
    name: 'signaling',
    about: 'all TCP of both sides is lost in silence for 10 s',
    async play(stage, sheet) {
      const { agent, lab } = stage;
      const visitor = await talk(stage, sheet, 3_000);
      await elapse(4_000);
      const cutAt = Date.now();
      lab.cutTcp(true);
      const answered = await Promise.all([reaches(visitor.page), reaches(agent.page)]);
      await elapse(10_000 - (Date.now() - cutAt));
      lab.cutTcp(false);
      const healedAt = Date.now();
      sheet.expect(answered.every((answer) => !answer), 'nobody reaches the server meanwhile');
      for (const [side, page] of [['visitor', visitor.page], ['agent', agent.page]] as const) {
        const { samples, events } = await mediaSince(page, cutAt);
        const during = samples.filter(({ at }) => at <= healedAt);
        const gap = longestGap(during, cutAt, healedAt);
        const least = quietestSecond(during);
        sheet.figure(`${side} hears meanwhile`, `longest pause ${gap.ms} ms, quietest second ${least.toFixed(4)}`);
        sheet.expect(gap.ms <= 1_000 && least > SOUND, `the ${side} hears the other side all the time`);
        sheet.expect(events.length === 0, `the ${side}'s connection is left alone (${told(events, cutAt)})`);
      }
      await hangUp(stage, visitor, sheet, 15_000);
      await hearRecording(stage, sheet, { visitor: 0.95, agent: 0.95 });
    },
  },
  {
    name: 'switch',
    about: "the visitor's line goes down, another one with another address comes up",
    play: (stage, sheet) => changeLine(stage, sheet, { withinMs: 8_000, watchMs: 20_000 }),
  },
  {
    name: 'quiet-switch',
    about: 'the same, and the browser says nothing of it to the page',
    quiet: true,
    play: (stage, sheet) => changeLine(stage, sheet, { withinMs: 20_000, watchMs: 35_000 }),
  },
];
