import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Site } from '../../protocol/site.ts';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import { phoneSizeIcon, screenSizeIcon } from '../forms/form-icons.ts';
import { panel } from '../styles.ts';
import { createPreviewSession, type PreviewScene, type PreviewSession } from '../preview-session.ts';
import { en } from '../texts/text-key.ts';
import { language, languageName, t, wordsOf } from '../texts/texts.ts';
import { profileOf, type SiteDraft } from './site-draft.ts';

const SIZES = { phone: { width: 360, height: 600 }, desktop: { width: 780, height: 720 } } as const;
type Moment = 'button' | 'start' | 'chat';

/**
 * The real element, as visitors will have it, in a drawn browser window: it follows the form while one types. Its code is the one
 * that this server gives to everybody, loaded when the preview is first shown.
 */
@customElement('consult-admin-site-preview')
export class SitePreview extends LitElement {
  static override styles = [
    base,
    panel,
    css`
      :host {
        display: grid;
        gap: var(--pc-3);
        min-inline-size: 0;
      }

      .tools {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--pc-2);
      }

      h2 {
        font-size: var(--pc-text-m);
      }

      .choice {
        display: inline-flex;
        padding: 2px;
        border-radius: var(--pc-radius-s);
        background: var(--pc-surface-3);
      }

      .choice button {
        display: grid;
        place-items: center;
        min-inline-size: 30px;
        min-block-size: 30px;
        padding-inline: var(--pc-2);
        border-radius: 6px;
        font-size: var(--pc-text-xs);
        font-weight: 600;
        color: var(--pc-text-2);
      }

      .choice button[aria-pressed='true'] {
        background: var(--pc-surface);
        color: var(--pc-text);
        box-shadow: 0 1px 2px rgb(20 22 40 / 16%);
      }

      .choice svg {
        inline-size: 18px;
        block-size: 18px;
      }

      .stage {
        position: relative;
        display: grid;
        justify-content: center;
        min-inline-size: 0;
      }

      /* The element asks for the width of its window in the moment in which that changes. */
      .scaled,
      .window,
      .site {
        transition-property: none;
      }

      .scaled {
        inline-size: calc(var(--width) * var(--scale) * 1px);
        block-size: calc((var(--height) + 36) * var(--scale) * 1px);
      }

      .window {
        inline-size: calc(var(--width) * 1px);
        transform: scale(var(--scale));
        transform-origin: 0 0;
        border-radius: 14px;
        overflow: hidden;
        box-shadow: var(--pc-shadow);
        color-scheme: light;
        background: #fff;
      }

      .window.dark {
        color-scheme: dark;
        background: #101114;
      }

      .chrome {
        display: flex;
        align-items: center;
        gap: 6px;
        block-size: 36px;
        padding-inline: 14px;
        background: light-dark(#eceef2, #23252c);
      }

      .chrome i {
        inline-size: 10px;
        block-size: 10px;
        border-radius: 50%;
        background: light-dark(#cfd2da, #3b3f49);
      }

      .chrome span {
        flex: 1;
        margin-inline-start: 10px;
        padding: 3px 12px;
        overflow: hidden;
        border-radius: 999px;
        background: light-dark(#fff, #17181c);
        color: light-dark(#585a66, #a9adba);
        font-size: 12px;
        line-height: 18px;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      /* The window's own page: a containing block for the element, which stands fixed on real pages. */
      .site {
        position: relative;
        block-size: calc(var(--height) * 1px);
        overflow: hidden;
        transform: translateZ(0);
      }

      .sketch {
        display: grid;
        align-content: start;
        gap: 16px;
        block-size: 100%;
        padding: 28px;
      }

      .sketch i {
        display: block;
        border-radius: 10px;
        background: light-dark(#f1f2f5, #1b1d22);
      }

      .sketch i:nth-child(1) {
        block-size: 26px;
        inline-size: 46%;
      }

      .sketch i:nth-child(2) {
        block-size: 180px;
      }

      .sketch i:nth-child(3),
      .sketch i:nth-child(4) {
        block-size: 14px;
      }

      .sketch i:nth-child(4) {
        inline-size: 70%;
      }

      .sketch i:nth-child(5) {
        block-size: 120px;
      }

      peer-consult {
        --height: 100%;
      }

      .problem {
        position: absolute;
        inset: auto 12px 12px;
      }
    `,
  ];

