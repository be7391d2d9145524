import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { TextKey } from './texts/text-key.ts';

/** Every shortcut of the panel: what listens, what the sheet shows and what the palette lists are all made from this. */
export const SHORTCUTS = [
  { name: 'palette', keys: 'mod+k', label: 'shortcutPalette', group: 'shortcutsEverywhere' },
  { name: 'help', keys: '?', label: 'shortcutHelp', group: 'shortcutsEverywhere' },
  { name: 'goInbox', keys: 'g i', label: 'shortcutGoInbox', group: 'shortcutsEverywhere' },
  { name: 'goQueue', keys: 'g q', label: 'shortcutGoQueue', group: 'shortcutsEverywhere' },
  { name: 'goHistory', keys: 'g h', label: 'shortcutGoHistory', group: 'shortcutsEverywhere' },
  { name: 'takeNext', keys: 'g n', label: 'shortcutTakeNext', group: 'shortcutsEverywhere' },
  { name: 'search', keys: '/', label: 'shortcutSearch', group: 'shortcutsInbox' },
  { name: 'next', keys: 'j', label: 'shortcutNext', group: 'shortcutsInbox' },
  { name: 'previous', keys: 'k', label: 'shortcutPrevious', group: 'shortcutsInbox' },
  { name: 'select', keys: 'x', label: 'shortcutSelect', group: 'shortcutsInbox' },
  { name: 'reply', keys: 'r', label: 'shortcutReply', group: 'shortcutsThread' },
  { name: 'note', keys: 'n', label: 'shortcutNote', group: 'shortcutsThread' },
  { name: 'assign', keys: 'a', label: 'shortcutAssign', group: 'shortcutsThread' },
  { name: 'assignMe', keys: 'm', label: 'shortcutAssignMe', group: 'shortcutsThread' },
  { name: 'tag', keys: 't', label: 'shortcutTag', group: 'shortcutsThread' },
  { name: 'find', keys: 'f', label: 'shortcutFind', group: 'shortcutsThread' },
  { name: 'close', keys: 'e', label: 'shortcutClose', group: 'shortcutsThread' },
  { name: 'pin', keys: 'p', label: 'shortcutPin', group: 'shortcutsThread' },
  { name: 'details', keys: 'i', label: 'shortcutDetails', group: 'shortcutsThread' },
  { name: 'leave', keys: 'Escape', label: 'shortcutLeave', group: 'shortcutsThread' },
] as const satisfies readonly { name: string; keys: string; label: TextKey; group: TextKey }[];

/** The name of a shortcut. */
export type ShortcutName = (typeof SHORTCUTS)[number]['name'];
/** Does what a shortcut stands for. `false`: not now, somebody else may. */
export type ShortcutAction = () => boolean | void;

/** A sequence such as `g i` has to follow within this time, in ms. */
const SEQUENCE_MS = 1_200;
/** Fields in which a letter is no text. */
const NO_TEXT = new Set(['button', 'checkbox', 'radio', 'range', 'color', 'file', 'submit', 'reset']);

const actions = new Map<ShortcutName, ShortcutAction[]>();

/** The key as it is written in the table. A Korean layout types `ㅓ` where `j` stands: the place of the key counts then. */
export function keyOf(event: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey'>): string {
  const foreign = event.key.length === 1 && event.key > '~';
  const plain = foreign && event.code.startsWith('Key') ? event.code.slice(3).toLowerCase() : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return `${event.ctrlKey || event.metaKey ? 'mod+' : ''}${event.altKey ? 'alt+' : ''}${plain}`;
}

/** Whether somebody is writing: then a letter is a letter. */
export function isWriting(event: KeyboardEvent): boolean {
  // 229 (deprecated, and the only sign): Safari ends the composition before it reports the key that ended it.
  if (event.isComposing || event.keyCode === 229) return true;
  const [target] = event.composedPath();
  if (target instanceof HTMLInputElement) return !NO_TEXT.has(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || (target instanceof HTMLElement && target.isContentEditable);
}

/** Listens for the table's shortcuts. Returns the way out. */
export function listenForShortcuts(view: Window = window, now: () => number = () => performance.now()): () => void {
  let begun: { key: string; at: number } | null = null;
  const listen = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.repeat) return;
    const key = keyOf(event);
    const combined = key.startsWith('mod+');
    if (event.isComposing || event.keyCode === 229 || (!combined && isWriting(event))) return;
    // Letters in an open dialog or menu are its own; *Escape* closes it.
    const enclosed = event.composedPath().some((node) => node instanceof HTMLDialogElement || (node instanceof HTMLElement && node.popover !== null && node.matches(':popover-open')));
    if (enclosed && !combined) return;
    const sequence = begun && now() - begun.at < SEQUENCE_MS ? `${begun.key} ${key}` : key;
    begun = null;
    const hit = SHORTCUTS.find(({ keys }) => keys === sequence) ?? SHORTCUTS.find(({ keys }) => keys === key);
    if (hit && run(hit.name)) event.preventDefault();
    else if (SHORTCUTS.some(({ keys }) => keys.startsWith(`${key} `))) begun = { key, at: now() };
  };
  view.addEventListener('keydown', listen);
  return () => view.removeEventListener('keydown', listen);
}

/** Does what a shortcut does, e.g. from the palette. The view that came last is asked first. */
export function run(name: ShortcutName): boolean {
  for (const action of [...(actions.get(name) ?? [])].reverse()) if (action() !== false) return true;
  return false;
}

/** Whether anything on the page answers it now. */
export function answers(name: ShortcutName): boolean {
  return (actions.get(name)?.length ?? 0) > 0;
}

/** Answers shortcuts for as long as its host is in the page. */
export function answerShortcuts(host: ReactiveControllerHost, own: Partial<Record<ShortcutName, ShortcutAction>>): ReactiveController {
  const entries = Object.entries(own) as [ShortcutName, ShortcutAction][];
  const controller: ReactiveController = {
    hostConnected() {
      for (const [name, action] of entries) actions.set(name, [...(actions.get(name) ?? []), action]);
    },
    hostDisconnected() {
      for (const [name, action] of entries) actions.set(name, (actions.get(name) ?? []).filter((other) => other !== action));
    },
  };
  host.addController(controller);
  return controller;
}
