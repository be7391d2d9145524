import type { Page } from 'playwright-core';
import t from 'tap';
import { jobSizes, openStage, said, write } from './panel-stage.ts';

// One conversation from its first line to its rating, as a visitor, the agent and a colleague see it.

t.setTimeout(600_000);

const composer = (page: Page) => page.getByRole('textbox', { name: 'Write a message' });

/** Composes as a Korean input method does, presses Enter in the midst of it, and only then hands the word over. */
async function composeAndSend(page: Page, field: ReturnType<Page['locator']>, text: string): Promise<string> {
  await field.focus();
  const keyboard = await page.context().newCDPSession(page);
  await keyboard.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
  await field.press('Enter');
  const left = await field.inputValue();
  await keyboard.send('Input.insertText', { text });
  await field.press('Enter');
  return left;
}

for (const size of jobSizes) {
  t.test(`[J16] [P3] [L4] ${size}: a visitor writes; assigned, tagged, noted, answered, closed, rated`, async (t) => {
    const stage = await openStage(t);
    await stage.ask('POST', '/v1/tags', { name: 'order', colour: 'blue' });
    await stage.ask('POST', '/v1/canned-replies', { shortcut: 'hours', text: 'Dear {{visitor.name}}, we open at ten.' });
    const maya = { email: 'maya@example.com', password: 'seven green kettles sing' };
    await stage.ask('POST', '/v1/agents', { ...maya, name: 'Maya Lindqvist', role: 'agent' });
    const [agent, visitor] = [await stage.panel(size), await stage.visitor(size)];
    await agent.getByText('Nobody has written yet').waitFor();

    await write(visitor, 'Is the bowl back?');
    const row = agent.getByRole('link').filter({ hasText: 'Is the bowl back?' });
    await row.waitFor();
    t.match(await agent.title(), '(1)', 'the title counts what is unread');
    await row.click();
    await said(agent, 'Is the bowl back?').waitFor();
    const name = (await agent.getByRole('heading', { level: 2 }).first().textContent())!.trim();
    await visitor.locator('peer-consult').getByText('Seen', { exact: true }).waitFor();

    await agent.getByRole('button', { name: 'Assign', exact: true }).click();
    await agent.getByRole('listbox').getByRole('option', { name: /\(me\)/ }).click();
    await agent.getByRole('button', { name: 'Assigned to Olivia Owner' }).waitFor();
    await agent.getByRole('button', { name: 'Add tag' }).click();
    await agent.getByRole('listbox', { name: 'Tags' }).getByRole('option', { name: 'order' }).click();
    await agent.getByRole('button', { name: 'Tags', exact: true }).waitFor();
    await agent.keyboard.press('Escape');

    await agent.getByRole('radio', { name: 'Note' }).click();
    await agent.getByText('Only your team sees this.').waitFor();
    const note = agent.getByRole('textbox', { name: 'Write a note for your team' });
    await note.fill('Ordered twice before.');
    await note.press('Enter');
    await said(agent, 'Ordered twice before.').waitFor();

    await agent.getByRole('radio', { name: 'Reply' }).click();
    await composer(agent).fill('/ho');
    await agent.getByRole('option', { name: 'hours' }).waitFor();
    await composer(agent).press('Enter');
    const answer = `Dear ${name}, we open at ten.`;
    t.equal(await composer(agent).inputValue(), answer, 'a ready reply is filled in, and waits to be sent');
    await composer(agent).press('Enter');
    await said(visitor, answer).waitFor();
    t.equal(await visitor.getByText('Ordered twice before.').count(), 0, 'a note never reaches the visitor');

    t.match(await composeAndSend(agent, composer(agent), '안녕하세요'), '안녕하세요', 'Enter in the midst of a syllable sends nothing');
    await said(visitor, '안녕하세요').waitFor();
    t.match(await composeAndSend(visitor, composer(visitor), '감사합니다'), '감사합니다');
    await said(agent, '감사합니다').waitFor();
    for (const text of ['안녕하세요', '감사합니다']) t.equal(await said(agent, text).count(), 1, `${text} was said once`);

    const colleague = await stage.panel(size, maya);
    await colleague.getByRole('link').filter({ hasText: '감사합니다' }).click();
    await agent.getByText('Maya Lindqvist has this open too').waitFor();
    await composer(colleague).pressSequentially('I could');
    await agent.getByText('Maya Lindqvist is writing an answer').waitFor();
    await composer(colleague).fill('');
    await agent.getByText('Maya Lindqvist has this open too').waitFor();

    await agent.getByRole('button', { name: 'Close conversation' }).click();
    await visitor.getByText('How was this conversation?').waitFor();
    await visitor.getByRole('radio', { name: 'Very good' }).check();
    await visitor.getByRole('textbox', { name: /tell us more/ }).fill('Quick and kind');
    await visitor.locator('peer-consult-afterwards').getByRole('button', { name: 'Send' }).click();
    await visitor.getByText('Thank you for your rating: Very good.').waitFor();
    await agent.getByRole('img', { name: 'Rated 5 of 5' }).waitFor();
    await agent.getByText('Quick and kind').waitFor();

    await write(visitor, 'One more thing');
    await said(agent, 'One more thing').waitFor();
    await composer(agent).waitFor();
    await stage.peace();
  });
}