  @property({ attribute: false }) site!: Site;
  @property({ attribute: false }) draft!: SiteDraft;
  /** Where the element's code is; tests bring their own. */
  @property({ attribute: false }) load: () => Promise<unknown> = () => import(/* @vite-ignore */ `${location.origin}/peer-consult.js`);
  @state() private size: keyof typeof SIZES = 'phone';
  @state() private dark = false;
  @state() private moment: Moment = 'chat';
  @state() private somebody = true;
  @state() private locale: string | null = null;
  /** Sample lines are in the element's language, not in the panel's. */
  @state() private words: Awaited<ReturnType<typeof wordsOf>> = en;
  #spoken = 'en';
  @state() private status: 'loading' | 'there' | 'failed' = 'loading';
  @state() private room = 360;
  #session: PreviewSession | null = null;
  readonly #language = new StoreController(this, () => language);
  readonly #watch = new ResizeObserver(([entry]) => {
    // In a frame of its own: what it changes would be its own next news.
    const width = Math.floor(entry!.contentRect.width);
    requestAnimationFrame(() => (this.room = Math.max(240, width)));
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.#watch.observe(this);
    void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watch.disconnect();
  }

  override render() {
    void this.#language.value;
    const { width, height } = SIZES[this.size];
    const scale = Math.min(1, this.room / width);
    const locale = this.#chosen();
    const host = (this.site.origins.find((origin) => !origin.includes('*')) ?? 'https://shop.example').replace(/^https?:\/\//, '');
    return html`
      <div class="tools">
        <h2>${t('preview')}</h2>
        ${this.#choices()}
      </div>
      <div class="stage" .style=${`--width: ${width}; --height: ${height}; --scale: ${scale}`}>
        <div class="scaled">
          <div class="window ${this.dark ? 'dark' : ''}" role="group" aria-label=${t('previewOf', { name: this.draft.name })}>
            <div class="chrome" aria-hidden="true"><i></i><i></i><i></i><span>${host}</span></div>
            <div class="site">
              <div class="sketch" aria-hidden="true"><i></i><i></i><i></i><i></i><i></i></div>
              ${this.status === 'there' ? this.#element(locale) : nothing}
            </div>
          </div>
        </div>
        <div role="status">${this.status === 'failed' ? html`<p class="problem">${t('previewFailed')}</p>` : nothing}</div>
      </div>
    `;
  }

  #choices() {
    const toggle = (label: string, on: boolean, act: () => void, content: unknown) => html`<button type="button" aria-pressed=${on} aria-label=${label} title=${label} @click=${act}>${content}</button>`;
    return html`
      <div class="choice" role="group" aria-label=${t('previewSize')}>
        ${toggle(t('previewPhone'), this.size === 'phone', () => (this.size = 'phone'), phoneSizeIcon)}${toggle(t('previewDesktop'), this.size === 'desktop', () => (this.size = 'desktop'), screenSizeIcon)}
      </div>
      <div class="choice" role="group" aria-label=${t('theme')}>
        ${toggle(t('themeLight'), !this.dark, () => (this.dark = false), t('themeLight'))}${toggle(t('themeDark'), this.dark, () => (this.dark = true), t('themeDark'))}
      </div>
      <div class="choice" role="group" aria-label=${t('previewMoment')}>
        ${toggle(t('previewSomebody'), this.somebody, () => (this.somebody = true), t('previewSomebody'))}${toggle(t('previewNobody'), !this.somebody, () => (this.somebody = false), t('previewNobody'))}
      </div>
      <div class="choice" role="group" aria-label=${t('previewState')}>
        ${toggle(t('previewClosed'), this.moment === 'button', () => (this.moment = 'button'), t('previewClosed'))}${toggle(t('previewStart'), this.moment === 'start', () => (this.moment = 'start'), t('previewStart'))}${toggle(t('previewChat'), this.moment === 'chat', () => (this.moment = 'chat'), t('previewChat'))}
      </div>
      ${this.draft.settings.languages.length > 1
        ? html`<div class="choice" role="group" aria-label=${t('language')}>${this.draft.settings.languages.map((code) => toggle(languageName(code), code === this.#chosen(), () => (this.locale = code), languageName(code)))}</div>`
        : nothing}
    `;
  }

  /** The chosen one; else the reader's own, where the site speaks it. */
  #chosen(): string {
    const { languages } = this.draft!.settings;
    return [this.locale, language.value].find((code) => code !== null && languages.includes(code)) ?? languages[0]!;
  }

  #element(locale: string) {
    const { settings } = this.draft;
    const profile = profileOf(this.site, this.draft, this.somebody);
    if (this.#spoken !== locale) this.#speak(locale);
    const { previewAsk, previewAnswer } = this.words;
    const scene: PreviewScene = { site: profile, online: settings.presenceShown ? this.somebody : null, begun: this.moment === 'chat', lines: this.somebody ? [previewAsk, previewAnswer] : [previewAsk] };
    if (this.#session) this.#session.show(scene);
    else this.#session = createPreviewSession(scene);
    // With `auto` the window stands for the visitor's system.
    const theme = profile.look.theme === 'auto' ? (this.dark ? 'dark' : 'light') : profile.look.theme;
    return html`<peer-consult .preview=${this.#session} .locale=${locale} .theme=${theme} .opened=${this.moment !== 'button'} @peer-consult:open=${this.#opened} @peer-consult:close=${() => (this.moment = 'button')}></peer-consult>`;
  }

  #speak(locale: string): void {
    this.#spoken = locale;
    void wordsOf(locale).then((words) => locale === this.#spoken && (this.words = words));
  }

  /** By the button in the preview itself. */
  #opened(): void {
    if (this.moment === 'button') this.moment = 'start';
  }

  async #load(): Promise<void> {
    this.status = 'loading';
    try {
      await this.load();
      this.status = 'there';
    } catch {
      this.status = 'failed';
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-site-preview': SitePreview;
  }
}
