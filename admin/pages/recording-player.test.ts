import { expect } from '@esm-bundle/chai';
import fc from 'fast-check';
import { html } from 'lit';
import type { RecordingTimeline, TimelineItem, Waveform } from '../../protocol/playback.ts';
import type { Call, Recording } from '../../protocol/shapes.ts';
import { WireFailure } from '../../widget/engine/wire.ts';
import { violations } from '../testing/axe.ts';
import { call, fakeApi } from '../testing/fake-session.ts';
import { all, clear, one, settle, show, until } from '../testing/stage.ts';
import { chooseLanguage, t } from '../texts/texts.ts';
import { barsOf, itemAt, LEAD_MS, nextWords, silenceAt } from './recording-shape.ts';
import type { RecordingPlayer } from './recording-player.ts';
import './recording-player.ts';

const minutes = 60_000;
const recording: Recording = {
  id: 'r-k1', callId: 'k1', conversationId: 'c1', state: 'partial', mimeType: 'audio/webm;codecs=opus', startedAt: '2026-11-21T08:00:05Z', durationMs: 2 * minutes, bytes: 5, sha256: 'x',
  gaps: [{ fromMs: 90_000, toMs: 92_000, reason: 'missing_chunks' }], hold: null,
};
const waveform: Waveform = {
  version: 1, durationMs: 2 * minutes, rows: [{ of: 'visitor', peaks: Array.from({ length: 400 }, (_, n) => n % 200) }, { of: 'agent', peaks: Array.from({ length: 400 }, () => 30) }],
  silences: [{ fromMs: 20_000, toMs: 30_000 }, { fromMs: 110_000, toMs: 120_000 }],
};
const ada = { kind: 'agent' as const, id: 'a1', name: 'Ada' };
const otter = { kind: 'visitor' as const, id: 'v1', name: 'Calm Otter' };
const items: TimelineItem[] = [
  { kind: 'call', what: 'answered', atMs: -1000, by: ada }, { kind: 'message', atMs: 5000, by: otter, text: 'My order is 12', seq: 1, files: ['receipt.png'] },
  { kind: 'note', atMs: 8000, by: ada, text: 'regular customer', seq: 2 }, { kind: 'pause', atMs: 40_000, toMs: 50_000, by: ada },
  { kind: 'quality', atMs: 60_000, toMs: 65_000, by: otter }, { kind: 'gap', what: 'missing_chunks', atMs: 90_000, toMs: 92_000 },
];
const timeline: RecordingTimeline = { recordingId: 'r-k1', startedAt: recording.startedAt, durationMs: recording.durationMs, items, more: false };

/** A player whose sound a test plays: there is no such file here. */
async function player(answers: Record<string, unknown> = {}, role: 'owner' | 'agent' = 'owner', of: Call = call('k1')) {
  const api = fakeApi({ '/v1/recordings/r-k1': recording, '/v1/recordings/r-k1/waveform': waveform, '/v1/recordings/r-k1/timeline': timeline, ...answers }, role);
  const showing = show<RecordingPlayer>(html`<consult-admin-recording-player .api=${api} .call=${of}></consult-admin-recording-player>`);
  document.querySelector('consult-admin-recording-player')!.shadowRoot!.addEventListener('error', (event) => event.stopImmediatePropagation(), true);
  const element = await showing;
  const media = one<HTMLMediaElement>(element, 'audio, video');
  const sound = { at: 0, paused: true };
  Object.defineProperties(media, { currentTime: { get: () => sound.at, set(at: number) { sound.at = at; } }, paused: { get: () => sound.paused } });
  const tell = async (type: string) => {
    media.dispatchEvent(new Event(type));
    await settle();
  };
  media.play = async () => ((sound.paused = false), void media.dispatchEvent(new Event('play')));
  media.pause = () => ((sound.paused = true), void media.dispatchEvent(new Event('pause')));
  const slider = one(element, '[role="slider"]');
  return {
    api, element, media, sound, slider, tell,
    press: async (key: string) => (slider.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })), settle()),
    click: async (selector: string) => (one(element, selector).click(), settle()),
    playedTo: async (seconds: number) => ((sound.at = seconds), tell('timeupdate')),
    now: () => slider.getAttribute('aria-valuetext'),
    lines: () => all(element, 'ol button').map((line) => line.textContent!.replaceAll(/\s+/g, ' ').trim()),
    current: () => all(element, 'li[data-now] button').map((line) => line.textContent!.replaceAll(/\s+/g, ' ').trim()),
  };
}

