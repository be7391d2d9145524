import { LitElement, html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { base } from '../../widget/styles/base.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import type { Api } from '../api.ts';
import '../forms/confirm-dialog.ts';
import type { Question } from '../forms/confirm-dialog.ts';
import { pageStyles } from '../forms/form.styles.ts';
import { panel } from '../styles.ts';
import { failureText, language } from '../texts/texts.ts';

/** What the sections of the settings share: they load when they are first shown, and tell what was refused in words. */
export abstract class SettingsSection extends LitElement {
  static override styles = [base, panel, pageStyles];

  @property({ attribute: false }) api!: Api;
  /** Why nothing could be shown. */
  @state() protected failure = '';
  /** What a single act was refused with. */
  @state() protected refusal = '';
  /** What was done, for a screen reader and a line below the button. */
  @state() protected said = '';
  @state() protected busy = false;
  /** Follows the language in use. */
  protected readonly language = new StoreController(this, () => language);

  override firstUpdated(): void {
    void this.load();
  }

  /** Brings what the section shows. */
  protected readonly load = async (): Promise<void> => {
    this.failure = '';
    try {
      await this.bring();
    } catch (error) {
      this.failure = failureText(error);
    }
  };

  /** Asks the server for what the section shows. */
  protected abstract bring(): Promise<void>;

  /** Does something that may be refused; answers whether it was done. */
  protected async act(work: () => Promise<void>, said = ''): Promise<boolean> {
    this.refusal = this.said = '';
    this.busy = true;
    try {
      await work();
      this.said = said;
      return true;
    } catch (error) {
      this.refusal = failureText(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** Asks before something that cannot be taken back. */
  protected sure(question: Question): Promise<boolean> {
    return this.renderRoot.querySelector('consult-admin-confirm-dialog')!.ask(question);
  }

  /** What was refused, announced. */
  protected refused(): TemplateResult {
    return html`<div role="alert">${this.refusal ? html`<p class="problem">${this.refusal}</p>` : nothing}</div>`;
  }
}
