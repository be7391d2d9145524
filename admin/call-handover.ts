import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { base } from '../widget/styles/base.ts';
import { StoreController } from '../widget/engine/store-controller.ts';
import type { CallView } from '../widget/engine/call/call-engine.ts';
import type { Session } from '../widget/engine/session-state.ts';
import { colleagueChoices } from './colleague-choices.ts';
import './choice-list.ts';
import './forms/form-dialog.ts';
import type { FormDialog } from './forms/form-dialog.ts';
import { pageStyles } from './forms/form.styles.ts';
import { transferIcon } from './icons.ts';
import { chooserStyles } from './pages/team-chooser.styles.ts';
import { panel } from './styles.ts';
import { language, problemText, t } from './texts/texts.ts';
import { toast } from './toast.ts';

/** Hands a running call over to a colleague: the button, the choice, and that it rings there. The call goes on meanwhile. */
@customElement('consult-admin-call-handover')
export class CallHandover extends LitElement {
  static override styles = [
    base,
    panel,
    pageStyles,
    chooserStyles,
    css`
      :host {
        display: block;
      }

      .bar {
        display: flex;
        flex-wrap: wrap;
        gap: var(--pc-2);
        align-items: center;
        justify-content: space-between;
        padding-block-start: var(--pc-2);
        font-size: var(--pc-text-s);
      }

      .bar p {
        flex: 1 1 12ch;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) call: CallView | null = null;
  @state() private choosing = false;
  @state() private chosen: string | null = null;
  @state() private failure = '';
  @state() private busy = false;
  /** Who is being rung, in which call. */
  @state() private rung: { callId: string; agentId: string } | null = null;
  @query('consult-admin-form-dialog') private dialog!: FormDialog | null;
  readonly #language = new StoreController(this, () => language);
  readonly #state = new StoreController(this, () => this.session?.state);
  #leave: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#leave = this.session.wire.on('call.transfer', ({ callId, agentId, outcome }) => {
      if (callId !== this.rung?.callId || agentId !== this.rung.agentId) return;
      this.rung = null;
      if (outcome !== 'withdrawn') toast(t(outcome === 'declined' ? 'handoverDeclined' : outcome === 'gone' ? 'handoverGone' : 'handoverUnanswered', { name: this.#nameOf(agentId) }));
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#leave?.();
  }

  override render() {
    void this.#language.value;
    const { call } = this;
    const talking = call?.phase === 'connected' || call?.phase === 'reconnecting';
    if (!talking || !call.call) return nothing;
    const rings = this.rung?.callId === call.call.id ? this.rung : null;
    return html`
      <div class="bar">
        ${rings
          ? html`<p role="status">${t('handoverRings', { name: this.#nameOf(rings.agentId) })}</p>
              <button class="button quiet" type="button" data-action="take-back" @click=${this.#takeBack}>${t('handoverTakeBack')}</button>`
          : html`<span></span><button class="button quiet" type="button" data-action="hand-over" @click=${this.#choose}>${transferIcon} ${t('handover')}</button>`}
      </div>
      ${this.choosing ? this.#dialog() : nothing}
    `;
  }

  #dialog() {
    const choices = colleagueChoices(this.#state.value!, new Set(this.chosen ? [this.chosen] : [])).filter(({ id }) => this.#isThere(id));
    return html`
      <consult-admin-form-dialog .heading=${t('handoverTitle')} @closed=${() => (this.choosing = false)}>
        <form class="stack" @submit=${this.#submit} novalidate>
          <p class="lead">${t('handoverText')}</p>
          <div class="chooser"><consult-admin-choice-list data-first multiple .label=${t('transferTo')} .none=${choices.length ? '' : t('handoverNobody')} .choices=${choices}
            @choose=${(event: CustomEvent<{ id: string }>) => this.#pick(event.detail.id)}></consult-admin-choice-list></div>
          <div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>
          <div class="row end">
            <button class="button quiet" type="button" @click=${() => this.dialog?.close()}>${t('cancel')}</button>
            <button class="button primary" type="submit" ?disabled=${this.busy}>${t('handoverNow')}</button>
          </div>
        </form>
      </consult-admin-form-dialog>
    `;
  }

  #isThere(agentId: string): boolean {
    const status = this.#state.value!.team.get(agentId)?.status;
    return status === 'online' || status === 'busy';
  }

  #nameOf(agentId: string): string {
    return this.session.state.value.team.get(agentId)?.name ?? '';
  }

  readonly #choose = (): void => {
    [this.chosen, this.failure, this.choosing] = [null, '', true];
  };

  /** One at a time: the next choice takes the place of the last. */
  #pick(id: string): void {
    this.chosen = this.chosen === id ? null : id;
    this.failure = '';
  }

  readonly #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const callId = this.call?.call?.id;
    const { chosen } = this;
    if (!chosen || !callId) {
      this.failure = t('transferNobody');
      return;
    }
    this.busy = true;
    try {
      // Before the reply: a word on what became of it may be there first.
      this.rung = { callId, agentId: chosen };
      await this.session.wire.request('call.transfer', { callId, agentId: chosen });
      this.dialog?.close();
    } catch (failure) {
      this.rung = null;
      this.failure = problemText((failure as { code?: string }).code ?? 'internal');
    }
    this.busy = false;
  };

  readonly #takeBack = (): void => {
    const { rung } = this;
    this.rung = null;
    if (rung) this.session.wire.request('call.transfer', { callId: rung.callId, agentId: null }).catch(() => undefined);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-call-handover': CallHandover;
  }
}
