import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Agent, Role } from '../../protocol/shapes.ts';
import type { ResetLinkAnswer } from '../../protocol/team.ts';
import { base } from '../../widget/styles/base.ts';
import type { Api } from '../api.ts';
import '../forms/confirm-dialog.ts';
import '../forms/form-dialog.ts';
import type { FormDialog } from '../forms/form-dialog.ts';
import { pageStyles } from '../forms/form.styles.ts';
import '../forms/select-field.ts';
import '../forms/text-field.ts';
import type { TextField } from '../forms/text-field.ts';
import { panel } from '../styles.ts';
import { failureText, t } from '../texts/texts.ts';
import { roleName, rolesToGive, roleText } from './team-roles.ts';

/**
 * One colleague: name, role, how much at once; a link for a new password; out of the team and back.
 *
 * @fires changed `detail`: the agent as it is now
 * @fires reset-link `detail`: the link, to be shown once
 * @fires closed
 */
@customElement('consult-admin-team-member')
export class TeamMember extends LitElement {
  static override styles = [
    base,
    panel,
    pageStyles,
    css`
      .apart {
        display: grid;
        gap: var(--pc-3);
        padding-block-start: var(--pc-4);
        border-block-start: 1px solid var(--pc-line);
      }

      .apart > div {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--pc-2) var(--pc-4);
      }

      .apart p {
        flex: 1 1 220px;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) agent!: Agent;
  /** Who is looking. */
  @property({ attribute: false }) me!: Agent;
  @state() private chosen: Role = 'agent';
  @state() private wrong: { name?: string; capacity?: string } = {};
  @state() private failure = '';
  @state() private busy = false;
  @query('consult-admin-form-dialog') private dialog!: FormDialog;

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('agent')) this.chosen = this.agent.role;
  }

  override render() {
    const { agent } = this;
    const self = agent.id === this.me.id;
    // Nobody changes their own role: who would change it back?
    const roles = self || !rolesToGive(this.me.role).includes(agent.role) ? [agent.role] : rolesToGive(this.me.role);
    return html`
      <consult-admin-form-dialog .heading=${agent.name} @closed=${() => this.dispatchEvent(new Event('closed'))}>
        <form class="stack" @submit=${this.#submit} novalidate>
          <p class="quiet-text">${agent.email}</p>
          <consult-admin-text-field data-first id="name" .label=${t('memberName')} .hint=${t('setupNameHint')} .value=${agent.name} .error=${this.wrong.name ?? ''} maxlength="80" required></consult-admin-text-field>
          <div class="pair">
            <consult-admin-select-field .label=${t('role')} ?disabled=${roles.length === 1} .hint=${roleText(this.chosen)} .value=${this.chosen} .choices=${roles.map((role) => ({ value: role, label: roleName(role) }))}
              @change=${(event: Event) => (this.chosen = (event.target as HTMLSelectElement).value as Role)}></consult-admin-select-field>
            <consult-admin-text-field id="capacity" .label=${t('capacity')} .hint=${t('capacityHint')} type="number" min="0" max="1000" optional .value=${agent.capacity === null ? '' : String(agent.capacity)} .error=${this.wrong.capacity ?? ''}></consult-admin-text-field>
          </div>
          <div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>
          <div class="row end">
            <button class="button quiet" type="button" @click=${() => this.dialog.close()}>${t('cancel')}</button>
            <button class="button primary" type="submit" ?disabled=${this.busy}>${t('save')}</button>
          </div>
          ${self
            ? nothing
            : html`<div class="apart">
                ${agent.status === 'active' ? html`<div><p class="quiet-text">${t('resetLinkText')}</p><button class="button small" type="button" ?disabled=${this.busy} @click=${this.#link}>${t('resetLink')}</button></div>` : nothing}
                <div>
                  <p class="quiet-text">${t(agent.status === 'active' ? 'deactivateText' : 'restoreText')}</p>
                  <button class="button small ${agent.status === 'active' ? 'danger-quiet' : ''}" type="button" ?disabled=${this.busy} @click=${this.#status}>${t(agent.status === 'active' ? 'deactivate' : 'restore')}</button>
                </div>
              </div>`}
        </form>
      </consult-admin-form-dialog>
      <consult-admin-confirm-dialog></consult-admin-confirm-dialog>
    `;
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const value = (id: string) => this.renderRoot.querySelector<TextField>(id)!.value.trim();
    const name = value('#name');
    const capacity = value('#capacity') === '' ? null : Number(value('#capacity'));
    const fits = capacity === null || (Number.isInteger(capacity) && capacity >= 0 && capacity <= 1000);
    this.wrong = { ...(name ? {} : { name: t('nameMissing') }), ...(fits ? {} : { capacity: t('wholeNumber', { from: 0, to: 1000 }) }) };
    const first = this.wrong.name ? '#name' : this.wrong.capacity ? '#capacity' : null;
    if (first) return this.renderRoot.querySelector<TextField>(first)!.focus();
    const { agent } = this;
    const change = { ...(name === agent.name ? {} : { name }), ...(this.chosen === agent.role ? {} : { role: this.chosen }), ...(capacity === agent.capacity ? {} : { capacity }) };
    if (Object.keys(change).length === 0) return this.dialog.close();
    await this.#send(change);
  }

  async #status(): Promise<void> {
    const active = this.agent.status === 'active';
    const sure = !active || (await this.renderRoot.querySelector('consult-admin-confirm-dialog')!.ask({
      title: t('deactivateTitle', { name: this.agent.name }), text: t('deactivateWarning'), confirm: t('deactivate'), danger: true,
    }));
    if (sure) await this.#send({ status: active ? 'disabled' : 'active' });
  }

  async #send(change: Partial<Pick<Agent, 'name' | 'role' | 'status' | 'capacity'>>): Promise<void> {
    this.failure = '';
    this.busy = true;
    try {
      const agent = await this.api.send<Agent>('PATCH', `/v1/agents/${this.agent.id}`, change);
      this.dispatchEvent(new CustomEvent('changed', { detail: agent }));
      this.dialog.close();
    } catch (error) {
      this.failure = failureText(error);
    } finally {
      this.busy = false;
    }
  }

  async #link(): Promise<void> {
    this.failure = '';
    this.busy = true;
    try {
      const answer = await this.api.send<ResetLinkAnswer>('POST', `/v1/agents/${this.agent.id}/password-reset`);
      this.dialog.close();
      this.dispatchEvent(new CustomEvent('reset-link', { detail: answer }));
    } catch (error) {
      this.failure = failureText(error);
    } finally {
      this.busy = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-team-member': TeamMember;
  }
}
