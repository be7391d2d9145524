import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Line } from '../../widget/engine/session-state.ts';
import { base } from '../../widget/styles/base.ts';
import { seenIcon } from '../../widget/styles/icons.ts';
import { StoreController } from '../../widget/engine/store-controller.ts';
import { avatar } from '../avatar.ts';
import { panel } from '../styles.ts';
import { fullTime, language, t } from '../texts/texts.ts';
import type { Reader } from './readers.ts';
import '../dropdown.ts';

/** As many names stand in the line; the others are counted. */
const NAMED = 3;

/** Who has seen the newest line, below it; with everybody, and how far they have read, behind it. */
@customElement('consult-admin-seen-by')
export class SeenBy extends LitElement {
  static override styles = [
    base,
    panel,
    css`
      :host {
        display: flex;
        justify-content: flex-end;
        --dropdown-size: 300px;
      }

      .face {
        display: inline-flex;
        align-items: center;
        gap: 5px;
        min-inline-size: 0;
        font-size: var(--pc-text-xs);
        font-weight: 500;
      }

      .face svg {
        inline-size: 15px;
        block-size: 15px;
        color: var(--pc-accent-ink);
      }

      .face span {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      h3 {
        padding: var(--pc-1) var(--pc-2) var(--pc-2);
        font-size: var(--pc-text-s);
      }

      li {
        display: grid;
        grid-template-columns: 28px minmax(0, 1fr);
        align-items: center;
        column-gap: var(--pc-3);
        padding: var(--pc-1) var(--pc-2);
      }

      .avatar {
        grid-row: span 2;
        inline-size: 28px;
        block-size: 28px;
        font-size: 0.75rem;
      }

      strong,
      .far {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-size: var(--pc-text-s);
        font-weight: 550;
      }

      .far {
        font-size: var(--pc-text-xs);
        font-weight: 400;
        color: var(--pc-text-2);
      }
    `,
  ];

  /** Everybody who takes part, but the one who looks. */
  @property({ attribute: false }) readers: readonly Reader[] = [];
  @property({ attribute: false }) lines: readonly Line[] = [];
  /** The one who looks: whether the visitor saw the own newest line, that line says itself. */
  @property() selfId = '';
  readonly #language = new StoreController(this, () => language);

  override render() {
    void this.#language.value;
    const newest = this.lines.findLast(({ seq }) => seq !== null);
    if (!newest) return nothing;
    const last = this.#lastFor(newest);
    const colleagues = this.readers.filter(({ kind }) => kind === 'agent');
    const seen = colleagues.filter(({ id, readSeq }) => readSeq >= last('agent') && id !== newest.author.id);
    const visitor = this.readers.find(({ kind }) => kind === 'visitor');
    const visitorSaw = visitor !== undefined && this.#visible !== undefined && this.#visible.author.kind !== 'visitor' && visitor.readSeq >= last('visitor')
      && this.#visible.author.id !== this.selfId;
    if (!seen.length && !visitorSaw) return nothing;
    const words = [
      ...(visitorSaw ? [t('seenByVisitor')] : []),
      ...(seen.length ? [visitor === undefined && seen.length > 1 && seen.length === colleagues.filter(({ id }) => id !== newest.author.id).length ? t('seenByAll') : t('seenBy', { names: namesOf(seen) })] : []),
    ].join(' · ');
    return html`
      <consult-admin-dropdown .label=${words}>
        <span slot="face" class="face">${seenIcon}<span>${words}</span></span>
        <h3>${t('readersTitle')}</h3>
        <ul role="list">
          ${this.readers.map((reader) => html`<li>${avatar(reader.id, reader.name)}<strong>${reader.name}</strong><span class="far">${this.#far(reader, last(reader.kind))}</span></li>`)}
        </ul>
      </consult-admin-dropdown>
    `;
  }

  /** The newest line that a kind of reader gets to see: a visitor's cursor never reaches notes. */
  #lastFor(newest: Line): (kind: string) => number {
    const visible = this.#visible;
    return (kind) => (kind === 'visitor' ? visible?.seq : newest.seq) ?? 0;
  }

  get #visible(): Line | undefined {
    return this.lines.findLast(({ seq, kind }) => seq !== null && kind !== 'note');
  }

  #far({ readSeq }: Reader, last: number): string {
    if (readSeq === 0) return t('readNothing');
    if (readSeq >= last) return t('readAllOfIt');
    const line = this.lines.findLast(({ seq }) => seq !== null && seq <= readSeq);
    return line ? t('readUpTo', { time: fullTime(line.createdAt) }) : t('readNothing');
  }
}

function namesOf(readers: readonly Reader[]): string {
  const names = readers.slice(0, NAMED).map(({ name }) => name);
  const more = readers.length - names.length;
  return [...names, ...(more ? [`+${more}`] : [])].join(', ');
}

declare global {
  interface HTMLElementTagNameMap {
    'consult-admin-seen-by': SeenBy;
  }
}
