import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { File } from '../../protocol/shapes.ts';
import { element } from '../define.ts';
import type { Upload } from '../engine/session-state.ts';
import { WireFailure } from '../engine/wire.ts';
import { StoreController } from '../engine/store-controller.ts';
import { base } from '../styles/base.ts';
import { iconOf, saveIcon } from '../styles/file-icons.ts';
import { fileTexts, fileTextsHere, sizeWords } from '../texts/file-texts.ts';
import './picture-dialog.ts';
import './picture.ts';
import { saveFile } from './save-file.ts';

/** What browsers decode, of what somebody has just chosen. The server decides for the others by their bytes. */
const SHOWN = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp']);

/** One file as it is shown, wherever its bytes are. */
interface Shown {
  key: string;
  name: string;
  type: string;
  bytes: number;
  width: number | undefined;
  height: number | undefined;
  load(): Promise<Blob>;
  /** Of a file on its way. */
  progress: number | undefined;
}

/**
 * The files of one line. Pictures are small ones that open, everything else is a row; nothing is ever opened in place, whatever
 * it says that it is (threats.md S12).
 *
 * @fires cancel The writer takes a line back whose files are still on their way.
 */
@element('peer-consult-message-files')
export class MessageFiles extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
        max-inline-size: 100%;
      }

      ul {
        display: flex;
        flex-direction: column;
        gap: 4px;
        align-items: inherit;
      }

      :host([own]) ul {
        align-items: flex-end;
      }

      li {
        position: relative;
        max-inline-size: 100%;
        min-inline-size: 0;
      }

      .row {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto;
        align-items: center;
        gap: var(--pc-2);
        inline-size: 260px;
        max-inline-size: 100%;
        padding: var(--pc-2) var(--pc-2) var(--pc-2) var(--pc-3);
        border: 1px solid var(--pc-line);
        border-radius: 14px;
        background: var(--pc-surface);
        text-align: start;
      }

      .row > svg {
        inline-size: 24px;
        block-size: 24px;
        color: var(--pc-text-2);
      }

      .name {
        display: block;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-size: var(--pc-text-s);
        font-weight: 500;
      }

      .facts {
        display: block;
        font-size: var(--pc-text-xs);
        color: var(--pc-text-2);
        font-variant-numeric: tabular-nums;
      }

      .facts.bad {
        color: var(--pc-danger);
      }

      .icon {
        display: grid;
        place-items: center;
        inline-size: 36px;
        block-size: 36px;
        border-radius: var(--pc-radius-full);
        color: var(--pc-accent-ink);
      }

      .icon:hover:not(:disabled) {
        background: var(--pc-surface-3);
      }

      .icon svg {
        inline-size: 20px;
        block-size: 20px;
      }

      progress {
        display: block;
        inline-size: 100%;
        block-size: 4px;
        margin-block-start: 4px;
        border: 0;
        border-radius: 2px;
        background: var(--pc-surface-3);
        appearance: none;
        overflow: hidden;
      }

      progress::-webkit-progress-bar {
        background: var(--pc-surface-3);
      }

      progress::-webkit-progress-value {
        background: var(--pc-accent-ink);
      }

      progress::-moz-progress-bar {
        background: var(--pc-accent-ink);
      }

      .over {
        position: absolute;
        inset-inline: 8px;
        inset-block-end: 8px;
        padding: 2px 4px 6px;
        border-radius: 6px;
        background: var(--pc-surface);
      }

      .cancel {
        min-block-size: 28px;
        padding: 0 var(--pc-2);
        border-radius: var(--pc-radius-s);
        font-size: var(--pc-text-xs);
        font-weight: 600;
        text-decoration: underline;
        text-underline-offset: 2px;
        color: var(--pc-text-2);
      }

      @media (pointer: coarse) {
        .icon {
          inline-size: var(--pc-target);
          block-size: var(--pc-target);
        }
      }
    `,
  ];

  @property({ attribute: false }) files: readonly File[] = [];
  /** Instead of files: what is still on its way. */
  @property({ attribute: false }) uploads: readonly Upload[] = [];
  @property() language = 'en';
  protected readonly words = new StoreController(this, () => fileTextsHere);
  /** The line waits for its writer's word. */
  @property({ type: Boolean }) failed = false;
  @property({ attribute: false }) fetchFile: ((file: File) => Promise<Blob>) | undefined;

  @state() private opened: Shown | null = null;
  /** Pictures that turned out to be none. */
  @state() private unshowable: ReadonlySet<string> = new Set();
  /** What became of keeping a file, by its key. */
  @state() private saving: ReadonlyMap<string, 'loading' | 'gone' | 'away'> = new Map();

  protected override render(): TemplateResult {
    const t = fileTexts(this.language);
    const under = this.files.length === 0 && !this.failed && this.uploads.some(({ progress }) => progress < 1);
    const { opened } = this;
    return html`
      <ul aria-label=${t.files}>${this.shown().map((file) => html`<li>${this.isPicture(file) ? this.picture(file) : this.row(file)}</li>`)}</ul>
      ${under ? html`<button type="button" class="cancel" @click=${() => this.dispatchEvent(new CustomEvent('cancel'))}>${t.cancel}</button>` : nothing}
      ${opened
        ? html`<peer-consult-picture-dialog .texts=${t} .name=${opened.name} .load=${opened.load} @over=${this.close} @save=${() => void this.save(opened)}></peer-consult-picture-dialog>`
        : nothing}
    `;
  }

  private shown(): Shown[] {
    if (this.files.length > 0) return this.files.map((file) => ({ ...file, key: file.id, width: file.width, height: file.height, progress: undefined, load: () => this.fetchFile?.(file) ?? Promise.reject(new WireFailure('offline', 'There is no way to it.')) }));
    return this.uploads.map(({ id, name, type, bytes, progress }) => ({ key: id, name, type, bytes: bytes.size, width: undefined, height: undefined, progress, load: async () => bytes }));
  }

  private isPicture({ key, type, width, height, progress }: Shown): boolean {
    return !this.unshowable.has(key) && (progress === undefined ? width !== undefined && height !== undefined : SHOWN.has(type));
  }

  private picture(file: Shown): TemplateResult {
    return html`
      <peer-consult-picture .texts=${fileTexts(this.language)} .name=${file.name} .width=${file.width ?? 0} .height=${file.height ?? 0} .key=${file.key} .load=${file.load}
        @enlarge=${() => (this.opened = file)} @unshowable=${() => (this.unshowable = new Set(this.unshowable).add(file.key))}
      ></peer-consult-picture>
      ${file.progress === undefined || this.failed ? nothing : html`<div class="over">${this.progress(file)}</div>`}
    `;
  }

  private row(file: Shown): TemplateResult {
    const t = fileTexts(this.language);
    const saving = this.saving.get(file.key);
    const bad = saving === 'gone' || saving === 'away';
    return html`
      <div class="row">
        ${iconOf(file)}
        <div>
          <span class="name" title=${file.name}>${file.name}</span>
          <span class="facts ${bad ? 'bad' : ''}" role="status">${saving === 'loading' ? t.loadingFile : bad ? t[saving] : sizeWords(file.bytes, this.language)}</span>
          ${this.progress(file)}
        </div>
        ${file.progress === undefined
          ? html`<button type="button" class="icon" aria-label=${t.download(file.name)} title=${t.save} ?disabled=${saving === 'loading' || saving === 'gone'} @click=${() => void this.save(file)}>${saveIcon}</button>`
          : nothing}
      </div>
    `;
  }

  private progress({ name, progress }: Shown): TemplateResult | typeof nothing {
    if (progress === undefined || this.failed) return nothing;
    return html`<progress max="1" .value=${progress} aria-label=${fileTexts(this.language).uploading(name)}></progress>`;
  }

  private note(key: string, what: 'loading' | 'gone' | 'away' | null): void {
    const saving = new Map(this.saving);
    if (what) saving.set(key, what);
    else saving.delete(key);
    this.saving = saving;
  }

  private async save(file: Shown): Promise<void> {
    this.note(file.key, 'loading');
    try {
      saveFile(await file.load(), file.name);
      this.note(file.key, null);
    } catch (error) {
      this.note(file.key, error instanceof WireFailure && (error.code === 'not_found' || error.code === 'gone') ? 'gone' : 'away');
    }
  }

  private async close(): Promise<void> {
    const key = this.opened?.key;
    this.opened = null;
    await this.updateComplete;
    const index = this.shown().findIndex((file) => file.key === key);
    this.renderRoot.querySelectorAll('li')[index]?.querySelector('peer-consult-picture')?.focus();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-message-files': MessageFiles;
  }
}
