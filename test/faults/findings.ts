import { openSqlite } from '../../server/store/open-sqlite.ts';
import type { TabView, Written } from './orders.ts';

/** A line as the database has it. */
export interface StoredLine {
  conversationId: string;
  seq: number;
  clientId: string;
  text: string;
  kind: string;
}

/** What was wrong after the storm; all empty when nothing was. Each entry says what, for a person to read. */
export interface Findings {
  /** Acknowledged, and not in the database. */
  lost: string[];
  /** In the database more than once. */
  doubled: string[];
  /** A conversation's numbers have a hole, or a tab's messages are not in the order of writing. */
  disordered: string[];
  /** Written, and not stored although everything has had its time to heal. */
  forgotten: string[];
  /** A tab shows something else than the database has. */
  astray: string[];
}

/** Everything stored, by conversation and number, read from the file after the server has ended. */
export async function readStored(file: string): Promise<StoredLine[]> {
  const database = await openSqlite({ file });
  try {
    const { messages } = database.tables;
    const rows = await database.q.select().from(messages);
    return rows.map(({ conversationId, seq, clientId, text, kind }) => ({ conversationId, seq, clientId, text, kind }))
      .sort((a, b) => (a.conversationId === b.conversationId ? a.seq - b.seq : a.conversationId < b.conversationId ? -1 : 1));
  } finally {
    await database.close();
  }
}

/** Compares what people wrote, what they were answered, what they see, and what is stored. */
export function judge({ stored, people }: {
  stored: readonly StoredLine[];
  people: readonly { kind: 'visitor' | 'agent'; written: readonly Written[]; acknowledged: ReadonlySet<string>; tabs: readonly TabView[] }[];
}): Findings {
  const findings: Findings = { lost: [], doubled: [], disordered: [], forgotten: [], astray: [] };
  const texts = new Map<string, number>();
  for (const { text } of stored) texts.set(text, (texts.get(text) ?? 0) + 1);
  for (const [text, times] of texts) if (times > 1) findings.doubled.push(`“${text}” is stored ${times} times`);

  const conversations = byConversation(stored);
  for (const [id, lines] of conversations) {
    lines.forEach(({ seq }, at) => seq === at + 1 || findings.disordered.push(`${id} has ${seq} in the place of ${at + 1}`));
    const last = new Map<string, number>();
    for (const { text } of lines) {
      const [tab, number] = [text.slice(0, text.lastIndexOf(' ')), Number(text.slice(text.lastIndexOf(' ') + 1))];
      if (number < (last.get(tab) ?? 0)) findings.disordered.push(`“${text}” stands behind “${tab} ${last.get(tab)}” in ${id}`);
      last.set(tab, Math.max(number, last.get(tab) ?? 0));
    }
  }

  for (const { kind, written, acknowledged, tabs } of people) {
    for (const { clientId, text } of written) {
      if (texts.has(text)) continue;
      if (acknowledged.has(clientId)) findings.lost.push(`“${text}” was acknowledged and is not stored`);
      else findings.forgotten.push(`“${text}” was written and never stored`);
    }
    const own = new Set(written.map(({ text }) => text));
    for (const { tab, threads, pending } of tabs) {
      const visible = [...conversations].filter(([id, lines]) => kind === 'agent' || threads[id] !== undefined || lines.some(({ text }) => own.has(text)));
      for (const [id, lines] of visible) {
        const due = lines.filter((line) => kind === 'agent' || line.kind !== 'note').map(({ seq, text }) => `${seq} ${text}`);
        const shown = (threads[id] ?? []).map(([seq, , text]) => `${seq} ${text}`);
        if (due.join('\n') === shown.join('\n')) continue;
        const missing = due.filter((line) => !shown.includes(line));
        const strange = shown.filter((line) => !due.includes(line));
        findings.astray.push(`${tab} shows ${shown.length} of ${due.length} lines of ${id}; missing: ${missing.slice(0, 3).join(', ') || 'none'}; strange: ${strange.slice(0, 3).join(', ') || 'none'}`);
      }
      for (const { text, failure } of pending) findings.astray.push(`${tab} still shows “${text}” as ${failure ?? 'sending'}`);
    }
  }
  return findings;
}

function byConversation(stored: readonly StoredLine[]): Map<string, StoredLine[]> {
  const conversations = new Map<string, StoredLine[]>();
  for (const line of stored) {
    const lines = conversations.get(line.conversationId);
    if (lines) lines.push(line);
    else conversations.set(line.conversationId, [line]);
  }
  return conversations;
}
