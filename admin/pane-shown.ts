import { createStore, type Readable } from '../widget/engine/store.ts';

const KEY = 'peer-consult:pane';
/** From this width on there is room beside the conversation without asking. */
const ROOMY = '(min-width: 1280px)';

const shown = createStore(stored());

/** Whether the visitor's pane stands beside conversations. */
export const paneShown: Readable<boolean> = shown;

/** Shows or hides it, and remembers that for wide windows: on a phone it is a sheet that nobody wants to find open. */
export function showPane(on: boolean): void {
  shown.set(on);
  if (!matchMedia(ROOMY).matches) return;
  try {
    localStorage.setItem(KEY, on ? 'on' : 'off');
  } catch {
    // Private windows may forbid storage; the choice then lasts as long as the page.
  }
}

function stored(): boolean {
  if (!matchMedia(ROOMY).matches) return false;
  try {
    return localStorage.getItem(KEY) !== 'off';
  } catch {
    return true;
  }
}
