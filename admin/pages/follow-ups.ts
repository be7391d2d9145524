import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Call, FollowUp, Visitor } from '../../protocol/shapes.ts';
import { base } from '../../widget/styles/base.ts';
import { chatIcon, phoneIcon } from '../../widget/styles/icons.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Session } from '../../widget/engine/session-state.ts';
import type { Api } from '../api.ts';
import { avatar } from '../avatar.ts';
import { mailIcon, tickIcon } from '../icons.ts';
import { formatRoute } from '../router.ts';
import { panel } from '../styles.ts';
import { ago, failureText, fullTime, language, t } from '../texts/texts.ts';
import { TickController } from '../tick-controller.ts';
import { toast } from '../toast.ts';
import { contactLink } from './contact-link.ts';
import { queueStyles } from './queue.styles.ts';

/** What callers left whom nobody answered, each with the ways to see to it, until somebody says that it is done. */
@customElement('consult-admin-follow-ups')
export class FollowUps extends LitElement {
  static override styles = [
    base,
    panel,
    queueStyles,
    css`
      :host {
        overflow: visible;
      }

      .row {
        grid-template-columns: auto minmax(0, 1fr) auto;
        align-items: start;
      }

      .words {
        margin-block-start: 2px;
        font-size: var(--pc-text-s);
        white-space: pre-line;
        overflow-wrap: anywhere;
      }

      .does {
        flex-wrap: wrap;
        justify-content: flex-end;
        align-items: center;
      }

      .does svg {
        inline-size: 18px;
        block-size: 18px;
      }

      .does .contact {
        max-inline-size: 100%;
        overflow-wrap: anywhere;
      }

      .name > a {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        color: inherit;
        text-decoration: none;
      }

      .name > a:hover {
        text-decoration: underline;
      }

      @media (max-width: 900px) {
        .row {
          grid-template-columns: auto minmax(0, 1fr);
        }

        .does {
          grid-column: 1 / -1;
          justify-content: stretch;
        }

        .does .button {
          flex: 1 1 auto;
        }
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) calls: readonly Call[] = [];
  /** What is known of their visitors. */
  @property({ attribute: false }) visitors: ReadonlyMap<string, Visitor> = new Map();
  /** Whether the agent agrees to a recording of a call from here. */
  @property({ attribute: false }) consent = true;
  @state() private busy: ReadonlySet<string> = new Set();
  readonly #language = new StoreController(this, () => language);
  readonly #state = new StoreController(this, () => this.session?.state);
  readonly #tick = new TickController(this, 30_000);

  override render() {
    void this.#language.value;
    const { calls } = this;
    return html`
      <section aria-labelledby="title">
        <div class="title"><h2 id="title" tabindex="-1">${t('followUps')}<span>${calls.length}</span></h2></div>
        <ul class="card rows">${repeat(calls.filter(({ followUp }) => followUp), ({ id }) => id, (call) => html`<li class="row">${this.#row(call, call.followUp!)}</li>`)}</ul>
      </section>
    `;
  }

  #row(call: Call, followUp: FollowUp) {
    const { visitor, conversationId } = call;
    const online = this.#state.value!.visitors.get(visitor.id)?.online ?? this.visitors.get(visitor.id)?.online ?? false;
    const link = contactLink(followUp);
    const mail = link?.startsWith('mailto:') ?? false;
    return html`
      ${avatar(visitor.id, visitor.name)}
      <div class="who">
        <span class="name"><a href=${formatRoute('inbox', conversationId)}>${visitor.name}</a>${online ? html`<span class="dot online" role="img" aria-label=${t('visitorOnline')} title=${t('visitorOnline')}></span>` : nothing}</span>
        <span class="about"><span>${t(followUp.kind === 'callback' ? 'followUpCallBack' : 'followUpMessage')} · <time datetime=${followUp.at} title=${fullTime(followUp.at)}>${ago(followUp.at, this.#tick.now)}</time></span></span>
        ${followUp.text ? html`<p class="words">${followUp.text}</p>` : nothing}
        ${followUp.contact && !link ? html`<p class="words">${followUp.contact}</p>` : nothing}
      </div>
      <div class="does">
        ${link ? html`<a class="button contact" href=${link} aria-label=${t(mail ? 'writeTo' : 'callNumber', { contact: followUp.contact })}>${mail ? mailIcon : phoneIcon}${followUp.contact}</a>` : nothing}
        ${online ? html`<button class="button good" type="button" aria-label=${t('callNamedHere', { name: visitor.name })} @click=${() => this.#call(call)}>${phoneIcon}${t('callHere')}</button>` : nothing}
        <a class="button" href=${formatRoute('inbox', conversationId)} aria-label=${t('openConversationOf', { name: visitor.name })}>${chatIcon}${t('followUpWrite')}</a>
        <button class="button" type="button" ?disabled=${this.busy.has(call.id)} aria-label=${t('followUpDoneNamed', { name: visitor.name })} @click=${() => this.#done(call)}>${tickIcon}${t('followUpDone')}</button>
      </div>
    `;
  }

  #call({ mode, conversationId }: Call): void {
    this.session.startCall({ mode, conversationId, consent: this.consent });
  }

  async #done({ id }: Call): Promise<void> {
    this.busy = new Set(this.busy).add(id);
    try {
      const call = await this.api.send<Call>('PATCH', `/v1/calls/${encodeURIComponent(id)}`, { followedUp: true });
      this.dispatchEvent(new CustomEvent('done', { detail: call }));
      // The row goes, and with it the button that has the focus.
      this.renderRoot.querySelector<HTMLElement>('#title')?.focus();
    } catch (error) {
      toast(failureText(error), { bad: true });
    } finally {
      const busy = new Set(this.busy);
      busy.delete(id);
      this.busy = busy;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-follow-ups': FollowUps;
  }
}
