import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { roleMay } from '../../protocol/permissions.ts';
import type { Call } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import { phoneIcon } from '../../widget/styles/icons.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Api } from '../api.ts';
import { doneIcon, mailIcon } from '../icons.ts';
import { panel } from '../styles.ts';
import { failureText, fullTime, language, t } from '../texts/texts.ts';
import { toast } from '../toast.ts';
import { contactLink } from './contact-link.ts';

/**
 * What was left after one call: the wish, whether somebody has seen to it, who and when; and the button to say so.
 *
 * @fires done `detail`: the call as it is now
 */
@customElement('consult-admin-follow-up-line')
export class FollowUpLine extends LitElement {
  static override styles = [
    base,
    panel,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--pc-1) var(--pc-4);
        padding: var(--pc-2) var(--pc-3);
        border-radius: var(--pc-radius-s);
        background: var(--pc-surface-2);
        font-size: var(--pc-text-s);
      }

      .what {
        flex: 1 1 16em;
        display: grid;
        gap: 2px;
        min-inline-size: 0;
      }

      .what span,
      .state {
        display: inline-flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px;
      }

      p {
        white-space: pre-line;
        overflow-wrap: anywhere;
      }

      svg {
        inline-size: 16px;
        block-size: 16px;
      }

      .state {
        color: var(--pc-text-2);
      }

      .state svg {
        color: var(--pc-good);
      }

      .button {
        min-block-size: 36px;
        padding-inline: var(--pc-3);
        font-size: var(--pc-text-s);
      }

      @media (pointer: coarse) {
        .button {
          min-block-size: var(--pc-target);
        }
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) call!: Call;
  @state() private busy = false;
  readonly #language = new StoreController(this, () => language);
  readonly #account = new StoreController(this, () => this.api?.account);

  override render() {
    void this.#language.value;
    const { followUp, visitor } = this.call;
    if (!followUp) return nothing;
    const link = contactLink(followUp);
    const { doneAt, doneBy } = followUp;
    const account = this.#account.value;
    const may = account?.status === 'signed-in' && roleMay(account.agent.role, 'conversations:write');
    return html`
      <div class="what">
        <span>${link?.startsWith('mailto:') ? mailIcon : phoneIcon}${t(followUp.kind === 'callback' ? 'followUpCallBack' : 'followUpMessage')}${link ? html`: <a href=${link}>${followUp.contact}</a>` : followUp.contact ? `: ${followUp.contact}` : nothing}</span>
        ${followUp.text ? html`<p>${followUp.text}</p>` : nothing}
      </div>
      ${doneAt === null ? nothing : html`<span class="state">${doneIcon}${doneBy ? t('followUpWasDoneBy', { time: fullTime(doneAt), name: doneBy.name }) : t('followUpWasDone', { time: fullTime(doneAt) })}</span>`}
      ${may
        ? doneAt === null
          ? html`<button class="button" type="button" ?disabled=${this.busy} aria-label=${t('followUpDoneNamed', { name: visitor.name })} @click=${() => this.#say(true)}>${t('followUpDone')}</button>`
          : html`<button class="button quiet" type="button" ?disabled=${this.busy} @click=${() => this.#say(false)}>${t('followUpReopen')}</button>`
        : nothing}
    `;
  }

  async #say(followedUp: boolean): Promise<void> {
    this.busy = true;
    try {
      const call = await this.api.send<Call>('PATCH', `/v1/calls/${encodeURIComponent(this.call.id)}`, { followedUp });
      this.dispatchEvent(new CustomEvent('done', { detail: call }));
      this.busy = false;
      await this.updateComplete;
      // The button's words change with the state: the focus stays on it.
      this.renderRoot.querySelector('button')?.focus();
    } catch (error) {
      toast(failureText(error), { bad: true });
    } finally {
      this.busy = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-follow-up-line': FollowUpLine;
  }
}