describe('the player of a recording', () => {
  afterEach(async () => {
    clear();
    await chooseLanguage('en');
  });

  it('[G8] a row for each speaker by name, and one list of all that happened, clean for axe, in both languages', async () => {
    for (const language of ['en', 'ko'] as const) {
      await chooseLanguage(language);
      const { element, lines } = await player();
      expect(all(element, '.name').map((name) => name.textContent)).to.deep.equal(['Calm Otter', 'Ada']);
      expect(all(element, '.row .bars')).to.have.length(2);
      expect(lines()).to.have.length(items.length);
      expect(lines()[1]).to.contain('0:05').and.to.contain('Calm Otter').and.to.contain('My order is 12').and.to.contain('receipt.png');
      expect(lines()[3]).to.contain(t('happenedPause', { name: 'Ada', to: '0:50' }));
      expect(lines()[5]).to.contain(t('gapMissing'));
      expect([all(element, '.pause').length > 0, all(element, '.row .gap').length > 0, all(element, '.mark.note').length]).to.deep.equal([true, true, 1]);
      expect(await violations(element)).to.deep.equal([]);
    }
  });

  it('[G8] [F9] who was in the call stands among the lines, from when until when; guests have a stretch above the sound', async () => {
    const ben = { kind: 'agent' as const, id: 'a2', name: 'Ben' };
    const lead = { kind: 'agent' as const, id: 'a3', name: 'Lea' };
    const there: TimelineItem[] = [
      { kind: 'presence', what: 'member', atMs: -1000, toMs: 2 * minutes, by: otter }, { kind: 'presence', what: 'member', atMs: -1000, toMs: minutes, by: ada },
      { kind: 'presence', what: 'listened', atMs: 10_000, toMs: 30_000, by: lead }, { kind: 'presence', what: 'talked', atMs: 30_000, by: lead },
      { kind: 'presence', what: 'took_over', atMs: minutes, toMs: 2 * minutes, by: ben, former: ada },
    ];
    const said = {
      en: ['−0:01 Calm Otter was in the call, until 2:00', '−0:01 Ada was in the call, until 1:00', '0:10 Lea listened to the call, until 0:30', '0:30 Lea joined the call', '1:00 Ben took the call over from Ada, until 2:00'],
      ko: ['−0:01 Calm Otter 님이 통화에 있었습니다 (2:00까지)', '−0:01 Ada 님이 통화에 있었습니다 (1:00까지)', '0:10 Lea 님이 통화를 청취했습니다 (0:30까지)', '0:30 Lea 님이 통화에 참여했습니다', '1:00 Ben 님이 Ada 님에게서 통화를 이어받았습니다 (2:00까지)'],
    };
    for (const language of ['en', 'ko'] as const) {
      await chooseLanguage(language);
      const { element, lines } = await player({ '/v1/recordings/r-k1/timeline': { ...timeline, items: there } });
      expect(lines()).to.deep.equal(said[language]);
      expect(all(element, '.mark.guest').map((mark) => [mark.getAttribute('x1'), mark.getAttribute('x2')])).to.deep.equal([['83.3', '250'], ['250', '252']]);
      expect(await violations(element)).to.deep.equal([]);
    }
  });

  it('[G8] the slider of time is worked by keys alone; Space plays', async () => {
    const { slider, press, now, sound, element } = await player();
    expect([slider.getAttribute('aria-valuemin'), slider.getAttribute('aria-valuemax'), slider.tabIndex, now()]).to.deep.equal(['0', '120', 0, '0:00 of 2:00']);
    for (const [key, at] of [['ArrowRight', 5], ['ArrowUp', 10], ['ArrowLeft', 5], ['ArrowDown', 0], ['ArrowLeft', 0], ['PageUp', 30], ['PageDown', 0], ['End', 120], ['ArrowRight', 120], ['Home', 0]] as const) {
      await press(key);
      expect(sound.at, key).to.equal(at);
      expect(slider.getAttribute('aria-valuenow'), key).to.equal(String(at));
    }
    await press(' ');
    expect(sound.paused).to.equal(false);
    expect(one(element, '.play').getAttribute('aria-label')).to.equal('Pause');
    await press(' ');
    expect(sound.paused).to.equal(true);
  });

  it('[G8] a click on a line seeks there; playing marks the line that holds', async () => {
    const { element, sound, playedTo, current, click } = await player();
    all(element, 'ol button')[3]!.click();
    await settle();
    expect(sound.at).to.equal(40);
    expect(current()[0]).to.contain('paused');
    await click('.play');
    await playedTo(9);
    expect(current()).to.have.length(1);
    expect(current()[0]).to.contain('regular customer');
    expect(one(element, 'li[data-now] button').getAttribute('aria-current')).to.equal('true');
    all(element, 'ol button')[0]!.click();
    await settle();
    expect(sound.at, 'what came before is at the beginning').to.equal(0);
  });

  it('[G8] a recording in several files is one timeline: seeking enters the file that holds the moment, the end of one begins the next, each can be taken away', async () => {
    const facts = { sha256: 'x', bytes: 5 };
    const parts = [{ part: 1, offsetMs: 0, durationMs: 50_000, mimeType: 'audio/webm;codecs=opus', ...facts }, { part: 2, offsetMs: 50_000, durationMs: 70_000, mimeType: 'video/mp4;codecs=avc1.42c015,mp4a.40.2', ...facts }];
    const { element, media, press, playedTo, now, tell } = await player({ '/v1/recordings/r-k1': { ...recording, parts } });
    expect(media.getAttribute('src')).to.contain('part=1');
    await playedTo(45);
    expect(now()).to.equal('0:45 of 2:00');
    await tell('ended');
    const second = one<HTMLVideoElement>(element, 'video');
    expect([second.getAttribute('src')!.includes('part=2'), second.currentTime, now()]).to.deep.equal([true, 0, '0:50 of 2:00']);
    await press('PageUp');
    expect([second.currentTime, now()]).to.deep.equal([30, '1:20 of 2:00']);
    all(element, 'ol button')[3]!.click();
    await settle();
    const first = one<HTMLAudioElement>(element, 'audio');
    expect([first.getAttribute('src')!.includes('part=1'), first.currentTime, now()]).to.deep.equal([true, 40, '0:40 of 2:00']);
    expect(all(element, 'a[download]').map((link) => link.getAttribute('href'))).to.deep.equal([1, 2].map((part) => `/v1/recordings/r-k1/media?download=1&part=${part}`));
    expect(element.shadowRoot!.textContent).to.contain(t('downloadPlaylist'));
    expect(await violations(element)).to.deep.equal([]);
  });

  it('[G8] ten seconds back and on, another speed, and over the silences: by a button, or by itself', async () => {
    const { element, sound, playedTo, click, media } = await player();
    await playedTo(15);
    const [, back, on] = all(element, '.controls .icon-button');
    on!.click();
    expect(sound.at).to.equal(25);
    back!.click();
    back!.click();
    expect(sound.at).to.equal(5);
    await settle();
    await click('.next');
    expect(sound.at).to.equal(30 - LEAD_MS / 1000);
    const select = one<HTMLSelectElement>(element, 'select');
    select.value = '1.5';
    select.dispatchEvent(new Event('change', { bubbles: true }));
    expect(media.playbackRate).to.equal(1.5);
    await click('.play');
    await playedTo(22);
    expect(sound.at, 'silence is heard unless somebody wants otherwise').to.equal(22);
    await click('.toggle');
    await playedTo(22);
    expect(sound.at).to.equal(30 - LEAD_MS / 1000);
    await playedTo(115);
    expect(sound.at, 'the last silence has nothing behind it').to.equal(115);
    expect(one<HTMLButtonElement>(element, '.next').disabled).to.equal(true);
  });

  it('[G8] a waveform that is being made is waited for; without one it plays; video shows its picture', async () => {
    const { api, element, slider, sound, press } = await player({ '/v1/recordings/r-k1/waveform': new WireFailure('unavailable', '', 5) });
    expect(element.shadowRoot!.textContent).to.contain('being made');
    await press('ArrowRight');
    expect(sound.at).to.equal(5);
    (api as unknown as { get: (path: string) => Promise<unknown> }).get = async () => waveform;
    await until(() => !element.shadowRoot!.textContent.includes('being made'));
    expect(all(element, '.row .bars')[0]!.getAttribute('d')!.length).to.be.greaterThan(500);
    expect(slider.isConnected).to.equal(true);
    const none = await player({ '/v1/recordings/r-k1/waveform': new WireFailure('not_found', ''), '/v1/recordings/r-k1': { ...recording, mimeType: 'video/webm;codecs=vp8,opus' } });
    expect(none.element.shadowRoot!.textContent).to.contain('no waveform');
    expect(none.media.localName).to.equal('video');
    expect(await violations(none.element)).to.deep.equal([]);
  });

  it('[G12] an owner holds it with a reason, deletes what is not held, and sees who heard it; an agent sees the hold alone', async () => {
    const hold = { reason: 'Complaint 12', by: { id: 'a1', name: 'Ada' }, at: '2026-11-22T08:00:00Z' };
    const { api, element, click } = await player({
      'PUT /v1/recordings/r-k1/hold': { ...recording, hold }, 'DELETE /v1/recordings/r-k1/hold': recording,
      '/v1/audit?limit=50&target=r-k1': { items: [{ id: 'e', at: '2026-11-22T08:00:00Z', actor: { kind: 'agent', id: 'b', name: 'Ben' }, action: 'recording.played', target: null, detail: {}, address: null }], next: null },
    });
    await click('.hold');
    await click('form button[type="submit"]');
    expect(api.asked.some((path) => path.startsWith('PUT')), 'not without a reason').to.equal(false);
    const field = one<HTMLTextAreaElement>(element, 'textarea');
    field.value = 'Complaint 12';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    expect(await violations(element)).to.deep.equal([]);
    await click('form button[type="submit"]');
    await until(() => all(element, '.held').length > 0);
    expect(api.asked).to.contain('PUT /v1/recordings/r-k1/hold {"reason":"Complaint 12"}');
    expect(one(element, '.held').textContent).to.contain('Complaint 12').and.to.contain('Ada');
    expect(one<HTMLButtonElement>(element, '.delete').disabled).to.equal(true);
    expect(await violations(element)).to.deep.equal([]);
    await click('.release');
    await click('dialog [data-at="yes"]');
    await until(() => all(element, '.held').length === 0);
    one<HTMLDetailsElement>(element, 'details').open = true;
    await until(() => one(element, 'details').textContent.includes('Ben'));
    expect(one(element, 'details').textContent).to.contain('Recording played');
    let gone = '';
    element.addEventListener('recording-deleted', (event) => (gone = (event as CustomEvent<{ recordingId: string }>).detail.recordingId));
    await click('.delete');
    expect(api.asked).not.to.contain('DELETE /v1/recordings/r-k1 undefined', 'not before it was asked');
    await click('dialog [data-at="yes"]');
    await until(() => gone !== '');
    expect(api.asked).to.contain('DELETE /v1/recordings/r-k1 undefined');

    const seen = await player({ '/v1/recordings/r-k1': { ...recording, hold } }, 'agent');
    expect(one(seen.element, '.held').textContent).to.contain('Complaint 12');
    expect(all(seen.element, '.hold, .release, .delete, details')).to.deep.equal([]);
  });

  it('[G8] the shape of a row has as many bars as there is room for, each as loud as its loudest; jumps go forward and end in words', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 600 }), fc.integer({ min: 1, max: 300 }), (peaks, bars) => {
      const drawn = barsOf(peaks, bars);
      expect(drawn.split('M').length - 1).to.equal(Math.min(bars, peaks.length));
      const tallest = Math.max(...[...drawn.matchAll(/h[\d.]+v([\d.]+)/g)].map(([, height]) => Number(height)));
      expect(Math.abs(tallest - 2 * Math.max(1, Math.sqrt(Math.max(...peaks) / 255) * 48))).to.be.lessThan(0.02);
    }));
    const stretches = fc.array(fc.tuple(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 2001, max: 20_000 })), { maxLength: 6 }).map((parts) => {
      let at = 0;
      return parts.map(([sound, silence]) => ({ fromMs: (at += sound), toMs: (at += silence) }));
    });
    fc.assert(fc.property(stretches, fc.integer({ min: 0, max: 200_000 }), (silences, at) => {
      const next = nextWords(silences, at, 1_000_000);
      if (next !== null) expect(next).to.be.greaterThan(at).and.to.satisfy((ms: number) => silenceAt(silences, ms) === null);
      else expect(silenceAt(silences, at)).to.equal(null);
    }));
    expect([-2000, -1000, 4999, 5000, 100_000].map((at) => itemAt(items, at))).to.deep.equal([-1, 0, 0, 1, 5]);
  });
});
