import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Author, Message } from '../../protocol/shapes.ts';
import type { Session } from '../../widget/engine/session-state.ts';
import type { Api } from '../api.ts';

/** Somebody who takes part, and how far they have read. */
export interface Reader {
  kind: string;
  id: string;
  name: string;
  readSeq: number;
}

/** What it reads from. */
interface Source {
  api: Pick<Api, 'get'>;
  session: Session;
  conversationId: string;
}

/**
 * Who has read how far in the conversation that the host shows: asked for once, then kept by what the session hears. Cursors only
 * move forward; who writes has read.
 */
export class Readers implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #source: () => Source | null;
  #of: string | null = null;
  #all = new Map<string, Reader>();
  #leave: (() => void)[] = [];

  constructor(host: ReactiveControllerHost, source: () => Source | null) {
    this.#host = host;
    this.#source = source;
    host.addController(this);
  }

  /** Everybody else but the reader itself. */
  get others(): Reader[] {
    const self = this.#source()?.session.state.value.self?.id;
    return [...this.#all.values()].filter(({ id }) => id !== self);
  }

  hostConnected(): void {
    // Taken out of the page and put back: what was heard meanwhile is missing.
    this.#host.requestUpdate();
  }

  hostUpdate(): void {
    const source = this.#source();
    if (!source || source.conversationId === this.#of) return;
    this.hostDisconnected();
    this.#of = source.conversationId;
    const { session } = source;
    this.#leave = [
      session.wire.on('read', ({ conversationId, reader, seq }) => conversationId === this.#of && this.#move(reader, seq)),
      session.wire.onHello(() => void this.#ask()),
      session.onMessage(({ conversationId, author, seq }: Message) => conversationId === this.#of && this.#move(author, seq)),
    ];
    void this.#ask();
  }

  hostDisconnected(): void {
    for (const step of this.#leave) step();
    this.#leave = [];
    this.#all = new Map();
    this.#of = null;
  }

  async #ask(): Promise<void> {
    const source = this.#source();
    if (!source) return;
    const { conversationId } = source;
    try {
      const { items } = await source.api.get<{ items: Reader[] }>(`/v1/conversations/${encodeURIComponent(conversationId)}/participants`);
      if (this.#of !== conversationId) return;
      // What was heard meanwhile is newer; who is not among them any more has left.
      this.#all = new Map(items.map((reader) => [reader.id, { ...reader, readSeq: Math.max(reader.readSeq, this.#all.get(reader.id)?.readSeq ?? 0) }]));
      this.#host.requestUpdate();
    } catch {
      // Then it shows what it hears.
    }
  }

  #move({ kind, id, name }: Author, seq: number): void {
    if (kind !== 'agent' && kind !== 'visitor') return;
    const before = this.#all.get(id);
    if (before && before.readSeq >= seq) return;
    this.#all.set(id, { kind, id, name: name || (before?.name ?? ''), readSeq: seq });
    this.#host.requestUpdate();
  }
}
