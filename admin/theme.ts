import { createStore } from '../widget/engine/store.ts';

/** How the panel looks: as the system says, or as chosen. */
export type Theme = 'auto' | 'light' | 'dark';

const KEY = 'peer-consult:theme';

/** The appearance in use. */
export const theme = createStore<Theme>(stored());
paint(theme.value);

/** Switches the appearance and remembers it, where storage is allowed. */
export function chooseTheme(next: Theme): void {
  theme.set(next);
  paint(next);
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Private windows may forbid storage; the choice then lasts as long as the page.
  }
}

function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : 'auto';
  } catch {
    return 'auto';
  }
}

/** The page behind the elements follows too: scroll bars and the overscroll area take their colours from it. */
function paint(value: Theme): void {
  document.documentElement.style.colorScheme = value === 'auto' ? 'light dark' : value;
}
