import { startBrowser, type FakeBrowser, type Side } from '../consultation/browsers.ts';
import { openAgentPage } from '../consultation/agent-page.ts';
import type { Consultation } from '../consultation/consultation.ts';
import { signInAsOwner } from '../consultation/owner-api.ts';
import { startServerUnderTest } from '../consultation/server-under-test.ts';
import { openVisitorPage } from '../consultation/visitor-page.ts';
import { findChromium } from '../services/chromium.ts';
import { freePort } from '../services/free-port.ts';
import { startTurn } from '../services/turn.ts';
import { HUB, openLab, RELAY, type Lab } from './lab.ts';
import { keepMediaDiaries, keepNetworkQuiet } from './media-diary.ts';
import { slowDatagrams, slowStreams, type SlowLine, type Weather } from './slow-line.ts';

/** A consultation whose browsers are in networks of their own. */
export interface NetworkStage extends Consultation {
  lab: Lab;
  /** The line that media take, where it is a slow one. */
  media: SlowLine | null;
  /** What the TURN server says of itself. */
  relayLog(): string;
  /** What the pages and the server have said, for whoever has to find out why a scenario failed. */
  diaries(): Record<string, string>;
}

/**
 * Sets the stage for `play` and clears it away afterwards. `weather`: what the browsers send goes over slow lines; `quiet`: the visitor's
 * browser tells the page of no change of its network.
 */
export async function onStage<T>(id: string, { weather, quiet = false }: { weather?: Weather; quiet?: boolean }, play: (stage: NetworkStage) => Promise<T>): Promise<T> {
  const endings: (() => Promise<void>)[] = [];
  try {
    const turn = await startTurn({ host: HUB, relay: RELAY });
    endings.push(() => turn.stop());
    const media = weather ? await slowDatagrams({ host: HUB, to: turn.port, weather }) : null;
    if (media) endings.push(() => media.close());
    const port = await freePort();
    const url = `http://${HUB}:${port}`;
    const server = await startServerUnderTest({
      // Behind a slow line nobody may get to the server itself.
      HOST: weather ? '127.0.0.1' : '0.0.0.0', PORT: String(port), PUBLIC_URL: url,
      TURN_URLS: `turn:${HUB}:${media?.port ?? turn.port}?transport=udp`, TURN_SECRET: turn.secret,
    });
    endings.push(() => server.stop());
    if (weather) {
      const pages = await slowStreams({ host: HUB, to: port, weather });
      endings.push(() => pages.close());
    }
    const lab = openLab(id);
    // An earlier scenario may have left the visitor on the other one.
    lab.takeLine('first');
    const start = async (side: Side): Promise<FakeBrowser> => {
      const browser = await startBrowser(side, { executable: lab.executable(side, findChromium()!), args: [`--unsafely-treat-insecure-origin-as-secure=${url}`] });
      endings.push(() => browser.close());
      return browser;
    };
    const windowOf = async (browser: FakeBrowser): ReturnType<FakeBrowser['open']> => {
      const context = await browser.open();
      await keepMediaDiaries(context);
      return context;
    };
    const agent = await openAgentPage(await windowOf(await start('agent')), url);
    const visitors = await start('visitor');
    const diaries: Record<string, () => string> = { agent: agent.diary, server: server.output, relay: turn.log };
    return await play({
      lab, media, server, agent,
      owner: await signInAsOwner(server.url),
      relayLog: turn.log,
      diaries: () => Object.fromEntries(Object.entries(diaries).map(([who, read]) => [who, read()])),
      async newVisitor() {
        const context = await windowOf(visitors);
        if (quiet) await keepNetworkQuiet(context);
        const visitor = await openVisitorPage(context, url);
        diaries.visitor = visitor.diary;
        await visitor.openChat();
        return visitor;
      },
      killVisitorsBrowser: () => visitors.kill(),
    });
  } finally {
    for (const end of endings.reverse()) await end().catch(() => undefined);
  }
}
