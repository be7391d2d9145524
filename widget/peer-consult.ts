import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { announce, inCall, lastWordsMs } from './announce.ts';
import { element } from './define.ts';
import { isReturning } from './engine/returning.ts';
import type { SessionState } from './engine/session-state.ts';
import { tell } from './events.ts';
import { launcher, launcherStyles, shownUnread } from './launcher.ts';
import type { Panel, VisitorSession } from './panel.ts';
import { placement } from './peer-consult.styles.ts';
import { launcher as words } from '../languages/split/launcher.ts';
import { tokens } from './styles/tokens.ts';
import { wearLook } from './styles/wear-look.ts';
import { languageOf, type Language } from './texts/language.ts';
import type { Texts } from './texts/texts.ts';
import { createViewportFit } from './viewport-fit.ts';
import { whenIdle } from './when-idle.ts';

type PanelModule = typeof import('./panel.ts');

/** From this width of the window on (CSS px) the panel floats; below, it fills the window. */
const NARROW = '(max-width: 480px)';

/** The server is where this module came from. */
const origin = new URL(import.meta.url);
const home = origin.origin + origin.pathname.replace(/\/[^/]*$/, '');

/**
 * `<peer-consult>`: a launcher in the corner of a page, and the chat behind it.
 *
 * Nothing is asked of the server and nothing is stored before the visitor opens the chat. Only where an earlier visit has
 * left a conversation, the element connects by itself when the page is idle, so that unread messages show.
 *
 * @fires peer-consult:ready The element's methods may be called.
 * @fires peer-consult:open
 * @fires peer-consult:close
 * @fires peer-consult:message `detail: { message }`
 * @fires peer-consult:unread `detail: { count }`
 * @fires peer-consult:call `detail: { phase, mode, callId, endReason }`
 * @fires peer-consult:error `detail: { code, message }`
 * @csspart launcher @csspart badge @csspart panel @csspart header @csspart close @csspart call-button @csspart list
 * @csspart messages @csspart bubble @csspart composer @csspart send
 */
@element('peer-consult')
export class PeerConsult extends LitElement {
  static override styles = [tokens, placement, launcherStyles];

  /** The site's publishable key, `pk_…`. */
  @property({ attribute: 'site-key' }) siteKey = '';
  /** The server's address; where this module came from unless it is set. */
  @property() server = '';
  /** A BCP 47 tag; the page's language or the browser's, as far as the site has it, unless it is set. */
  @property() locale = '';
  /** `auto`: as the visitor's system. The site's setting unless it is set; so are the three below. */
  @property({ reflect: true }) theme: 'auto' | 'light' | 'dark' | undefined;
  /** The corner: `end` (where lines end), `start`, `right`, `left`. */
  @property({ reflect: true }) position: 'end' | 'start' | 'right' | 'left' | undefined;
  /** `#rrggbb`. The custom property `--peer-consult-accent` takes any colour, and wins. */
  @property() accent = '';
  /** Words beside the launcher's sign. */
  @property({ attribute: 'launcher-text' }) launcherText = '';
  /** Whether the chat is open. The attribute is `open`; as a property that name belongs to the method, and may be assigned to. */
  @property({ type: Boolean, reflect: true, attribute: 'open' }) opened = false;
  /** What the site's own server signed to say who the visitor is. Whoever signs out calls `reset()`. */
  @property() identity = '';
  @property({ type: Boolean, reflect: true, attribute: 'hide-launcher' }) hideLauncher = false;
  /** A session to show instead of a visitor's own: the owner's panel previews a site so, and no server is asked for anything. */
  @property({ attribute: false }) preview: VisitorSession | null = null;

  @state() private module: PanelModule | undefined;
  @state() private texts: Texts | undefined;
  private textsLanguage: Language | undefined;
  private context: Record<string, unknown> | undefined;
  @state() private narrow = false;
  @state() private snapshot: SessionState | undefined;
  private session: VisitorSession | undefined;
  private unfollow: (() => void) | undefined;
  private loading: Promise<VisitorSession | null> | undefined;
  /** What the session was made of; another one is needed when it changes. */
  private madeOf = '';
  private returnTo: HTMLElement | null = null;
  private lastWords: ReturnType<typeof setTimeout> | undefined;
  private narrowQuery: MediaQueryList | undefined;
  private wasReady = false;
  private readonly viewport = createViewportFit(this);
  /** Whether the focus was in the panel when it closed. */
  private hadFocus = false;

  constructor() {
    super();
    // `element.open = true` before the module was there: it must not hide the method.
    const early = Object.getOwnPropertyDescriptor(this, 'open');
    if (!early) return;
    delete (this as { open?: unknown }).open;
    this.opened = Boolean(early.value);
  }

  /** Opens the chat. */
  get open(): () => void {
    return this.show;
  }

  /** Frameworks assign properties: `open` takes a boolean, too. */
  set open(value: unknown) {
    this.opened = Boolean(value);
  }

  /** Closes the chat. A call goes on. */
  close(): void {
    this.opened = false;
  }

