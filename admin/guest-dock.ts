import { LitElement, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import '../widget/call/call-devices.ts';
import { devicesIcon, listenIcon } from '../widget/call/call-icons.ts';
import { initials } from '../widget/call/call-words.ts';
import { callControl } from '../widget/call/control.styles.ts';
import type { GuestCall, GuestCallView, PersonShown } from '../widget/engine/call/guest-call.ts';
import { StoreController } from '../widget/engine/store-controller.ts';
import { base } from '../widget/styles/base.ts';
import { closeIcon, hangUpIcon, micIcon, micOffIcon } from '../widget/styles/icons.ts';
import { callTexts, callTextsHere } from '../widget/texts/call-texts.ts';
import { guestDockStyles } from './guest-dock.styles.ts';
import { language, t } from './texts/texts.ts';

/**
 * A colleague's call in which somebody listens or has joined: who is there, whether one is heard oneself, and the way out.
 *
 * @fires closed - Take it off the screen; it is over.
 */
@customElement('consult-admin-guest-dock')
export class GuestDock extends LitElement {
  static override styles = [base, callControl, guestDockStyles];

  @property({ attribute: false }) call!: GuestCall;
  @state() private choosing = false;
  readonly #view = new StoreController(this, () => this.call?.view);
  readonly #language = new StoreController(this, () => language);
  protected readonly words = new StoreController(this, () => callTextsHere);

  override updated(): void {
    for (const video of this.renderRoot.querySelectorAll('video')) {
      const person = this.#view.value?.people.find(({ key }) => key === video.dataset.person)?.linked;
      const stream = person?.[video.dataset.what === 'screen' ? 'screen' : 'stream'] ?? null;
      if (video.srcObject === stream) continue;
      video.srcObject = stream;
      // Muted: the sound is played by the engine. A rejection only says that the source was changed again meanwhile.
      video.play().catch(() => undefined);
    }
  }

  override render() {
    const view = this.#view.value!;
    const locale = this.#language.value ?? 'en';
    const names = { visitor: view.call?.visitor.name || t('guestRoleVisitor'), agent: view.call?.agent?.name ?? '' };
    const over = view.phase === 'ended';
    const recorded = !over && view.call?.recording?.on === true;
    return html`
      <section class="stage" aria-labelledby="title" data-phase=${view.phase}>
        <header>
          <h2 id="title">${view.call ? t('guestStage', names) : t('guestJoining')}</h2>
          ${recorded ? html`<span class="rec" role="status"><span class="hush">${callTexts(locale).recordingOn}</span><span aria-hidden="true">${callTexts(locale).recording}</span></span>` : nothing}
        </header>
        <div class="middle">
          <p class="status" role="status">${statusOf(view)}</p>
          ${recorded && view.talks ? html`<p class="hint">${t('guestRecorded')}</p>` : nothing}
          ${over ? nothing : html`
            <div class="pictures">${view.people.map((person) => this.#pictures(person))}</div>
            <ul aria-label=${t('guestPeople')}>${repeat(view.people, ({ key }) => key, (person) => this.#person(person))}</ul>`}
        </div>
        ${view.trouble
          ? html`<div class="trouble" role="alert" data-trouble=${view.trouble}>
              ${callTexts(locale).trouble[view.trouble]}
              ${view.trouble === 'playback_blocked' ? html`<button class="button primary" type="button" data-action="allow-playback" @click=${() => void this.call.allowPlayback()}>${callTexts(locale).hear}</button>` : nothing}
            </div>`
          : html`<div></div>`}
        <footer>${over ? this.#button('dismiss', closeIcon, t('close'), () => this.dispatchEvent(new CustomEvent('closed'))) : this.#controls(view, locale)}</footer>
        ${this.choosing && !over
          ? html`<peer-consult-call-devices class="sheet" .engine=${this.call} .local=${view.local} .locale=${locale} @pc-close=${this.#chosen}></peer-consult-call-devices>`
          : nothing}
      </section>
    `;
  }

  #controls(view: GuestCallView, locale: string) {
    const waits = view.phase === 'joining' || view.changing;
    return html`
      ${view.talks
        ? html`
            <button class="control" type="button" data-action="microphone" aria-pressed=${view.microphoneOn} @click=${() => this.call.setMicrophone(!view.microphoneOn)}><span>${view.microphoneOn ? micIcon : micOffIcon}</span>${callTexts(locale).microphone}</button>
            ${this.#button('only-listen', listenIcon, t('guestOnlyListen'), () => void this.call.setTalks(false), waits)}`
        : this.#button('join-in', micIcon, t('guestJoin'), () => void this.call.setTalks(true), waits)}
      ${this.#button('devices', devicesIcon, t('guestDevices'), () => void this.#choose())}
      <button class="control end" type="button" data-action="leave" @click=${() => this.call.leave()}><span>${hangUpIcon}</span>${t('guestLeave')}</button>
    `;
  }

  async #choose(): Promise<void> {
    this.choosing = true;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('.sheet')?.focus();
  }

  readonly #chosen = (): void => {
    this.choosing = false;
    this.renderRoot.querySelector<HTMLElement>('[data-action=devices]')?.focus();
  };

  #button(action: string, icon: unknown, words: string, act: () => void, disabled = false) {
    return html`<button class="control" type="button" data-action=${action} ?disabled=${disabled} @click=${act}><span>${icon}</span>${words}</button>`;
  }

  #pictures({ key, member, linked }: PersonShown) {
    const name = nameOf(member);
    const picture = (what: 'video' | 'screen', label: string) => (linked?.up === true && linked.media?.[what] === true && !linked.media.held
      ? html`<figure><video data-person=${key} data-what=${what} aria-label=${label} .muted=${true} autoplay playsinline></video><figcaption aria-hidden="true">${name}</figcaption></figure>`
      : nothing);
    return [picture('screen', t('guestScreen', { name })), picture('video', t('guestPicture', { name }))];
  }

  #person({ member, linked }: PersonShown) {
    const role = member.kind === 'visitor' ? t('guestRoleVisitor') : !member.guest ? t('guestRoleAgent') : t(member.talks ? 'guestRoleTalks' : 'guestRoleListens');
    const silent = member.talks && linked?.media?.audio === false;
    const state = !member.connectionId ? t('guestAway') : !linked?.up ? t('guestConnecting') : linked.media?.held ? t('guestHeld') : silent ? t('guestMuted') : '';
    return html`
      <li data-up=${linked?.up ?? false}>
        <span class="avatar" aria-hidden="true">${initials(nameOf(member))}</span>
        <p class="who">${nameOf(member)}<span>${state ? `${role} · ${state}` : role}</span></p>
        ${member.guest && !member.talks ? listenIcon : silent ? micOffIcon : nothing}
      </li>
    `;
  }
}

function nameOf({ name, kind }: PersonShown['member']): string {
  return name || (kind === 'visitor' ? t('guestRoleVisitor') : '');
}

function statusOf({ phase, talks, ended }: GuestCallView): string {
  switch (phase) {
    case 'joining':
      return t('guestJoining');
    case 'joined':
      return t(talks ? 'guestTalks' : 'guestListens');
    case 'reconnecting':
      return t('guestReconnecting');
    case 'ended':
      return ended === 'elsewhere' ? t('guestElsewhere') : ended === 'full' ? t('guestFull') : ended === 'refused' ? t('guestRefused') : t('guestOver');
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-guest-dock': GuestDock;
  }
}
