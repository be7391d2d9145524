import { LitElement, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { roleMay } from '../../protocol/permissions.ts';
import type { Agent, PresenceStatus } from '../../protocol/shapes.ts';
import type { Invitation, InvitationAnswer, ResetLinkAnswer } from '../../protocol/team.ts';
import { base } from '../../widget/styles/base.ts';
import { chatIcon } from '../../widget/styles/icons.ts';
import type { Session } from '../../widget/engine/session-state.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import { WireFailure } from '../../widget/engine/wire.ts';
import type { Api } from '../api.ts';
import { avatar } from '../avatar.ts';
import '../forms/confirm-dialog.ts';
import { addIcon } from '../forms/form-icons.ts';
import { pageStyles } from '../forms/form.styles.ts';
import { failedCard, loadingCard } from '../forms/page-states.ts';
import '../forms/secret-dialog.ts';
import { messageColleague } from '../message-colleague.ts';
import { readAll } from '../read-all.ts';
import type { Route } from '../router.ts';
import { panel } from '../styles.ts';
import { failureText, fullTime, language, t, when } from '../texts/texts.ts';
import './team-invite.ts';
import './team-member.ts';
import { mayChange, roleName } from './team-roles.ts';
import { presenceDot } from '../presence-dot.styles.ts';
import { teamStyles } from './team.styles.ts';

/** A link to be handed over, and what is said with it. */
interface Handover {
  heading: string;
  text: string;
  link: string;
}

/** Who works here: roles, presence, capacity; invitations; in and out of the team. */
@customElement('consult-admin-team')
export class TeamPage extends LitElement {
  static override styles = [base, panel, pageStyles, presenceDot, teamStyles];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) session: Session | null = null;
  @property({ attribute: false }) route: Route | null = null;
  @state() private agents: Agent[] | null = null;
  @state() private invitations: Invitation[] = [];
  @state() private failure = '';
  /** What a single act was refused with. */
  @state() private refusal = '';
  @state() private said = '';
  @state() private inviting = false;
  @state() private edited: Agent | null = null;
  @state() private handover: Handover | null = null;
  readonly #language = new StoreController(this, () => language);
  readonly #account = new StoreController(this, () => this.api?.account);
  readonly #presence = new StoreController(this, () => this.session?.state);

  override firstUpdated(): void {
    void this.#load();
  }

  override render() {
    void this.#language.value;
    const account = this.#account.value;
    if (account?.status !== 'signed-in') return nothing;
    const me = account.agent;
    const writes = roleMay(me.role, 'team:write');
    return html`
      <div class="page">
        <div class="stack">
          <header class="head">
            <div><h1 class="page-title">${t('teamTitle')}</h1><p class="lead">${t(writes ? 'teamLead' : 'teamLeadAgent')}</p></div>
            ${writes ? html`<button class="button primary" @click=${() => (this.inviting = true)}>${addIcon}${t('invite')}</button>` : nothing}
          </header>
          <div role="alert">${this.refusal ? html`<p class="problem">${this.refusal}</p>` : nothing}</div>
          <div class="hush" role="status">${this.said}</div>
          ${this.agents ? this.#table(this.agents, me) : this.failure ? failedCard(this.failure, this.#load) : loadingCard(4)}
          ${writes && this.agents ? this.#invitations() : nothing}
        </div>
      </div>
      ${this.inviting ? html`<consult-admin-team-invite .api=${this.api} .own=${me.role} @closed=${() => (this.inviting = false)} @invited=${(event: CustomEvent<InvitationAnswer>) => this.#invited(event.detail)}></consult-admin-team-invite>` : nothing}
      ${this.edited
        ? html`<consult-admin-team-member .api=${this.api} .agent=${this.edited} .me=${me} @closed=${() => (this.edited = null)} @changed=${(event: CustomEvent<Agent>) => this.#changed(event.detail)}
            @reset-link=${(event: CustomEvent<ResetLinkAnswer>) => this.#resetLink(event.detail)}></consult-admin-team-member>`
        : nothing}
      ${this.handover ? html`<consult-admin-secret-dialog .heading=${this.handover.heading} .text=${this.handover.text} .secret=${this.handover.link} .copyLabel=${t('copyLink')} .warning=${t('linkOnce')} @closed=${() => (this.handover = null)}></consult-admin-secret-dialog>` : nothing}
      <consult-admin-confirm-dialog></consult-admin-confirm-dialog>
    `;
  }

  #table(agents: Agent[], me: Agent) {
    const writes = roleMay(me.role, 'team:write');
    return html`
      <div class="panel table">
        <table>
          <thead>
            <tr><th scope="col">${t('memberName')}</th><th scope="col">${t('role')}</th><th scope="col">${t('lastSeen')}</th><th scope="col">${t('capacity')}</th><th scope="col"><span class="hush">${t('actions')}</span></th></tr>
          </thead>
          <tbody>
            ${agents.map((agent) => this.#row(agent, me, writes))}
          </tbody>
        </table>
      </div>
    `;
  }

  #row(agent: Agent, me: Agent, writes: boolean) {
    const presence = this.#presence.value?.team.get(agent.id)?.status ?? (agent.id === me.id ? 'online' : 'off');
    const active = agent.status === 'active';
    return html`
      <tr class=${active ? '' : 'gone'}>
        <th scope="row">
          <span class="who">
            <span class="face">${avatar(agent.id, agent.name)}${active ? html`<i class="dot ${presence}"></i>` : nothing}</span>
            <span class="words">
              <span class="name">${agent.name}${agent.id === me.id ? html` <span class="optional">${t('thatIsYou')}</span>` : nothing}</span>
              <span class="quiet-text">${agent.email}</span>
            </span>
          </span>
        </th>
        <td data-label=${t('role')}><span class="badge ${agent.role === 'agent' ? '' : 'accent'}">${roleName(agent.role)}</span></td>
        <td data-label=${t('lastSeen')}>
          ${active
            ? presence === 'off'
              ? agent.lastSeenAt ? html`<time datetime=${agent.lastSeenAt} title=${fullTime(agent.lastSeenAt)}>${when(agent.lastSeenAt)}</time>` : t('neverSeen')
              : presenceName(presence)
            : html`<span class="badge warn">${t('deactivated')}</span>`}
        </td>
        <td data-label=${t('capacity')}>${agent.capacity === null ? html`<span class="quiet-text">${t('capacityAny')}</span>` : agent.capacity}</td>
        <td class="act">
          ${active && agent.id !== me.id && this.session
            ? html`<button class="icon-button" type="button" aria-label=${t('messageNamed', { name: agent.name })} title=${t('messageNamed', { name: agent.name })} @click=${() => void messageColleague(this.api, this.session!, agent.id)}>${chatIcon}</button>`
            : nothing}
          ${writes && mayChange(me.role, agent) ? html`<button class="button small" aria-label=${t('editNamed', { name: agent.name })} @click=${() => (this.edited = agent)}>${t('edit')}</button>` : nothing}
        </td>
      </tr>
    `;
  }

  #invitations() {
    const open = this.invitations.filter(({ state }) => state === 'open' || state === 'expired');
    if (open.length === 0) return nothing;
    return html`
      <section class="panel" aria-labelledby="open-title">
        <header><h2 id="open-title">${t('invitationsTitle')}</h2><p class="lead">${t('invitationsLead')}</p></header>
        <ul class="rows" role="list">
          ${open.map((invitation) => html`<li>
            <div class="grow">
              <span class="name">${invitation.email}</span>
              <span class="quiet-text">${roleName(invitation.role)} · ${invitation.state === 'expired' ? t('invitationExpired') : t('invitationUntil', { name: invitation.invitedBy, time: fullTime(invitation.expiresAt) })}</span>
            </div>
            <div class="row">
              <button class="button small" aria-label=${t('resendNamed', { name: invitation.email })} @click=${() => this.#resend(invitation)}>${t('resend')}</button>
              <button class="button small danger-quiet" aria-label=${t('revokeNamed', { name: invitation.email })} @click=${() => this.#revoke(invitation)}>${t('revoke')}</button>
            </div>
          </li>`)}
        </ul>
      </section>
    `;
  }

  readonly #load = async (): Promise<void> => {
    this.failure = '';
    try {
      const account = this.api.account.value;
      const writes = account.status === 'signed-in' && roleMay(account.agent.role, 'team:write');
      const [agents, invitations] = await Promise.all([readAll<Agent>(this.api, '/v1/agents'), writes ? readAll<Invitation>(this.api, '/v1/invitations') : []]);
      this.agents = agents;
      this.invitations = invitations;
    } catch (error) {
      this.failure = failureText(error);
    }
  };

  #invited({ invitation, link, mailed }: InvitationAnswer): void {
    this.invitations = [invitation, ...this.invitations.filter(({ id, email }) => id !== invitation.id && email !== invitation.email)];
    this.handover = { heading: t('inviteLinkTitle', { name: invitation.email }), text: t(mailed ? 'inviteMailed' : 'inviteNotMailed', { name: invitation.email }), link };
  }

  #resetLink({ link, expiresAt }: ResetLinkAnswer): void {
    this.handover = { heading: t('resetLinkTitle'), text: t('resetLinkHandover', { time: fullTime(expiresAt) }), link };
  }

  #changed(agent: Agent): void {
    this.agents = (this.agents ?? []).map((each) => (each.id === agent.id ? agent : each));
    this.said = t('saved');
  }

  async #resend(invitation: Invitation): Promise<void> {
    this.refusal = '';
    try {
      this.#invited(await this.api.send<InvitationAnswer>('POST', `/v1/invitations/${invitation.id}/resend`));
    } catch (error) {
      await this.#refused(error);
    }
  }

  async #revoke(invitation: Invitation): Promise<void> {
    const sure = await this.renderRoot.querySelector('consult-admin-confirm-dialog')!.ask({ title: t('revokeTitle', { name: invitation.email }), text: t('revokeText'), confirm: t('revoke'), danger: true });
    if (!sure) return;
    this.refusal = '';
    try {
      await this.api.send('DELETE', `/v1/invitations/${invitation.id}`);
      this.invitations = this.invitations.filter(({ id }) => id !== invitation.id);
      this.said = t('revoked');
    } catch (error) {
      await this.#refused(error);
    }
  }

  /** It was accepted or revoked meanwhile: the list says so when it is read again. */
  async #refused(error: unknown): Promise<void> {
    if (error instanceof WireFailure && error.code === 'conflict') await this.#load();
    this.refusal = failureText(error);
  }
}

function presenceName(presence: PresenceStatus): string {
  return t(({ online: 'presenceOnline', busy: 'presenceBusy', away: 'presenceAway', off: 'presenceOff' } as const)[presence]);
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-team': TeamPage;
  }
}
