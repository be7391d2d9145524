import type { Page } from 'playwright-core';
import t from 'tap';
import type { Agent, Conversation } from '../../protocol/shapes.ts';
import { jobSizes, openStage, said, visit, write } from './panel-stage.ts';

// Colleagues among themselves, what is pinned, who has read, where a reader stays, and how a chat ends: in real windows.

t.setTimeout(600_000);

const maya = { email: 'maya@example.com', password: 'seven green kettles sing' };
const composer = (page: Page) => page.getByRole('textbox', { name: 'Write a message' });
const row = (page: Page, name: string) => page.getByRole('navigation', { name: 'Conversations' }).getByRole('link').filter({ hasText: name });
const view = (page: Page, name: RegExp) => page.getByRole('navigation', { name: 'Views of the inbox' }).getByRole('link', { name });
const say = async (page: Page, text: string): Promise<void> => {
  await composer(page).fill(text);
  await composer(page).press('Enter');
  await said(page, text).waitFor();
};

for (const size of jobSizes) {
  t.test(`[P3] [L4] [L7] ${size}: two agents talk directly, then in a group, which one of them leaves`, async (t) => {
    const stage = await openStage(t);
    await stage.ask<Agent>('POST', '/v1/agents', { ...maya, name: 'Maya Lindqvist', role: 'agent' });
    await stage.ask<Agent>('POST', '/v1/agents', { email: 'jonas@example.com', password: 'eight blue lanterns hum', name: 'Jonas Weber', role: 'agent' });
    const [olivia, colleague] = [await stage.panel(size), await stage.panel(size, maya)];

    await visit(olivia, 'Team');
    await olivia.getByRole('button', { name: 'Message Maya Lindqvist' }).click();
    await olivia.getByText('Nothing was written here yet').waitFor();
    await say(olivia, 'Lunch at twelve?');
    await view(colleague, /^Team/).click();
    await row(colleague, 'Olivia Owner').getByText('1 unread').waitFor({ state: 'attached' });
    t.match(await colleague.title(), '(1)', 'the title counts colleagues too');
    await row(colleague, 'Lunch at twelve?').click();
    await said(colleague, 'Lunch at twelve?').waitFor();
    await olivia.getByRole('button', { name: 'Seen by Maya Lindqvist' }).waitFor();
    await composer(colleague).pressSequentially('Gl');
    await olivia.getByText('Maya Lindqvist is typing').waitFor();
    await say(colleague, 'Gladly!');
    await said(olivia, 'Gladly!').waitFor();
    t.equal((await stage.ask<{ items: Conversation[] }>('GET', '/v1/conversations')).items.length, 0, 'no visitor’s conversation came of it');

    if (size === 'phone') await olivia.getByRole('link', { name: 'Back to the list' }).click();
    else await view(olivia, /^Team/).click();
    await row(olivia, 'Maya Lindqvist').waitFor();
    await olivia.getByRole('button', { name: 'New conversation' }).click();
    await olivia.getByRole('dialog', { name: 'Write to colleagues' }).waitFor();
    await olivia.getByRole('option', { name: /Maya/ }).click();
    await olivia.getByRole('option', { name: /Jonas/ }).click();
    await olivia.getByRole('textbox', { name: 'Title of the group' }).fill('Kiln');
    await olivia.getByRole('button', { name: 'Make the group' }).click();
    await olivia.getByRole('button', { name: '3 members' }).waitFor();
    await say(olivia, 'Who fires it tonight?');
    if (size === 'phone') await colleague.getByRole('link', { name: 'Back to the list' }).click();
    await row(colleague, 'Kiln').click();
    await said(colleague, 'Who fires it tonight?').waitFor();
    await say(colleague, 'I do.');
    await said(olivia, 'I do.').waitFor();

    await colleague.getByRole('button', { name: 'More', exact: true }).filter({ visible: true }).first().click();
    await colleague.getByRole('button', { name: 'Leave the group' }).click();
    await colleague.getByRole('alertdialog').getByRole('button', { name: 'Leave', exact: true }).click();
    await row(colleague, 'Olivia Owner').waitFor();
    await row(colleague, 'Kiln').waitFor({ state: 'detached' });
    await olivia.getByRole('button', { name: '2 members' }).waitFor();
    await say(olivia, 'Thanks.');
    t.equal(await colleague.getByText('Thanks.').count(), 0);
    await stage.peace();
  });
}

t.test('[P4] pins stand first, in step over windows and a reload; the sixth is refused in words', async (t) => {
  const stage = await openStage(t);
  const agents = await Promise.all(['Ana', 'Ben', 'Cho', 'Dov', 'Eve', 'Fay'].map((name) => stage.ask<Agent>('POST', '/v1/agents', { email: `${name}@example.com`.toLowerCase(), password: `a long passphrase of ${name}`, name, role: 'agent' })));
  for (const { id } of agents) await stage.ask('PUT', `/v1/conversations/direct/${id}`);
  const [one, other] = [await stage.panel('desktop'), await stage.panel('desktop')];
  for (const page of [one, other]) await view(page, /^Team/).click();
  const names = (page: Page) => page.getByRole('navigation', { name: 'Conversations' }).locator('.name').allTextContents();
  await row(one, 'Fay').waitFor();
  for (const name of ['Ana', 'Ben', 'Cho', 'Dov', 'Eve']) {
    await row(one, name).hover();
    await one.getByRole('button', { name: `Pin ${name}` }).click();
    await row(one, name).getByText('Pinned').waitFor({ state: 'attached' });
  }
  await row(other, 'Eve').getByText('Pinned').waitFor({ state: 'attached' });
  t.same(await names(other), ['Eve', 'Dov', 'Cho', 'Ben', 'Ana', 'Fay'], 'the other window knows');
  await row(one, 'Fay').focus();
  await one.keyboard.press('p');
  await one.getByText('Five conversations are pinned already.').waitFor();
  await row(one, 'Cho').focus();
  await one.keyboard.press('p');
  await row(other, 'Cho').getByText('Pinned').waitFor({ state: 'detached' });
  await other.reload();
  await row(other, 'Eve').getByText('Pinned').waitFor({ state: 'attached' });
  t.same((await names(other)).slice(0, 4), ['Eve', 'Dov', 'Ben', 'Ana']);
  await stage.peace();
});

