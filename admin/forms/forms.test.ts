import { expect } from '@esm-bundle/chai';
import { LitElement, html } from 'lit';
import { violations } from '../testing/axe.ts';
import { all, clear, control, one, press, pressable, settle, show, type, until, words } from '../testing/stage.ts';
import { chooseLanguage } from '../texts/texts.ts';
import './code-block.ts';
import './colour-field.ts';
import './confirm-dialog.ts';
import { firstWrong } from './first-wrong.ts';
import './form-dialog.ts';
import { createRouter } from '../router.ts';
import { LeaveGuard } from './leave-guard.ts';
import './list-editor.ts';
import type { ListEditor } from './list-editor.ts';
import './save-bar.ts';
import './secret-dialog.ts';
import './select-field.ts';
import './switch-field.ts';
import './text-field.ts';

/** Where the focus is, however deep. */
function focused(): Element | null {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element;
}

describe('form parts', () => {
  beforeEach(() => chooseLanguage('en'));
  afterEach(clear);

  it('[P6][P11] every field has its label, and its hint or error belongs to it', async () => {
    const page = await show(html`<main>
      <consult-admin-text-field label="Name" hint="As others see it"></consult-admin-text-field>
      <consult-admin-text-field label="Greeting" rows="3" error="Too long"></consult-admin-text-field>
      <consult-admin-select-field label="Role" .choices=${[{ value: 'a', label: 'A' }]} hint="What they may"></consult-admin-select-field>
      <consult-admin-switch-field label="Rating" hint="One to five"></consult-admin-switch-field>
      <consult-admin-colour-field label="Accent" value="#3a4fd0" .offers=${['#3a4fd0', '#b3261e']} hint="Reads well"></consult-admin-colour-field>
    </main>`);
    for (const [label, said] of [['Name', 'As others see it'], ['Greeting', 'Too long'], ['Role', 'What they may'], ['Rating', 'One to five']] as const) {
      const field = control<HTMLElement>(page, label);
      const description = (field.getRootNode() as ShadowRoot).getElementById(field.getAttribute('aria-describedby')!);
      expect(description?.textContent, label).to.contain(said);
    }
    expect(control(page, 'Greeting').getAttribute('aria-invalid')).to.equal('true');
    expect(firstWrong(page)).to.equal(control<HTMLElement>(page, 'Greeting'));
    expect(control(page, 'Rating').getAttribute('role')).to.equal('switch');
    expect(await violations(page)).to.deep.equal([]);
  });

  it('a field submits its form on Enter, but not in the middle of a syllable', async () => {
    let submits = 0;
    const page = await show(html`<form @submit=${(event: Event) => (event.preventDefault(), submits++)}><consult-admin-text-field label="Name"></consult-admin-text-field></form>`);
    const field = control(page, 'Name');
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, composed: true }));
    expect(submits).to.equal(0);
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, composed: true }));
    expect(submits).to.equal(1);
  });

  it('[P11] a list is put in order by buttons, and the focus goes along', async () => {
    const page = await show(html`<main><consult-admin-list-editor ordered add-label="Add" .items=${['a', 'b', 'c']} .another=${() => 'new'} .called=${(item: string) => item} .row=${(item: string) => html`<consult-admin-text-field hide-label .label=${item} .value=${item}></consult-admin-text-field>`}></consult-admin-list-editor></main>`);
    const list = one<ListEditor>(page, 'consult-admin-list-editor');
    pressable(page, 'Move c up').focus();
    await press(page, 'Move c up');
    expect(list.items).to.deep.equal(['a', 'c', 'b']);
    expect(focused()?.getAttribute('aria-label')).to.equal('Move c up');
    await press(page, 'Move c up');
    expect(list.items).to.deep.equal(['c', 'a', 'b']);
    // At the end of the way its button is dead; the other one has the focus.
    expect(focused()?.getAttribute('aria-label')).to.equal('Move c down');
    await press(page, 'Remove a');
    expect(list.items).to.deep.equal(['c', 'b']);
    expect(focused()?.getAttribute('aria-label')).to.equal('Remove b');
    await press(page, 'Add');
    expect(list.items).to.deep.equal(['c', 'b', 'new']);
    expect(focused()).to.equal(control<HTMLElement>(page, 'new'));
    expect(await violations(page)).to.deep.equal([]);
  });

  it('[P11] a question is answered no by Esc, yes by its button; the focus comes back', async () => {
    const page = await show(html`<main><button id="from">Delete</button><consult-admin-confirm-dialog></consult-admin-confirm-dialog></main>`);
    const from = one<HTMLButtonElement>(page, '#from');
    from.focus();
    const dialog = one<HTMLElementTagNameMap['consult-admin-confirm-dialog']>(page, 'consult-admin-confirm-dialog');
    const first = dialog.ask({ title: 'Delete it?', text: 'For good.', confirm: 'Delete', danger: true });
    await settle();
    expect(focused()?.textContent?.trim()).to.equal('Cancel');
    expect(await violations(page)).to.deep.equal([]);
    all<HTMLDialogElement>(page, 'dialog')[0]!.close();
    expect(await first).to.equal(false);
    await settle();
    expect(document.activeElement).to.equal(from);
    const second = dialog.ask({ title: 'Delete it?', text: 'For good.', confirm: 'Yes, delete', danger: true });
    await settle();
    await press(page, 'Yes, delete');
    expect(await second).to.equal(true);
  });

  it('[C10] a secret does not go away by accident, and is gone when it goes', async () => {
    let closed = 0;
    const page = await show(html`<main><consult-admin-secret-dialog heading="Key" secret="pck_x" @closed=${() => closed++}></consult-admin-secret-dialog></main>`);
    const dialog = one<HTMLDialogElement>(page, 'dialog');
    const cancel = new Event('cancel', { cancelable: true });
    dialog.dispatchEvent(cancel);
    expect(cancel.defaultPrevented).to.equal(true);
    expect(focused()?.textContent).to.equal('I have kept it');
    expect(await violations(page)).to.deep.equal([]);
    await press(page, 'I have kept it');
    expect(closed).to.equal(1);
  });

  it('[A7] what cannot be copied is said, and what was copied too', async () => {
    const page = await show(html`<main><consult-admin-code-block label="HTML" .text=${'<b>'}></consult-admin-code-block></main>`);
    const written: string[] = [];
    const before = Object.getOwnPropertyDescriptor(navigator, 'clipboard');
    const allow = { fails: false };
    Object.defineProperty(navigator, 'clipboard', { configurable: true, value: { writeText: async (text: string) => (allow.fails ? Promise.reject(new Error('no')) : void written.push(text)) } });
    try {
      await press(page, 'Copy');
      expect(written).to.deep.equal(['<b>']);
      expect(words(page)).to.contain('Copied');
      allow.fails = true;
      await press(page, 'Copied');
      expect(words(page)).to.contain('Select the text and copy it by hand');
    } finally {
      if (before) Object.defineProperty(navigator, 'clipboard', before);
      else delete (navigator as { clipboard?: unknown }).clipboard;
    }
  });

  it('the bar says what is going on and keeps its place', async () => {
    const page = await show(html`<main><consult-admin-save-bar></consult-admin-save-bar></main>`);
    const bar = one<HTMLElementTagNameMap['consult-admin-save-bar']>(page, 'consult-admin-save-bar');
    const height = bar.offsetHeight;
    expect(height).to.be.greaterThan(40);
    bar.dirty = true;
    await settle();
    expect(words(page)).to.contain('Not saved yet');
    expect(bar.offsetHeight).to.equal(height);
    bar.dirty = false;
    bar.saved = true;
    await settle();
    expect(one(page, '[role=status]').textContent).to.contain('Saved');
  });

  it('leaving with unsaved changes waits for the answer, and staying leaves the address as it was', async () => {
    class Guarded extends LitElement {
      dirty = true;
      answer: (leave: boolean) => void = () => undefined;
      asked = 0;
      constructor() {
        super();
        this.addController(new LeaveGuard({ dirty: () => this.dirty, stays: (fragment) => fragment.startsWith('#/sites/s1'), ask: () => (this.asked++, new Promise((resolve) => (this.answer = resolve))) }));
      }
    }
    if (!customElements.get('test-guarded')) customElements.define('test-guarded', Guarded);
    const start = location.href;
    history.replaceState(null, '', '#/sites/s1');
    const heard: string[] = [];
    const away = createRouter().subscribe(({ page }) => heard.push(page));
    try {
      const page = await show<Guarded>(html`<test-guarded></test-guarded>`);
      location.hash = '#/sites/s1?section=look';
      await until(() => heard.length === 1);
      expect(heard).to.deep.equal(['sites']);
      location.hash = '#/team';
      await until(() => page.asked === 1);
      expect([page.asked, location.hash, heard.length]).to.deep.equal([1, '#/sites/s1?section=look', 1]);
      page.answer(false);
      await settle();
      expect(location.hash).to.equal('#/sites/s1?section=look');
      location.hash = '#/team';
      await until(() => page.asked === 2);
      page.answer(true);
      await until(() => heard.length === 2);
      expect(location.hash).to.equal('#/team');
      expect(heard.at(-1)).to.equal('team');
      const unload = new Event('beforeunload', { cancelable: true });
      page.dirty = true;
      dispatchEvent(unload);
      expect(unload.defaultPrevented).to.equal(true);
    } finally {
      away();
      clear();
      history.replaceState(null, '', start);
    }
  });

  it('a colour is typed, picked or taken', async () => {
    const page = await show(html`<main><consult-admin-colour-field label="Accent" value="#3a4fd0" .offers=${['#b3261e']}></consult-admin-colour-field></main>`);
    const field = one<HTMLElementTagNameMap['consult-admin-colour-field']>(page, 'consult-admin-colour-field');
    await press(page, '#b3261e');
    expect(field.value).to.equal('#b3261e');
    await type(all(page, 'input.input')[0]!, ' #0f766e ');
    expect(field.value).to.equal('#0f766e');
  });
});
