import type { Page } from 'playwright-core';
import t from 'tap';
import type { Waveform } from '../../protocol/playback.ts';
import { findChromium } from '../services/chromium.ts';
import { openStage, visit } from './panel-stage.ts';
import { recordedCall } from './recorded-call.ts';

const missing = findChromium() ? false : 'Chromium is missing.';

/** Where the sound is, seconds. */
const at = (page: Page) => page.locator('consult-admin-recording-player audio').evaluate((media: HTMLAudioElement) => media.currentTime);

t.test('[G8] [G12] a recorded call is heard beside what was written, held against deletion, let go and deleted', { skip: missing, timeout: 240_000 }, async (t) => {
  const stage = await openStage(t);
  const { recordingId, conversationId } = await recordedCall(stage, ['My order number is 4711', 'It came broken']);
  const page = await stage.panel('desktop');
  await visit(page, 'History');
  await page.getByRole('button', { name: /Play recording/ }).click();
  const player = page.locator('consult-admin-recording-player');
  await player.getByText('The waveform is being made.').waitFor({ state: 'hidden' });
  const waveform = await stage.ask<Waveform>('GET', `/v1/recordings/${recordingId}/waveform`);
  t.strictSame(waveform.rows.map(({ of }) => of), ['visitor', 'agent']);
  for (const { of, peaks } of waveform.rows) t.ok(peaks.filter((peak) => peak > 20).length > peaks.length * 0.9, `${of} is heard`);

  await player.getByRole('slider').focus();
  await page.keyboard.press('ArrowRight');
  t.ok(Math.abs((await at(page)) - 5) < 0.1, 'an arrow is five seconds');
  await player.getByRole('button', { name: /It came broken/ }).click();
  t.ok((await at(page)) < 2, 'a line is where it was written');
  await player.getByRole('button', { name: 'Play', exact: true }).click();
  for (let turn = 0; turn < 900 && (await at(page)) < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 100));
  t.ok((await at(page)) >= 3, 'it plays');
  await player.getByRole('button', { name: 'Pause', exact: true }).click();

  await player.getByRole('button', { name: 'Put on legal hold' }).click();
  await page.getByLabel('Reason').fill('Complaint 12');
  await page.locator('consult-admin-form-dialog').getByRole('button', { name: 'Put on legal hold' }).click();
  await player.getByText('Complaint 12').waitFor();
  t.ok(await player.getByRole('button', { name: 'Delete recording' }).isDisabled());
  await player.getByText('Who played or changed it').click();
  await player.getByText('Recording played').waitFor();
  await stage.ask('PATCH', `/v1/conversations/${conversationId}`, { status: 'closed' });
  await t.rejects(stage.ask('DELETE', `/v1/conversations/${conversationId}`), /on_hold/);

  const phone = await stage.panel('phone');
  await phone.goto(`${stage.server.url}/admin/#/inbox/${conversationId}`);
  await phone.getByRole('button', { name: 'Open recording' }).click();
  await phone.getByRole('button', { name: 'End the hold' }).click();
  await phone.getByRole('alertdialog').getByRole('button', { name: 'End the hold' }).click();
  await phone.getByRole('button', { name: 'Delete recording' }).click();
  await phone.getByRole('alertdialog').getByRole('button', { name: 'Delete recording' }).click();
  await phone.locator('consult-admin-recording-player').waitFor({ state: 'detached' });
  await t.rejects(stage.ask('GET', `/v1/recordings/${recordingId}`), /404/);
  await stage.peace();
});