t.test('[K3] [L2] older lines come without the reader’s place moving by a pixel, nor does a new line move it; at the end it is read', async (t) => {
  const stage = await openStage(t);
  await stage.ask('POST', '/v1/agents', { ...maya, name: 'Maya Lindqvist', role: 'agent' });
  const visitor = await stage.visitor('phone');
  await write(visitor, 'Hello');
  const { items: [conversation] } = await stage.ask<{ items: Conversation[] }>('GET', '/v1/conversations');
  const path = `/v1/conversations/${conversation!.id}/messages`;
  for (let at = 1; at <= 130; at++) await stage.ask('POST', path, { clientId: `scroll-${String(at).padStart(20, '0')}`, text: at % 7 ? `line ${at}` : `line ${at}\nwith\nmore` });
  // Whoever was there all the time has every line; whoever comes back has the newest page.
  await visitor.reload();
  await visitor.getByRole('button', { name: /Open chat/ }).click();
  const page = await stage.panel('desktop', maya);
  await row(page, 'line 130').click();
  for (const [name, window] of [['panel', page], ['chat', visitor]] as const) {
    const list = window.getByRole('region', { name: 'Messages' });
    await said(window, 'line 130').waitFor();
    const place = (text: string) => said(window, text).evaluate((line) => line.getBoundingClientRect().top);
    const bubbles = () => list.locator('.bubble').count();
    const before = await bubbles();
    await list.evaluate((scroll) => (scroll.scrollTop = 150));
    // The line whose place is held: what the reader looks at.
    const held = await list.evaluate((scroll) => [...scroll.querySelectorAll('.bubble')].find((bubble) => bubble.getBoundingClientRect().top > scroll.getBoundingClientRect().top + 60 && !bubble.textContent!.includes('with'))!.textContent!.trim());
    const top = await place(held);
    await window.waitForFunction((count) => {
      const count2 = (root: Document | ShadowRoot): number => [...root.querySelectorAll('*')].reduce((sum, one) => sum + (one.matches('.bubble') ? 1 : 0) + (one.shadowRoot ? count2(one.shadowRoot) : 0), 0);
      return count2(document) > count;
    }, before);
    t.ok(Math.abs((await place(held)) - top) <= 1, `${name}: older lines came, “${held}” stays`);
    await stage.ask('POST', path, { clientId: `new-${name}-00000000000000000000`, text: `new in the ${name}` });
    await window.getByRole('button', { name: /Jump to the newest message/ }).getByText('1').waitFor();
    t.ok(Math.abs((await place(held)) - top) <= 1, `${name}: nor does a new line move it`);
    await window.getByRole('button', { name: /Jump to the newest message/ }).click();
    await said(window, `new in the ${name}`).waitFor();
    await window.getByRole('button', { name: /Jump to the newest message/ }).waitFor({ state: 'detached' });
  }
  await stage.peace();
});

t.test('[I4] [L6] news stand beside the closed chat; the visitor ends it, reads that, and opens it again by writing', async (t) => {
  const stage = await openStage(t);
  const [agent, visitor] = [await stage.panel('desktop'), await stage.visitor('phone')];
  await write(visitor, 'Is the bowl back?');
  await row(agent, 'Is the bowl back?').click();
  await visitor.locator('peer-consult').getByRole('button', { name: 'Close chat' }).click();
  await say(agent, 'It is, six of them.');
  await visitor.locator('peer-consult-news').getByText('It is, six of them.').waitFor();
  await visitor.reload();
  await visitor.locator('peer-consult-news').getByText('It is, six of them.').waitFor();
  t.equal(await agent.getByText('Seen', { exact: true }).count(), 0, 'a preview is not read');
  await visitor.locator('peer-consult-news').getByRole('button', { name: /six of them/ }).click();
  await said(visitor.locator('peer-consult'), 'It is, six of them.').waitFor();
  await agent.getByText('Seen', { exact: true }).waitFor();
  await visitor.getByRole('button', { name: 'More', exact: true }).click();
  await visitor.getByRole('button', { name: 'End chat' }).click();
  await visitor.getByRole('alertdialog').getByRole('button', { name: 'End chat' }).click();
  await visitor.getByText('You ended this conversation. Write to continue it.').waitFor();
  await agent.getByText('The visitor ended this conversation.').waitFor();
  await write(visitor, 'One more thing');
  await said(agent, 'One more thing').waitFor();
  await composer(agent).waitFor();
  await stage.peace();
});
