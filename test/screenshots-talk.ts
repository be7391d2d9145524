import { createHash } from 'node:crypto';
import type { Page } from 'playwright-core';
import { en } from '../languages/en.ts';
import { ko } from '../languages/ko.ts';
import type { Conversation } from '../protocol/shapes.ts';
import type { ServerUnderTest } from './consultation/server-under-test.ts';
import type { House } from './panel/house.ts';

/** What the pictures of talking need: a visitor's and the signed-in owner's page, and where pictures go. */
export interface TalkScene {
  server: ServerUnderTest;
  house: House;
  language: 'en' | 'ko';
  /** With a mouse: what hovering shows is shown. */
  desk: boolean;
  visitor: Page;
  agent: Page;
  shoot(page: Page, name: string): Promise<void>;
}

const table = Buffer.from('cup;colour;pieces\nlarge;blue;40\n');

let sent = 0;
const clientId = (): string => `talk-${String(++sent).padStart(20, '0')}`;

/** Files, rooms of the team, search, the chat beside a page, and a recording that is checked. */
export async function shootTalk({ server, house, language, desk, visitor, agent, shoot }: TalkScene): Promise<void> {
  const { chat, launcher, file, panel } = language === 'ko' ? ko : en;
  const named = (words: string, values: Record<string, string>): string => words.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
  const [first] = house.conversations;
  const colleague = house.agents[0]!;
  const answer = (conversationId: string, text: string): Promise<unknown> => house.ask('POST', `/v1/conversations/${conversationId}/messages`, { clientId: clientId(), text });
  const open = async (place: string): Promise<void> => {
    await agent.goto(`${server.url}/admin/#/${place}`);
    await agent.waitForTimeout(600);
  };
  let photo: Buffer = Buffer.alloc(0);
  const composer = (page: Page) => page.getByRole('textbox', { name: chat.composer });
  const attach = async (page: Page): Promise<void> => {
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: chat.attach }).click()]);
    await chooser.setFiles([{ name: language === 'ko' ? '매장 사진.png' : 'Shop window.png', mimeType: 'image/png', buffer: photo }, { name: language === 'ko' ? '카페 주문 수량표.csv' : 'Order of the café.csv', mimeType: 'text/csv', buffer: table }]);
    await page.waitForTimeout(400);
  };
  const drag = async (page: Page, over: ReturnType<Page['locator']>): Promise<void> => {
    const dataTransfer = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File(['x'], 'x.txt'));
      return transfer;
    });
    await over.dispatchEvent('dragover', { dataTransfer });
  };

  // Files in a visitor's conversation, from both sides.
  await visitor.goto(`${server.url}/demo`);
  await visitor.getByRole('button', { name: launcher.open }).click();
  await composer(visitor).waitFor();
  photo = await visitor.screenshot();
  await attach(visitor);
  await composer(visitor).fill(chat.attach);
  await shoot(visitor, '60-files-chosen');
  await composer(visitor).press('Enter');
  await visitor.getByRole('button', { name: /\.csv/ }).first().waitFor();
  await drag(visitor, visitor.getByRole('region', { name: chat.messages }));
  await shoot(visitor, '61-files-drop');
  await visitor.waitForTimeout(900);
  await visitor.getByRole('button', { name: chat.emoji }).click();
  await shoot(visitor, '62-emoji');
  await visitor.keyboard.press('Escape');
  const { items: [newest] } = await house.ask<{ items: Conversation[] }>('GET', '/v1/conversations?limit=1');
  await open(`inbox/${newest!.id}`);
  await attach(agent);
  await drag(agent, agent.getByRole('region', { name: chat.messages }));
  await shoot(agent, '63-files');
  await agent.waitForTimeout(900);
  await agent.getByRole('button', { name: chat.emoji }).click();
  await shoot(agent, '64-emoji');
  await agent.keyboard.press('Escape');
  await composer(agent).press('Enter');
  await agent.waitForTimeout(800);
  await shoot(visitor, '65-files');
  await agent.getByRole('button', { name: file.openPicture(language === 'ko' ? '매장 사진.png' : 'Shop window.png') }).first().click();
  await agent.waitForTimeout(400);
  await shoot(agent, '66-picture');
  await agent.keyboard.press('Escape');

  // What is new: beside the closed chat, and further down in the open one.
  await visitor.getByRole('button', { name: chat.close }).click();
  await answer(newest!.id, house.site.settings.greeting);
  await visitor.locator('peer-consult-news .news').waitFor();
  await shoot(visitor, '67-news');
  for (const { text } of Array.from({ length: 14 }, (_, at) => ({ text: `${at + 1}. ${house.site.settings.greeting}` }))) await answer(newest!.id, text);
  await visitor.getByRole('button', { name: launcher.open }).click();
  await visitor.waitForTimeout(600);
  await shoot(visitor, '68-new-and-jump');
  await visitor.getByRole('button', { name: chat.more, exact: true }).click();
  await shoot(visitor, '69-menu');
  await visitor.getByRole('button', { name: chat.endChat }).click();
  await shoot(visitor, '70-end-chat');
  await visitor.getByRole('alertdialog').getByRole('button', { name: chat.endChatYes }).click();
  await visitor.waitForTimeout(800);
  await shoot(visitor, '71-ended');
  await open(`inbox/${newest!.id}?status=closed`);
  await shoot(agent, '72-ended');

  // Rooms of the team, and pins.
  await open('inbox?kind=team');
  await house.ask('PUT', `/v1/conversations/${house.room.id}/pin`);
  await house.ask('PUT', `/v1/conversations/${first!.id}/pin`);
  const direct = await house.ask<Conversation>('PUT', `/v1/conversations/direct/${colleague.id}`);
  await answer(direct.id, house.site.settings.statusText);
  await agent.waitForTimeout(400);
  await shoot(agent, '73-team');
  await agent.getByRole('button', { name: panel.teamStart, exact: true }).first().click();
  await agent.getByRole('option').first().click();
  await agent.getByRole('option').nth(1).click();
  await shoot(agent, '74-team-start');
  await agent.keyboard.press('Escape');
  await open(`inbox/${house.room.id}?kind=team`);
  await attach(agent);
  await composer(agent).press('Enter');
  await agent.waitForTimeout(600);
  await shoot(agent, '75-room');
  await agent.getByRole('button', { name: named(panel.membersCount, { count: String(house.agents.length + 1) }) }).click();
  await shoot(agent, '76-members');
  await agent.keyboard.press('Escape');
  await open(`inbox/${first!.id}`);
  if (desk) await agent.locator('consult-admin-conversation-list li.open').hover();
  await shoot(agent, '77-pinned');
  await agent.getByRole('button', { name: panel.moreActions, exact: true }).filter({ visible: true }).first().click();
  await shoot(agent, '78-thread-menu');
  await agent.getByRole('button', { name: panel.transfer, exact: true }).click();
  await shoot(agent, '79-hand-over');
  await agent.keyboard.press('Escape');

  // Search: among conversations, among messages, in one.
  const word = house.site.settings.greeting.split(/[ ,.!]+/)[1] ?? '';
  await open(`inbox?text=${encodeURIComponent(word)}`);
  await shoot(agent, '80-search');
  await open(`inbox?text=${encodeURIComponent(word)}&in=messages`);
  await agent.waitForTimeout(500);
  await shoot(agent, '81-search-hits');
  await agent.locator('consult-admin-search-hits a').nth(9).click();
  await agent.waitForTimeout(700);
  await shoot(agent, '82-search-hit');
  await open('inbox?text=qqqqq&in=messages');
  await shoot(agent, '83-search-none');
  await open(`inbox/${newest!.id}?status=closed`);
  await agent.getByRole('button', { name: panel.moreActions, exact: true }).filter({ visible: true }).first().click();
  await agent.getByRole('button', { name: panel.findInConversation }).click();
  await agent.keyboard.type(word);
  await agent.waitForTimeout(900);
  await shoot(agent, '84-find');

  // A recording that is checked by anybody.
  await open('verify');
  await shoot(agent, '85-verify');
  const { items: calls } = await house.ask<{ items: { recording: { id: string } | null }[] }>('GET', '/v1/calls?limit=20');
  const id = calls.find(({ recording }) => recording)?.recording?.id;
  if (!id) return;
  const media = Buffer.from(await (await fetch(`${server.url}/v1/recordings/${id}/media`, { headers: house.headers })).arrayBuffer());
  const manifest = JSON.stringify(await house.ask('GET', `/v1/recordings/${id}/manifest`));
  const [recording, proof] = [agent.locator('input[type=file]').first(), agent.locator('input[type=file]').last()];
  await recording.setInputFiles({ name: `recording ${createHash('sha256').update(media).digest('hex').slice(0, 8)}.webm`, mimeType: 'video/webm', buffer: media });
  await proof.setInputFiles({ name: 'manifest.json', mimeType: 'application/json', buffer: Buffer.from(manifest) });
  await agent.getByRole('button', { name: panel.verifySubmit }).click();
  await agent.locator('.verdict').waitFor();
  await shoot(agent, '86-verified');
  await recording.setInputFiles({ name: 'other.webm', mimeType: 'video/webm', buffer: Buffer.concat([media, Buffer.from([1])]) });
  await agent.getByRole('button', { name: panel.verifySubmit }).click();
  await agent.waitForTimeout(500);
  await shoot(agent, '87-not-verified');
}
