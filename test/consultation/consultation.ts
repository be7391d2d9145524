import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import type { Test } from 'tap';
import { openAgentPage, type AgentPage } from './agent-page.ts';
import { startBrowser, type FakeBrowser, type Side } from './browsers.ts';
import { signInAsOwner, type OwnerApi } from './owner-api.ts';
import { startServerUnderTest, type ServerUnderTest } from './server-under-test.ts';
import { openVisitorPage, type VisitorPage } from './visitor-page.ts';

/** A server, an agent at the panel in one browser, and visitors in another. */
export interface Consultation {
  server: ServerUnderTest;
  owner: OwnerApi;
  agent: AgentPage;
  /** A visitor whom the server has never seen, on the demo page with the chat open. */
  newVisitor(): Promise<VisitorPage>;
  /** The visitors' browser process ends at once; the next visitor gets a new one. */
  killVisitorsBrowser(): Promise<void>;
}

/**
 * `settings`: environment variables of the server. `relayOnly`: calls may only go through a TURN server. `startVisitors`: the visitors'
 * browser, where it is another one. `prepare`: what every window gets before its first page.
 */
interface StageOptions {
  settings?: Record<string, string>;
  relayOnly?: boolean;
  startVisitors?: (side: Side) => Promise<FakeBrowser>;
  prepare?: (context: BrowserContext) => Promise<void>;
}

/** Sets the stage; it goes with the test, which leaves pictures and logs in test-results/ when it fails. */
export async function openConsultation(t: Test, { settings = {}, relayOnly = false, startVisitors, prepare = () => Promise.resolve() }: StageOptions = {}): Promise<Consultation> {
  const server = await startServerUnderTest(settings);
  t.teardown(() => server.stop());
  const owner = await signInAsOwner(server.url);
  const agents = await startBrowser('agent', { relayOnly });
  t.teardown(() => agents.close());
  let visitors: FakeBrowser | null = null;
  t.teardown(() => visitors?.close());
  const open = async (browser: FakeBrowser): Promise<BrowserContext> => {
    const context = await browser.open();
    await prepare(context);
    return context;
  };
  const agent = await openAgentPage(await open(agents), server.url);
  const pages: VisitorPage[] = [];

  t.teardown(async () => {
    if (t.passing()) return;
    const folder = resolve('test-results');
    mkdirSync(folder, { recursive: true });
    const name = t.name.replaceAll(/[^\w]+/g, '-').replace(/^-/, '').slice(0, 60);
    writeFileSync(join(folder, `${name}.server.log`), server.output());
    for (const [who, one] of [['agent', agent] as const, ...pages.map((visitor, i) => [`visitor-${i}`, visitor] as const)]) {
      writeFileSync(join(folder, `${name}.${who}.log`), one.diary());
      await one.page.screenshot({ path: join(folder, `${name}.${who}.png`) }).catch(() => undefined);
    }
    t.comment(`pictures and logs: ${folder}/${name}.*`);
  });

  return {
    server,
    owner,
    agent,
    async newVisitor() {
      visitors ??= await (startVisitors?.('visitor') ?? startBrowser('visitor', { relayOnly }));
      const visitor = await openVisitorPage(await open(visitors), server.url);
      pages.push(visitor);
      await visitor.openChat();
      return visitor;
    },
    async killVisitorsBrowser() {
      await visitors?.kill();
      visitors = null;
    },
  };
}

/** A visitor writes, the agent opens the conversation and answers. */
export async function chat({ agent, newVisitor }: Consultation, question: string, answer: string): Promise<VisitorPage> {
  const visitor = await newVisitor();
  await visitor.write(question);
  await agent.openConversation(question);
  await agent.answer(answer);
  await visitor.message(answer).waitFor();
  return visitor;
}

/** Waits so many milliseconds: only where time itself is what the test is about, like the length of a call. */
export function elapse(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
