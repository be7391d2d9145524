import { css, html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { Reply } from '../../protocol/server-frames.ts';
import { element } from '../define.ts';
import type { Session, SessionState } from '../engine/session-state.ts';
import { StoreController } from '../engine/store-controller.ts';
import { base } from '../styles/base.ts';
import { lineTexts, lineTextsHere } from '../texts/line-texts.ts';

/** One calm line above the field: where a visitor who waits for an answer stands. Nothing when it does not wait. */
@element('peer-consult-place')
export class PlaceInLine extends LitElement {
  static override styles = [
    base,
    css`
      p {
        color: var(--pc-text-2);
        font-size: var(--pc-text-s);
        line-height: 1.45;
        text-align: center;
        word-break: keep-all;
        overflow-wrap: anywhere;
      }

      p:not(:empty) {
        padding-block-end: var(--pc-2);
      }
    `,
  ];

  @property({ attribute: false }) session: Pick<Session, 'state' | 'wire'> | undefined;
  /** The conversation; '' while there is none. */
  @property({ attribute: false }) room = '';
  @property() locale = 'en';
  protected readonly words = new StoreController(this, () => lineTextsHere);
  private readonly followed = new StoreController(this, () => this.session?.state);
  @state() private place: Reply<'queue.place'> = { position: null };
  private leave: (() => void) | undefined;
  /** What is followed: whose place, over which link. */
  private following = '';

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.leave?.();
    this.leave = undefined;
    this.following = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.requestUpdate();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const now = this.session && this.room && this.followed.value ? `${this.room} ${this.followed.value.link}` : '';
    if (now === this.following && !changed.has('session')) return;
    this.following = now;
    this.leave?.();
    this.leave = undefined;
    if (now) this.follow(this.session!, this.room);
  }

  protected override render(): TemplateResult {
    const t = lineTexts(this.locale);
    const { position, etaMs } = this.place;
    const minutes = etaMs === undefined ? null : Math.max(1, Math.round(etaMs / 60_000));
    const shown = typeof position === 'number' && this.followed.value && waits(this.followed.value, this.room);
    return html`<p role="status" aria-live="polite">${!shown ? '' : position === 1 ? t.next : t.place(position, minutes)}</p>`;
  }

  /** Asks once, and hears from then on; what is heard is newer than what is answered. */
  private follow({ wire, state }: Pick<Session, 'state' | 'wire'>, room: string): void {
    let heard = false;
    this.leave = wire.on('queue.place', ({ conversationId, ...place }) => {
      if (conversationId !== room) return;
      heard = true;
      this.place = place;
    });
    const mine = this.leave;
    this.place = { position: null };
    if (state.value.link !== 'online') return;
    wire.request('queue.place', { conversationId: room }).then(
      (place) => void (!heard && this.leave === mine && (this.place = { position: place.position, ...(place.etaMs !== undefined && { etaMs: place.etaMs }) })),
      // It will be told.
      () => undefined,
    );
  }
}

/** Whether the last word is the visitor's: an answer ends the waiting here before the server says so. */
function waits({ threads, conversations }: SessionState, room: string): boolean {
  const last = threads.get(room)?.lines.at(-1);
  return (!last || last.author.kind === 'visitor') && conversations.some(({ id, status }) => id === room && status === 'open');
}

declare global {
  interface HTMLElementTagNameMap {
    'peer-consult-place': PlaceInLine;
  }
}
