import { LitElement, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import type { RecordingTimeline, TimelineItem, Waveform } from '../../protocol/playback.ts';
import type { Call, Recording } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import { pauseIcon } from '../../widget/styles/icons.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import { WireFailure } from '../../widget/engine/wire.ts';
import type { Api } from '../api.ts';
import { download } from '../download.ts';
import { back10Icon, downloadIcon, forward10Icon, nextWordsIcon, playIcon } from '../icons.ts';
import { renewSource, renewStalled } from '../renew-source.ts';
import { formatRoute } from '../router.ts';
import { panel } from '../styles.ts';
import { duration, failureText, fullTime, language, t } from '../texts/texts.ts';
import { playerStyles } from './recording-player.styles.ts';
import { nextWords, silenceAt } from './recording-shape.ts';
import type { SpeakerRow } from './recording-waveform.ts';
import '../forms/select-field.ts';
import './recording-keeping.ts';
import './recording-timeline.ts';
import './recording-waveform.ts';

const SPEEDS = ['0.75', '1', '1.25', '1.5', '1.75', '2'] as const;
const stepMs = 10_000;
/** So often a waveform that is being made is asked for; two hours of sound take some twenty seconds. */
const askedAtMost = 30;

/**
 * Plays the recording of one call: by HTTP Range, so that any moment is a seek away; a waveform for each speaker, and what was written
 * and happened on the same clock. A recording in several files is played as one: each has its stretch of that clock.
 *
 * @fires recording-deleted It is gone for good. Bubbles out.
 */
@customElement('consult-admin-recording-player')
export class RecordingPlayer extends LitElement {
  static override styles = [base, panel, playerStyles];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) call!: Call;
  @state() private recording: Recording | null = null;
  @state() private waveform: Waveform | 'making' | 'none' = 'making';
  @state() private items: readonly TimelineItem[] = [];
  @state() private more = false;
  @state() private atMs = 0;
  @state() private playing = false;
  @state() private speed = '1';
  @state() private skipping = false;
  /** Which of its files is in the player, from 0. */
  @state() private nth = 0;
  @state() private failure = '';
  @state() private fetching = false;
  @query('audio, video') private media!: HTMLMediaElement | null;
  #again: ReturnType<typeof setTimeout> | undefined;
  /** What the next file shall do as soon as it is in the player. */
  #entering: { atMs: number; playing: boolean } | null = null;
  readonly #language = new StoreController(this, () => language);

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#again);
  }

  override render() {
    void this.#language.value;
    const { recording } = this;
    return html`
      <div class="box">
        <div role="alert">${this.failure ? html`<p class="problem">${this.failure} <button class="button" @click=${this.#load}>${t('retry')}</button></p>` : nothing}</div>
        ${recording ? this.#player(recording) : this.failure ? nothing : html`<div class="bone" aria-busy="true"><span class="hush">${t('loading')}</span></div>`}
        <div class="row">
          ${recording?.parts
            ? html`${recording.parts.map(({ part }) => html`<a class="button" href=${`${this.#address}/media?download=1&part=${part}`} download>${downloadIcon}${t('downloadPart', { part })}</a>`)}
              <button class="button" type="button" ?disabled=${this.fetching} @click=${this.#playlist}>${downloadIcon}${t('downloadPlaylist')}</button>`
            : html`<a class="button" href=${`${this.#address}/media?download=1`} download>${downloadIcon}${t('download')}</a>`}
          ${recording ? html`
            <button class="button" type="button" title=${t('recordingProofOf')} ?disabled=${this.fetching} @click=${this.#proof}>${downloadIcon}${t('recordingProof')}</button>
            <a href=${formatRoute('verify')} target="_blank" rel="noopener">${t('recordingCheck')}</a>
          ` : nothing}
        </div>
        ${recording ? html`<consult-admin-recording-keeping .api=${this.api} .recording=${recording}
          @changed=${(event: CustomEvent<Recording>) => (this.recording = event.detail)}></consult-admin-recording-keeping>` : nothing}
      </div>
    `;
  }

  get #address(): string {
    return `/v1/recordings/${encodeURIComponent(this.call.recording!.id)}`;
  }

  get #length(): number {
    return this.recording?.durationMs ?? 0;
  }

  #player(recording: Recording) {
    const label = t('player', { name: this.call.visitor.name, time: fullTime(this.call.createdAt) });
    const { mimeType } = recording.parts?.[this.nth] ?? recording;
    const source = `${this.#address}/media?direct=1${recording.parts ? `&part=${this.nth + 1}` : ''}`;
    // One that was taken out of the player still says that it pauses.
    const mine = (tell: () => void) => (event: Event) => event.target === this.media && tell();
    const heard = { play: mine(() => (this.playing = true)), pause: mine(() => (this.playing = false)), told: mine(() => this.#told()), ended: mine(() => this.#ended()) };
    const lost = recording.gaps.filter(({ reason }) => reason !== 'paused');
    // Only once the recording's facts came: that request has also seen to a fresh media cookie, which the element needs.
    return html`
      ${keyed(this.nth, mimeType.startsWith('video/')
        ? html`<video playsinline preload="metadata" aria-label=${label} src=${source} @error=${this.#broken} @stalled=${this.#stalled} @timeupdate=${heard.told} @seeked=${heard.told} @play=${heard.play} @pause=${heard.pause} @ended=${heard.ended} @click=${this.#toggle}></video>`
        : html`<audio preload="metadata" aria-label=${label} src=${source} @error=${this.#broken} @stalled=${this.#stalled} @timeupdate=${heard.told} @seeked=${heard.told} @play=${heard.play} @pause=${heard.pause} @ended=${heard.ended}></audio>`)}
      <div class="row controls" role="group" aria-label=${label}>
        <button class="icon-button play" type="button" aria-label=${t(this.playing ? 'playerPause' : 'playerPlay')} @click=${this.#toggle}>${this.playing ? pauseIcon : playIcon}</button>
        <button class="icon-button" type="button" aria-label=${t('playerBack')} title=${t('playerBack')} @click=${() => this.#seek(this.atMs - stepMs)}>${back10Icon}</button>
        <button class="icon-button" type="button" aria-label=${t('playerForward')} title=${t('playerForward')} @click=${() => this.#seek(this.atMs + stepMs)}>${forward10Icon}</button>
        <button class="icon-button next" type="button" aria-label=${t('playerNextWords')} title=${t('playerNextWords')} ?disabled=${this.#next() === null} @click=${() => this.#seek(this.#next() ?? this.atMs)}>${nextWordsIcon}</button>
        <span class="clock">${duration(this.atMs)} / ${duration(this.#length)}</span>
        <span class="space"></span>
        <button class="button toggle" type="button" aria-pressed=${this.skipping} ?disabled=${typeof this.waveform === 'string'} @click=${() => (this.skipping = !this.skipping)}>${t('playerSkipSilence')}</button>
        <consult-admin-select-field hide-label label=${t('playerSpeed')} .value=${this.speed} .choices=${SPEEDS.map((value) => ({ value, label: `${value}×` }))} @change=${this.#faster}></consult-admin-select-field>
      </div>
      <consult-admin-recording-waveform .rows=${this.#rows()} .items=${this.items} .durationMs=${this.#length} .atMs=${this.atMs} ?making=${this.waveform === 'making'}
        @seek=${this.#sought} @toggle=${this.#toggle}></consult-admin-recording-waveform>
      ${this.waveform === 'making' ? html`<p class="small" role="status">${t('playerMaking')}</p>` : this.waveform === 'none' ? html`<p class="small">${t('playerNoWaveform')}</p>` : nothing}
      ${recording.parts ? html`<p class="small">${t('recordingParts', { count: recording.parts.length })}</p>` : nothing}
      ${lost.length ? html`<p class="small gaps">${t('recordingGaps', { list: lost.map((gap) => `${duration(gap.fromMs)}–${duration(gap.toMs)}`).join(', ') })}</p>` : nothing}
      ${this.items.length ? html`<consult-admin-recording-timeline .items=${this.items} .atMs=${this.atMs} .playing=${this.playing} @seek=${this.#sought}></consult-admin-recording-timeline>` : nothing}
      ${this.more ? html`<p class="small">${t('happenedMore')}</p>` : nothing}
    `;
  }

  #rows(): SpeakerRow[] {
    const { answeredBy, startedBy, visitor } = this.call;
    const agent = [answeredBy, startedBy].find((one) => one?.kind === 'agent')?.name ?? t('columnAgent');
    const names = { visitor: visitor.name || t('columnVisitor'), agent, mix: t('playerEverybody') };
    const rows = typeof this.waveform === 'string' ? [] : this.waveform.rows;
    if (rows.length > 0) return rows.map(({ of, peaks }) => ({ of, name: names[of], peaks }));
    return (['visitor', 'agent'] as const).map((of) => ({ of, name: names[of], peaks: null }));
  }

  #next(): number | null {
    return typeof this.waveform === 'string' ? null : nextWords(this.waveform.silences, this.atMs, this.#length);
  }

  #sought(event: CustomEvent<{ atMs: number }>): void {
    this.#seek(event.detail.atMs);
  }

  #seek(atMs: number): void {
    this.atMs = Math.min(this.#length, Math.max(0, atMs));
    const part = Math.max(0, this.recording?.parts?.findLastIndex(({ offsetMs }) => offsetMs <= this.atMs) ?? 0);
    if (part !== this.nth) this.#enter(part, this.atMs, this.media?.paused === false);
    else if (this.media) this.media.currentTime = (this.atMs - this.#offset) / 1000;
  }

  /** Where the file in the player lies on the clock of the recording, ms. */
  get #offset(): number {
    return this.recording?.parts?.[this.nth]?.offsetMs ?? 0;
  }

  #enter(part: number, atMs: number, playing: boolean): void {
    this.#entering = { atMs, playing };
    this.atMs = atMs;
    this.nth = part;
  }

  #ended(): void {
    const next = this.recording?.parts?.[this.nth + 1];
    if (next) this.#enter(this.nth + 1, next.offsetMs, true);
  }

  override updated(): void {
    const { media } = this;
    const entering = this.#entering;
    if (!media || !entering) return;
    this.#entering = null;
    media.playbackRate = Number(this.speed);
    // Before there is anything to seek in, this is where it will begin.
    media.currentTime = (entering.atMs - this.#offset) / 1000;
    if (entering.playing) void media.play().catch(() => undefined);
  }

  #toggle(): void {
    const { media } = this;
    if (!media) return;
    media.playbackRate = Number(this.speed);
    if (media.paused) void media.play().catch(() => undefined);
    else media.pause();
  }

  #faster(event: Event): void {
    this.speed = (event.target as HTMLInputElement).value;
    if (this.media) this.media.playbackRate = Number(this.speed);
  }

  #told(): void {
    const { media, waveform } = this;
    if (!media) return;
    const atMs = this.#offset + media.currentTime * 1000;
    if (this.skipping && !media.paused && typeof waveform !== 'string' && silenceAt(waveform.silences, atMs)) {
      const words = nextWords(waveform.silences, atMs, this.#length);
      // Where nobody is heard any more it is played out.
      if (words !== null) return this.#seek(words);
    }
    this.atMs = atMs;
  }

  async #load(): Promise<void> {
    clearTimeout(this.#again);
    try {
      this.failure = '';
      this.recording = await this.api.get<Recording>(this.#address);
    } catch (error) {
      this.failure = failureText(error);
      return;
    }
    await Promise.all([this.#shape(askedAtMost), this.#story()]);
  }

  async #shape(left: number): Promise<void> {
    try {
      const waveform = await this.api.get<Waveform>(`${this.#address}/waveform`);
      this.waveform = waveform.rows?.length ? waveform : 'none';
    } catch (error) {
      if (!(error instanceof WireFailure) || error.code !== 'unavailable' || left <= 0) this.waveform = 'none';
      else if (this.isConnected) this.#again = setTimeout(() => void this.#shape(left - 1), error.retryAfterMs ?? 2000);
    }
  }

  async #story(): Promise<void> {
    try {
      ({ items: this.items, more: this.more } = await this.api.get<RecordingTimeline>(`${this.#address}/timeline`));
    } catch (error) {
      // The sound is what matters: it plays without.
      this.failure = failureText(error);
    }
  }

  #proof(): Promise<void> {
    return this.#fetch('manifest', `recording ${this.call.recording!.id} manifest.json`);
  }

  #playlist(): Promise<void> {
    return this.#fetch('playlist', `recording ${this.call.recording!.id}.m3u`);
  }

  async #fetch(what: 'manifest' | 'playlist', name: string): Promise<void> {
    try {
      this.fetching = true;
      this.failure = '';
      await download(this.api, `${this.#address}/${what}`, name);
    } catch (error) {
      this.failure = failureText(error);
    } finally {
      this.fetching = false;
    }
  }

  #stalled(): void {
    if (this.media) renewStalled(this.media);
  }

  #broken(): void {
    if (this.media && renewSource(this.media)) return;
    this.failure = t('playerFailed');
    this.recording = null;
    this.playing = false;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-recording-player': RecordingPlayer;
  }
}
