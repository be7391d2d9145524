/** Which seam of the client is broken on purpose; the product knows nothing of it. */
export type BrokenClient = 'no-outbox' | 'no-resume';

/** Somebody with one or more tabs, all in one worker: they share a clock, an outbox and the sleep of their device. */
export interface PersonSettings {
  name: string;
  kind: 'visitor' | 'agent';
  token: string;
  /** The server's own origin, which its pages say. */
  origin: string;
  /** How far the clock is off, in ms. */
  clockOffMs: number;
  /** Each tab has a way to the server of its own. */
  tabs: { name: string; url: string }[];
  seed: number;
  broken: BrokenClient | null;
}

/** What the storm asks of a person. */
export type Order =
  | { do: 'write'; tab: number; note: boolean }
  | { do: 'close-conversation'; tab: number }
  | { do: 'reload'; tab: number }
  /** The whole device stands still; nothing runs, timers come late. */
  | { do: 'sleep'; ms: number }
  | { do: 'set-clock'; offMs: number }
  /** The browser says that the network, or the page, is back. */
  | { do: 'wake' }
  | { do: 'token'; token: string }
  | { do: 'report'; id: number };

/** A numbered line as a tab shows it. */
export type ShownLine = [seq: number, clientId: string, text: string, kind: string];

/** What one tab shows. */
export interface TabView {
  tab: string;
  link: string;
  /** Own lines without a number, with the reason if they were refused. */
  pending: { clientId: string; text: string; failure: string | null }[];
  /** By conversation. */
  threads: Record<string, ShownLine[]>;
  /** Whether every thread reaches its beginning. */
  whole: boolean;
}

/** What somebody wrote. */
export interface Written {
  clientId: string;
  tab: string;
  /** Counts within the tab. */
  number: number;
  text: string;
}

/** What a person says of themself. */
export type Answer =
  | { is: 'ready' }
  /** The old one was refused, or ends soon. */
  | { is: 'token-wanted' }
  | { is: 'written'; message: Written }
  /** The server answered for it: from now on it must never be lost. */
  | { is: 'acknowledged'; clientId: string }
  | { is: 'report'; id: number; tabs: TabView[]; outbox: number };
