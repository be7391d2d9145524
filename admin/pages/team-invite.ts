import { LitElement, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Role } from '../../protocol/shapes.ts';
import type { InvitationAnswer } from '../../protocol/team.ts';
import { base } from '../../widget/styles/base.ts';
import { WireFailure } from '../../widget/engine/wire.ts';
import type { Api } from '../api.ts';
import '../forms/form-dialog.ts';
import type { FormDialog } from '../forms/form-dialog.ts';
import { pageStyles } from '../forms/form.styles.ts';
import '../forms/select-field.ts';
import '../forms/text-field.ts';
import type { TextField } from '../forms/text-field.ts';
import { panel } from '../styles.ts';
import { failureText, language, t } from '../texts/texts.ts';
import { roleName, rolesToGive, roleText } from './team-roles.ts';

/**
 * Asks somebody to join.
 *
 * @fires invited `detail`: the answer with its link
 * @fires closed
 */
@customElement('consult-admin-team-invite')
export class TeamInvite extends LitElement {
  static override styles = [base, panel, pageStyles];

  @property({ attribute: false }) api!: Api;
  @property() own: Role = 'agent';
  @state() private chosen: Role = 'agent';
  @state() private wrong = '';
  @state() private failure = '';
  @state() private busy = false;
  @query('consult-admin-form-dialog') private dialog!: FormDialog;

  override render() {
    return html`
      <consult-admin-form-dialog .heading=${t('inviteTitle')} @closed=${() => this.dispatchEvent(new Event('closed'))}>
        <form class="stack" @submit=${this.#submit} novalidate>
          <consult-admin-text-field data-first id="email" .label=${t('email')} type="email" .hint=${t('inviteEmailHint')} .error=${this.wrong} maxlength="254" required></consult-admin-text-field>
          <consult-admin-select-field .label=${t('role')} .hint=${roleText(this.chosen)} .value=${this.chosen} .choices=${rolesToGive(this.own).map((role) => ({ value: role, label: roleName(role) }))}
            @change=${(event: Event) => (this.chosen = (event.target as HTMLSelectElement).value as Role)}></consult-admin-select-field>
          <div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>
          <div class="row end">
            <button class="button quiet" type="button" @click=${() => this.dialog.close()}>${t('cancel')}</button>
            <button class="button primary" type="submit" ?disabled=${this.busy}>${t('inviteSubmit')}</button>
          </div>
        </form>
      </consult-admin-form-dialog>
    `;
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const field = this.renderRoot.querySelector<TextField>('#email')!;
    const email = field.value.trim();
    this.failure = '';
    this.wrong = /^[^\s@]+@[^\s@]+$/.test(email) ? '' : t('emailWrong');
    if (this.wrong) return field.focus();
    this.busy = true;
    try {
      const answer = await this.api.send<InvitationAnswer>('POST', '/v1/invitations', { email, role: this.chosen, locale: language.value });
      this.dialog.close();
      this.dispatchEvent(new CustomEvent('invited', { detail: answer }));
    } catch (error) {
      if (error instanceof WireFailure && error.code === 'email_taken') {
        this.wrong = failureText(error);
        field.focus();
      } else this.failure = failureText(error);
    } finally {
      this.busy = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-team-invite': TeamInvite;
  }
}