  /** Opens the closed chat, closes the open one. */
  toggle(): void {
    if (this.opened) this.close();
    else this.show();
  }

  /** Writes a message in the visitor's name. It appears in the chat and is sent as soon as that is possible. */
  async send(text: string): Promise<void> {
    const trimmed = text.trim();
    const session = trimmed ? await this.ready() : null;
    if (session && this.module) session.send(trimmed, this.module.shownConversation(session.state.value));
  }

  /** Opens the chat and begins a call, after the question about its recording. `ask`: whatever there is to ask, the visitor begins it by a button. */
  async startCall({ video = false, ask = false }: { video?: boolean; ask?: boolean } = {}): Promise<void> {
    (await this.showPanel())?.call(video ? 'video' : 'audio', ask);
  }

  /** Opens the chat; resolves with it, or with null when it cannot be. For chunks of our own. */
  async showPanel(): Promise<Panel | null> {
    this.show();
    await this.ready();
    await this.updateComplete;
    return this.panel;
  }

  /** Ends or cancels the call. */
  async endCall(): Promise<void> {
    this.session?.endCall();
  }

  /** Says who the visitor is, by what the site's own server signed. It is shown when the chat connects; what is wrong with it comes as an error event. */
  identify(token: string): void {
    this.identity = token;
  }

  /** Forgets the visitor, e.g. when somebody signs out of the page. A running call ends. */
  async reset(): Promise<void> {
    const { session } = this;
    this.letGo();
    this.identity = '';
    this.context = undefined;
    if (session) await session.forget();
    else if (isReturning(this.site)) await (await this.load()).createVisitorSession({ ...this.site, locale: () => this.language }).forget();
    if (this.opened) void this.ready();
  }

  /** Tells the team about the visitor's page, e.g. what is in the cart: texts, numbers, yes and no. It goes out when the chat connects. */
  setContext(context: Record<string, unknown>): void {
    this.context = context;
    this.session?.setContext(context);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.narrowQuery = matchMedia(NARROW);
    this.narrow = this.narrowQuery.matches;
    this.narrowQuery.addEventListener('change', this.onNarrow);
    if (this.wasReady && this.opened) void this.ready();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.narrowQuery?.removeEventListener('change', this.onNarrow);
    this.viewport.set(false);
    // A move in the page takes it out and puts it back within one task.
    setTimeout(() => this.isConnected || this.letGo());
  }

  protected override firstUpdated(): void {
    this.wasReady = true;
    if (this.siteKey && location.hash.startsWith('#peer-consult=')) void this.load().then(({ arrive }) => arrive(this, this.site, this.language));
    else if (this.siteKey && isReturning(this.site)) whenIdle(() => this.isConnected && void this.ready());
    tell(this, 'ready', {});
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (this.preview) {
      // In a drawn window: what counts is its width.
      this.narrow = (this.parentElement?.clientWidth ?? 0) <= 480;
      if (this.session !== this.preview) this.letGo();
      void this.ready();
    }
    if (changed.has('siteKey') || changed.has('server')) {
      if (this.session && this.madeOf !== this.siteName) {
        this.letGo();
        if (this.opened) void this.ready();
      }
    }
    if (changed.has('identity') && this.identity) this.prove(this.identity);
    if (changed.has('opened') && !this.opened) this.hadFocus = this.shadowRoot?.activeElement != null;
    if (this.module && this.language !== this.textsLanguage) void this.loadWords(this.module);
    wearLook(this, this.snapshot?.site?.look, this.accent);
    if (changed.has('opened') && this.opened && !this.session) void this.ready();
  }

  protected override updated(changed: PropertyValues<this>): void {
    const full = this.opened && this.narrow && this.panelThere;
    this.toggleAttribute('full', full);
    this.viewport.set(full && !this.preview);
    if (!changed.has('opened') || (changed.get('opened') === undefined && !this.opened)) return;
    tell(this, this.opened ? 'open' : 'close', {});
    if (!this.opened) this.giveFocusBack();
  }

  protected override render(): TemplateResult {
    const { panelThere, snapshot } = this;
    return html`
      ${panelThere
        ? html`<peer-consult-panel exportparts="panel, header, close, call-button, list, messages, bubble, composer, send"
            ?hidden=${!this.opened} ?full=${this.narrow} .active=${this.opened} .session=${this.session} .texts=${this.texts} .language=${this.language}
            @leave=${this.close}></peer-consult-panel>
            ${this.hideLauncher ? nothing : html`<peer-consult-news .state=${snapshot} .texts=${this.texts} .closed=${!this.opened} @wanted=${this.show}></peer-consult-news>`}`
        : nothing}
      ${(this.opened && panelThere) || this.hideLauncher
        ? nothing
        : launcher(
            { label: this.label, text: this.launcherText || (this.snapshot?.site?.look.launcherText ?? ''), unread: snapshot?.unread ?? 0, inCall: inCall(snapshot), loading: this.opened && !panelThere },
            { click: this.show, near: this.onNear },
          )}
    `;
  }

