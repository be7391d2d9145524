import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Site } from '../../protocol/site.ts';
import { base } from '../../widget/styles/base.ts';
import type { Api } from '../api.ts';
import { pageStyles } from '../forms/form.styles.ts';
import { panel } from '../styles.ts';
import { failureText, t } from '../texts/texts.ts';
import { upload } from '../upload.ts';
import { scalePicture } from './picture-scaling.ts';

/**
 * The picture that visitors see. It is cut and made small here, and saved at once.
 *
 * @fires site `detail`: the site as it is now
 */
@customElement('consult-admin-site-picture')
export class SitePicture extends LitElement {
  static override styles = [
    base,
    panel,
    pageStyles,
    css`
      .picture {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--pc-4);
      }

      .frame {
        display: grid;
        place-items: center;
        flex: none;
        inline-size: 72px;
        block-size: 72px;
        overflow: hidden;
        border-radius: var(--pc-radius-full);
        background: var(--pc-accent-soft);
        color: var(--pc-accent);
        font-size: 1.75rem;
        font-weight: 700;
      }

      img {
        inline-size: 100%;
        block-size: 100%;
        object-fit: cover;
      }

      .grow {
        display: grid;
        gap: var(--pc-2);
        flex: 1 1 220px;
      }
    `,
  ];

  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) site!: Site;
  @state() private busy = false;
  @state() private failure = '';
  @state() private said = '';

  override render() {
    const { site } = this;
    return html`
      <div class="picture">
        <span class="frame">${site.picture === null ? html`<span aria-hidden="true">${[...site.name.trim()][0]?.toUpperCase() ?? '?'}</span>` : html`<img src="/v1/pictures/${encodeURIComponent(site.picture)}" alt=${t('pictureOf', { name: site.name })} />`}</span>
        <div class="grow">
          <div class="row">
            <input class="hush" id="file" type="file" accept="image/png,image/jpeg,image/webp,image/gif,image/avif" tabindex="-1" aria-label=${t('pictureChoose')} @change=${this.#chosen} />
            <button class="button small" type="button" ?disabled=${this.busy} @click=${() => this.renderRoot.querySelector<HTMLInputElement>('#file')!.click()}>${t(site.picture === null ? 'pictureChoose' : 'pictureReplace')}</button>
            ${site.picture === null ? nothing : html`<button class="button small danger-quiet" type="button" ?disabled=${this.busy} @click=${this.#remove}>${t('pictureRemove')}</button>`}
          </div>
          <p class="quiet-text">${t('pictureHint')}</p>
        </div>
      </div>
      <div role="status" class="hush">${this.busy ? t('saving') : this.said}</div>
      <div role="alert">${this.failure ? html`<p class="problem">${this.failure}</p>` : nothing}</div>
    `;
  }

  async #chosen(event: Event): Promise<void> {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = '';
    if (!file) return;
    let picture: Blob;
    this.failure = '';
    this.busy = true;
    try {
      picture = await scalePicture(file);
    } catch {
      this.failure = t('pictureUnreadable');
      this.busy = false;
      return;
    }
    await this.#change(() => upload<Site>(this.api, `/v1/sites/${this.site.id}/picture`, picture));
  }

  #remove(): Promise<void> {
    this.failure = '';
    return this.#change(() => this.api.send<Site>('DELETE', `/v1/sites/${this.site.id}/picture`));
  }

  async #change(work: () => Promise<Site>): Promise<void> {
    this.busy = true;
    try {
      this.dispatchEvent(new CustomEvent('site', { detail: await work() }));
      this.said = t('saved');
    } catch (error) {
      this.failure = failureText(error);
    } finally {
      this.busy = false;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-site-picture': SitePicture;
  }
}
