import type { Page } from 'playwright-core';
import t from 'tap';
import { until } from '../consultation/owner-api.ts';
import { owner } from '../consultation/server-under-test.ts';
import { startSmtp } from '../services/smtp.ts';
import { jobSizes, openStage, signIn, visit, type Stage } from './panel-stage.ts';

// Accounts as people meet them: into the team, out of it, and what a forgotten or changed password does to other windows.

t.setTimeout(600_000);

const signInForm = (page: Page) => page.getByRole('heading', { name: 'Sign in' });
const inbox = (page: Page) => page.getByRole('heading', { name: 'Inbox' });

async function colleague({ ask }: Stage, name: string): Promise<{ name: string; email: string; password: string }> {
  const person = { name, email: `${name.toLowerCase().replaceAll(' ', '.')}@example.com`, password: 'seven green kettles sing' };
  await ask('POST', '/v1/agents', { ...person, role: 'agent' });
  return person;
}

for (const size of jobSizes) {
  t.test(`[B2] [B16] [P1] ${size}: an invited colleague works as an agent; deactivated, they are out at once`, async (t) => {
    const stage = await openStage(t);
    const boss = await stage.panel(size);
    await visit(boss, 'Team');
    await boss.getByRole('button', { name: 'Invite', exact: true }).click();
    await boss.getByLabel('E-mail').fill('not an address');
    await boss.getByRole('button', { name: 'Make invitation' }).click();
    await boss.getByText('Write an e-mail address, like ada@example.com.').waitFor();
    await boss.getByLabel('E-mail').fill('maya@example.com');
    await boss.getByRole('button', { name: 'Make invitation' }).click();
    const handover = boss.getByRole('dialog', { name: 'Invitation for maya@example.com' });
    await handover.getByText('This server sends no mail').waitFor();
    const link = (await handover.locator('output').textContent())!.trim();
    t.match(link, `${stage.server.url}/admin/#/invitation?token=`);
    await handover.getByRole('button', { name: 'I have kept it' }).click();
    await boss.getByRole('heading', { name: 'Open invitations' }).waitFor();

    const guest = await stage.open(size);
    await guest.goto(link);
    await guest.getByText(`${owner.name} invites you`).waitFor();
    await guest.getByLabel('Your name').fill('Maya Lindqvist');
    await guest.getByLabel('Password', { exact: true }).fill('password12');
    await guest.getByRole('button', { name: 'Join' }).click();
    await guest.getByText('Choose a password of at least 10 characters that is not a common one.').waitFor();
    await guest.getByLabel('Password', { exact: true }).fill('seven green kettles sing');
    await guest.getByRole('button', { name: 'Join' }).click();
    await inbox(guest).waitFor();
    t.notMatch(guest.url(), 'token', 'the used token has left the address');

    await visit(guest, 'Team');
    await guest.getByText('Who answers visitors together with you.').waitFor();
    t.equal(await guest.getByRole('button', { name: 'Invite', exact: true }).count(), 0);
    for (const page of ['Sites', 'Reports', 'Audit']) t.equal(await guest.getByRole('link', { name: page, exact: true }).count(), 0, `${page} is not in the navigation`);
    await guest.goto(`${stage.server.url}/admin/#/audit`);
    await guest.getByText('Not part of your role').waitFor();
    await guest.goto(`${stage.server.url}/admin/#/settings/api-keys`);
    await guest.getByRole('heading', { name: 'My account' }).waitFor();
    t.equal(await guest.getByRole('link', { name: 'API keys' }).count(), 0);

    const again = await stage.open(size);
    await again.goto(link);
    await again.getByText('This invitation does not work any more').waitFor();

    await visit(boss, 'Inbox');
    await visit(boss, 'Team');
    await boss.getByRole('button', { name: 'Edit Maya Lindqvist' }).click();
    await boss.getByRole('button', { name: 'Deactivate', exact: true }).click();
    await boss.getByRole('alertdialog').getByRole('button', { name: 'Deactivate' }).click();
    await boss.getByText('Deactivated').waitFor();
    await signInForm(guest).waitFor();
    await signIn(guest, { email: 'maya@example.com', password: 'seven green kettles sing' });
    await guest.getByText('E-mail or password is wrong.').waitFor();

    await boss.getByRole('button', { name: 'Edit Maya Lindqvist' }).click();
    await boss.getByRole('button', { name: 'Restore' }).click();
    await boss.getByText('Deactivated').waitFor({ state: 'hidden' });
    await signIn(guest, { email: 'maya@example.com', password: 'seven green kettles sing' });
    // Back where they were.
    await guest.getByRole('heading', { name: 'My account' }).waitFor();
    await stage.peace();
  });

  t.test(`[B3] [B9] [B10] [B13] ${size}: a changed password and *sign out everywhere* reach the other windows`, async (t) => {
    const stage = await openStage(t);
    const ana = await colleague(stage, 'Ana Ruiz');
    const [here, there] = [await stage.panel(size, ana), await stage.panel(size, ana)];
    await visit(here, 'Settings');
    await here.getByRole('heading', { name: 'Where you are signed in' }).waitFor();
    t.equal(await here.getByText('This device').count(), 1);
    t.equal(await here.getByRole('button', { name: /^Sign out on / }).count(), 1);
    const current = here.getByLabel('Current password', { exact: true });
    await current.fill('not my password at all');
    const next = here.getByLabel('New password', { exact: true });
    await next.fill('nine blue lanterns hum');
    await here.getByRole('button', { name: 'Show password' }).last().click();
    t.equal(await next.getAttribute('type'), 'text', 'shown on wish');
    await here.getByRole('button', { name: 'Change password' }).click();
    await here.getByText('This is not your current password.').waitFor();
    await current.fill(ana.password);
    await here.getByRole('button', { name: 'Change password' }).click();
    await here.getByText('Changed. Other devices are signed out.').waitFor();
    await signInForm(there).waitFor();
    await signIn(there, ana);
    await there.getByText('E-mail or password is wrong.').waitFor();
    await signIn(there, { ...ana, password: 'nine blue lanterns hum' });
    await inbox(there).waitFor();

    await here.reload();
    await here.getByRole('button', { name: 'Sign out everywhere' }).click();
    await here.getByRole('alertdialog').getByRole('button', { name: 'Sign out everywhere' }).click();
    await Promise.all([signInForm(here).waitFor(), signInForm(there).waitFor()]);
    await here.reload();
    await signInForm(here).waitFor();
    await stage.peace();
  });

  t.test(`[B7] [B11] [S15] ${size}: a forgotten password by the mailed link, which works once`, async (t) => {
    const smtp = await startSmtp({ tls: 'none' });
    t.teardown(() => smtp.stop());
    const stage = await openStage(t, { SMTP_URL: `smtp://127.0.0.1:${smtp.port}`, MAIL_FROM: 'Consult <consult@example.com>' });
    const jonas = await colleague(stage, 'Jonas Weber');
    const working = await stage.panel(size, jonas);
    const page = await stage.open(size);
    const answers: string[] = [];
    for (const email of ['nobody@example.com', jonas.email]) {
      await page.goto(`${stage.server.url}/admin/`);
      await page.reload();
      await page.getByRole('button', { name: 'Forgot your password?' }).click();
      await page.getByLabel('E-mail').fill(email);
      await page.getByRole('button', { name: 'Send link' }).click();
      answers.push((await page.getByText('a mail is on its way').textContent())!.replace(email, '…'));
    }
    t.equal(answers[0], answers[1], 'nobody learns who has an account');
    const [mail] = await until(async () => smtp.mails, (mails) => mails.length > 0);
    t.same(mail!.recipients, [jonas.email]);
    const [link] = /http\S+#\/reset\?token=\S+/.exec(mail!.text)!;
    await page.goto(link!);
    await page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
    t.ok(await inbox(working).isVisible(), 'until the link is used everything stays as it is');
    await page.getByLabel('New password', { exact: true }).fill('nine blue lanterns hum');
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByText('Your new password works').waitFor();
    await signInForm(working).waitFor();
    await page.getByRole('link', { name: 'Go to sign-in' }).click();
    await signIn(page, { ...jonas, password: 'nine blue lanterns hum' });
    await inbox(page).waitFor();
    await working.goto(link!);
    await working.getByLabel('New password', { exact: true }).fill('ten violet umbrellas nod');
    await working.getByRole('button', { name: 'Set password' }).click();
    await working.getByText('This link does not work any more').waitFor();
    t.equal(smtp.mails.length, 1, 'no mail to whom nobody knows');
    await stage.peace();
  });
}