  private get label(): string {
    const { open, returnToCall, unread: unreadWords } = words[this.language];
    const unread = this.snapshot?.unread ?? 0;
    const act = inCall(this.snapshot) ? returnToCall : open;
    // Begins with what is seen on it (WCAG 2.5.3).
    return unread > 0 ? `${unreadWords(shownUnread(unread))} · ${act}` : act;
  }

  private get language(): Language {
    return languageOf(this.locale, this.snapshot?.site?.languages);
  }

  private prove(proof: string): void {
    const { session } = this;
    if (!session) return;
    if (!session.isSomebodyElse(proof)) return session.identify(proof);
    // Another customer: nothing of the last one may be seen.
    this.letGo();
    void session.forget().then(() => void (this.isConnected && this.ready()));
  }

  private get site(): { server: string; siteKey: string } {
    return { server: this.server ? new URL(this.server, document.baseURI).href.replace(/\/+$/, '') : home, siteKey: this.siteKey };
  }

  private get siteName(): string {
    const { server, siteKey } = this.site;
    return `${server} ${siteKey}`;
  }

  private get panelThere(): boolean {
    return this.module !== undefined && this.texts !== undefined && this.session !== undefined;
  }

  private get panel(): Panel | null {
    return this.renderRoot.querySelector('peer-consult-panel');
  }

  private show = (): void => {
    if (this.opened) return;
    this.opened = true;
    void this.takeFocus();
  };

  private async takeFocus(): Promise<void> {
    const { activeElement } = document;
    this.returnTo = activeElement instanceof HTMLElement && activeElement !== document.body ? activeElement : null;
    if (!(await this.ready())) return;
    await this.updateComplete;
    if (this.opened) await this.panel?.focus();
  }

  private giveFocusBack(): void {
    const button = this.renderRoot.querySelector<HTMLElement>('.launcher');
    const target = this.returnTo && this.returnTo !== this && this.returnTo.isConnected ? this.returnTo : button;
    this.returnTo = null;
    // Who was somewhere else on the page stays there.
    if (this.hadFocus) target?.focus({ preventScroll: true });
  }

  /** The pointer comes near: the chunk may as well set out. The server is not asked anything. */
  private onNear = (): void => {
    this.load().then(
      (module) => void this.loadWords(module),
      () => undefined,
    );
  };

  private onNarrow = ({ matches }: MediaQueryListEvent): void => void (this.narrow = matches);

  private load = (): Promise<PanelModule> => import('./panel.ts');

  private async loadWords(module: PanelModule): Promise<void> {
    const { language } = this;
    this.textsLanguage = language;
    const texts = await module.loadTexts(language);
    if (language === this.language) this.texts = texts;
  }

  /** The session, made and connected on the first call; null (and an error event) when that cannot be. */
  private ready(): Promise<VisitorSession | null> {
    if (this.session) return Promise.resolve(this.session);
    return (this.loading ??= this.begin().finally(() => (this.loading = undefined)));
  }

  private async begin(): Promise<VisitorSession | null> {
    if (!this.siteKey && !this.preview) return this.fail('no_site_key', '<peer-consult> needs the attribute site-key.');
    let module: PanelModule;
    try {
      module = await this.load();
      await this.loadWords(module);
    } catch {
      return this.fail('load_failed', 'The chat could not be loaded.');
    }
    if (!this.isConnected) return null;
    const session = this.preview ?? module.createVisitorSession({
      ...this.site,
      locale: () => this.language,
      proof: this.identity,
      context: this.context,
      refused: ({ code, message }) => tell(this, 'error', { code, message }),
    });
    this.madeOf = this.siteName;
    this.module = module;
    this.session = session;
    this.follow(session);
    session.connect();
    return session;
  }

  private fail(code: string, message: string): null {
    this.opened = false;
    tell(this, 'error', { code, message });
    return null;
  }

  private follow(session: VisitorSession): void {
    const { state } = session;
    let before = state.value;
    this.snapshot = before;
    const offState = state.subscribe((now) => {
      const last = before;
      before = now;
      this.snapshot = now;
      this.react(last, now);
    });
    const offMessage = session.onMessage((message) => tell(this, 'message', { message }));
    this.unfollow = () => {
      offState();
      offMessage();
    };
  }

  private react(last: SessionState, now: SessionState): void {
    announce(this, last, now);
    // Without the focus: whoever is typing on the page goes on typing there.
    if (now.ringing.length > last.ringing.length) this.opened = true;
    const { call } = now;
    if (call?.phase === last.call?.phase) return;
    // A call goes on without this page: the way back must not be behind the launcher.
    if (call?.phase === 'away') this.opened = true;
    clearTimeout(this.lastWords);
    const shown = call?.phase === 'ended' ? lastWordsMs(call) : null;
    if (shown !== null) this.lastWords = setTimeout(() => this.session?.dismissCall(), shown);
  }

  private letGo(): void {
    clearTimeout(this.lastWords);
    this.unfollow?.();
    this.unfollow = undefined;
    this.session?.dispose();
    this.session = undefined;
    this.snapshot = undefined;
    this.madeOf = '';
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult': PeerConsult;
  }
}
