import type { BrowserContext } from 'playwright-core';
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
import { calm, slowDatagrams, slowStreams, type SlowLine, type Weather } from './slow-line.ts';

/** What a scenario finds: `weather`, how bad the lines are; `quiet`, the visitor's browser tells the page of no change of its network. */
export interface Scene {
  weather?: Weather;
  quiet?: boolean;
}

/** A consultation whose browsers are in networks of their own, for one scenario after the other. */
export interface NetworkStage extends Consultation {
  lab: Lab;
  /** The line that media take, unless UDP is lost altogether. */
  media: SlowLine;
  /** Before each scenario: visitors of earlier ones leave, and the lines are as it wants them. */
  set(scene: Scene): Promise<void>;
  /** What the pages and the server have said, for whoever has to find out why a scenario failed. */
  diaries(): Record<string, string>;
  close(): Promise<void>;
}

/** Sets the stage. What is made goes with `close`, or with a failure of this. */
export async function openStage(id: string): Promise<NetworkStage> {
  const endings: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of endings.splice(0).reverse()) await end().catch(() => undefined);
  };
  try {
    const weather = { ...calm };
    const turn = await startTurn({ relay: RELAY, tls: true });
    endings.push(() => turn.stop());
    const media = await slowDatagrams({ host: HUB, to: turn.port, weather });
    endings.push(() => media.close());
    const secure = await slowStreams({ host: HUB, to: turn.secure!.port, weather });
    endings.push(() => secure.close());
    const port = await freePort();
    const url = `http://${HUB}:${port}`;
    const server = await startServerUnderTest({
      PORT: String(port), PUBLIC_URL: url, TURN_URLS: `turn:${HUB}:${media.port}?transport=udp,turns:${HUB}:${secure.port}?transport=tcp`, TURN_SECRET: turn.secret,
    });
    endings.push(() => server.stop());
    const pages = await slowStreams({ host: HUB, port, to: port, weather });
    endings.push(() => pages.close());
    const lab = openLab(id);
    endings.push(async () => lab.cut(null));
    const start = async (side: Side): Promise<FakeBrowser> => {
      const browser = await startBrowser(side, {
        executable: lab.executable(side, findChromium()!),
        args: [`--unsafely-treat-insecure-origin-as-secure=${url}`, `--ignore-certificate-errors-spki-list=${turn.secure!.spki}`],
      });
      endings.push(() => browser.close());
      return browser;
    };
    const windowOf = async (browser: FakeBrowser): Promise<BrowserContext> => {
      const context = await browser.open();
      await keepMediaDiaries(context);
      return context;
    };
    const [agents, visitors] = await Promise.all([start('agent'), start('visitor')]);
    const agent = await openAgentPage(await windowOf(agents), url);
    const diaries: Record<string, () => string> = { agent: agent.diary, server: server.output, relay: turn.log };
    const present: BrowserContext[] = [];
    let quiet = false;
    return {
      lab, media, server, agent, close,
      owner: await signInAsOwner(server.url),
      async set(scene) {
        for (const context of present.splice(0)) await context.close();
        Object.assign(weather, scene.weather ?? calm);
        quiet = scene.quiet ?? false;
      },
      diaries: () => Object.fromEntries(Object.entries(diaries).map(([who, read]) => [who, read()])),
      async newVisitor() {
        const context = await windowOf(visitors);
        present.push(context);
        if (quiet) await keepNetworkQuiet(context);
        const visitor = await openVisitorPage(context, url);
        diaries.visitor = visitor.diary;
        await visitor.openChat();
        return visitor;
      },
      killVisitorsBrowser: () => visitors.kill(),
    };
  } catch (error) {
    await close();
    throw error;
  }
}
