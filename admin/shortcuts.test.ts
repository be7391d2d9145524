import { expect } from '@esm-bundle/chai';
import { html } from 'lit';
import { SHORTCUTS, answerShortcuts, isWriting, keyOf, listenForShortcuts, run, type ShortcutName } from './shortcuts.ts';
import { violations } from './testing/axe.ts';
import { all, clear, one, settle, show } from './testing/stage.ts';
import { chooseLanguage, t } from './texts/texts.ts';
import './shortcut-sheet.ts';

const press = (target: EventTarget, key: string, more: KeyboardEventInit = {}) => {
  const event = new KeyboardEvent('keydown', { key, code: /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : key, bubbles: true, composed: true, cancelable: true, ...more });
  target.dispatchEvent(event);
  return event;
};

describe('shortcuts', () => {
  let done: ShortcutName[] = [];
  let now = 0;
  let leave: () => void;
  let controller: ReturnType<typeof answerShortcuts>;

  beforeEach(() => {
    done = [];
    now = 0;
    leave = listenForShortcuts(window, () => now);
    controller = answerShortcuts({ addController: () => undefined } as never, Object.fromEntries(SHORTCUTS.map(({ name }) => [name, () => void done.push(name)])));
    controller.hostConnected!();
  });
  afterEach(() => {
    controller.hostDisconnected!();
    leave();
    clear();
  });

  it('every one of the table is unlike the others, and none begins another', () => {
    const keys = SHORTCUTS.map((each) => each.keys);
    expect(new Set(keys).size).to.equal(keys.length);
    for (const one of keys) for (const other of keys) if (one !== other) expect(other.startsWith(`${one} `), `${one} begins ${other}`).to.equal(false);
    expect(new Set(SHORTCUTS.map(({ name }) => name)).size).to.equal(SHORTCUTS.length);
  });

  it('answers keys, combinations and sequences; a sequence that is broken off is none', () => {
    press(document.body, 'j');
    press(document.body, 'k', { ctrlKey: true });
    press(document.body, 'k', { metaKey: true });
    press(document.body, 'g');
    press(document.body, 'i');
    expect(done).to.deep.equal(['next', 'palette', 'palette', 'goInbox']);
    press(document.body, 'g');
    now = 5_000;
    press(document.body, 'q');
    expect(done).to.have.length(4);
    expect(press(document.body, 'j').defaultPrevented).to.equal(true);
    expect(press(document.body, 'z').defaultPrevented).to.equal(false);
  });

  it('[J16] never fires while somebody writes, or composes a Hangul syllable; Ctrl-K opens the palette even so', async () => {
    const root = await show(html`<div><input /><textarea></textarea><select><option>a</option></select><div contenteditable="true">x</div><input type="checkbox" /></div>`);
    for (const field of root.querySelectorAll('input:not([type]), textarea, select, [contenteditable]')) press(field, 'e');
    press(document.body, 'e', { isComposing: true });
    press(document.body, 'e', { keyCode: 229 } as KeyboardEventInit);
    expect(done).to.deep.equal([]);
    press(root.querySelector('[type="checkbox"]')!, 'x');
    press(root.querySelector('textarea')!, 'k', { ctrlKey: true });
    press(root.querySelector('textarea')!, 'k', { ctrlKey: true, isComposing: true });
    expect(done).to.deep.equal(['select', 'palette']);
  });

  it('[J16] a Korean layout types jamo where letters stand: their place counts', () => {
    expect(keyOf({ key: 'ㅓ', code: 'KeyJ', ctrlKey: false, metaKey: false, altKey: false })).to.equal('j');
    expect(keyOf({ key: 'J', code: 'KeyJ', ctrlKey: false, metaKey: false, altKey: false })).to.equal('j');
    expect(keyOf({ key: '?', code: 'Slash', ctrlKey: false, metaKey: false, altKey: false })).to.equal('?');
    // On a French keyboard the letter counts, not its place.
    expect(keyOf({ key: 'a', code: 'KeyQ', ctrlKey: false, metaKey: false, altKey: false })).to.equal('a');
  });

  it('keeps still in an open dialog, and leaves what the browser has under the key', async () => {
    const root = await show<HTMLDialogElement>(html`<dialog><button>x</button></dialog>`);
    root.showModal();
    press(root.querySelector('button')!, 'e');
    expect(done).to.deep.equal([]);
    press(document.body, 'e', { ctrlKey: true });
    press(document.body, 'e', { altKey: true });
    expect(done).to.deep.equal([]);
    root.close();
  });

  it('whoever came last answers first; who declines leaves it to the other', () => {
    const other = answerShortcuts({ addController: () => undefined } as never, { close: () => false, tag: () => void done.push('note') });
    other.hostConnected!();
    run('close');
    run('tag');
    expect(done).to.deep.equal(['close', 'note']);
    other.hostDisconnected!();
    expect(isWriting(new KeyboardEvent('keydown', { key: 'a' }))).to.equal(false);
  });

  it('[P11] the sheet shows every shortcut of the table, clean for axe in both languages', async () => {
    const sheet = await show<HTMLElementTagNameMap['consult-admin-shortcut-sheet']>(html`<consult-admin-shortcut-sheet></consult-admin-shortcut-sheet>`);
    sheet.show();
    for (const language of ['en', 'ko'] as const) {
      await chooseLanguage(language);
      await settle();
      expect(all(sheet, 'dt').map((each) => each.textContent)).to.have.members(SHORTCUTS.map(({ label }) => t(label)));
      expect(await violations(sheet)).to.deep.equal([]);
    }
    chooseLanguage('en');
    expect(one<HTMLDialogElement>(sheet, 'dialog').open).to.equal(true);
  });
});
