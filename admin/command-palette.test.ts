import { expect } from '@esm-bundle/chai';
import { html } from 'lit';
import fc from 'fast-check';
import { narrow, type Choice } from './choice-list.ts';
import { parseRoute } from './router.ts';
import { answerShortcuts } from './shortcuts.ts';
import { violations } from './testing/axe.ts';
import { conversation, fakeApi, fakeSession } from './testing/fake-session.ts';
import { all, clear, harmed, one, payload, settle, show } from './testing/stage.ts';
import { chooseLanguage } from './texts/texts.ts';
import { until } from '../widget/engine/testing/fake-server.ts';
import './command-palette.ts';

type Palette = HTMLElementTagNameMap['consult-admin-command-palette'];

const field = (root: HTMLElement) => one<HTMLInputElement>(root, 'input');
const write = async (root: HTMLElement, text: string) => {
  field(root).value = text;
  field(root).dispatchEvent(new InputEvent('input', { bubbles: true }));
  await settle();
};
const strike = async (root: HTMLElement, key: string, more: KeyboardEventInit = {}) => {
  field(root).dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
  await settle();
};
const labels = (root: HTMLElement) => all(root, '.label').map((each) => each.textContent);

describe('command palette', () => {
  beforeEach(() => chooseLanguage('en'));
  afterEach(() => {
    clear();
    location.hash = '';
  });

  const open = async (api = fakeApi({}), conversations = [conversation('c1')]) => {
    const session = fakeSession();
    session.state.patch({ conversations, team: new Map([['a2', { id: 'a2', name: 'Bo', status: 'online' }]]) });
    const root = await show<Palette>(html`<consult-admin-command-palette .api=${api} .session=${session}></consult-admin-command-palette>`);
    root.show();
    await settle();
    return root;
  };

  it('[P1] finds pages, conversations, visitors and colleagues by their names; Enter goes there', async () => {
    const root = await open();
    expect(await violations(root)).to.deep.equal([]);
    await write(root, 'que');
    expect(labels(root)).to.deep.equal(['Queue', 'Search messages for “que”']);
    await strike(root, 'Enter');
    expect(location.hash).to.equal('#/queue');
    root.show();
    await settle();
    await write(root, 'visitor c1');
    expect(labels(root)).to.deep.equal(['Visitor c1', 'Visitor c1', 'Search messages for “visitor c1”']);
    await strike(root, 'ArrowDown');
    await strike(root, 'Enter');
    expect(location.hash).to.equal('#/visitors/v-c1');
    root.show();
    await settle();
    await write(root, 'bo');
    expect(labels(root)).to.include('Conversations of Bo');
  });

  it('shows pages and actions of the role alone', async () => {
    const root = await open(fakeApi({}, 'agent'));
    expect(labels(root)).to.include('Inbox').and.not.to.include('Audit');
    expect(labels(root)).not.to.include('Write a note');
  });

  it('lists what can be done on this page, and does it', async () => {
    let done = 0;
    const controller = answerShortcuts({ addController: () => undefined } as never, { note: () => void done++ });
    controller.hostConnected!();
    const root = await open();
    await write(root, 'write a note');
    await strike(root, 'Enter');
    expect(done).to.equal(1);
    controller.hostDisconnected!();
  });

  it('asks the server for what it does not know', async () => {
    const api = fakeApi({ '/v1/conversations': { items: [conversation('far', { visitor: { id: 'v9', name: 'Far Away' } })], next: null }, '/v1/visitors': { items: [{ id: 'v8', name: 'Hana', email: 'hana@example.com' }], next: null } });
    const root = await open(api);
    await write(root, 'bench');
    await until(() => labels(root).length === 3, 'the answer');
    expect(labels(root)).to.deep.equal(['Far Away', 'Hana', 'Search messages for “bench”']);
    await strike(root, 'Enter');
    expect(location.hash).to.equal('#/inbox/far');
  });

  it('[K9] leads to the messages that hold the words', async () => {
    const root = await open();
    await write(root, '50% off & more');
    await strike(root, 'Enter');
    expect(parseRoute(location.hash)).to.deep.equal({ page: 'inbox', id: null, query: new Map([['text', '50% off & more'], ['in', 'messages']]) });
  });

  it('[J16] an Enter that ends a Hangul syllable chooses nothing', async () => {
    const root = await open();
    await write(root, 'que');
    await strike(root, 'Enter', { isComposing: true });
    expect(location.hash).to.equal('');
  });

  it('[S9] names are text', async () => {
    const root = await open(fakeApi({}), [conversation('c1', { visitor: { id: 'v', name: payload }, preview: { kind: 'text', authorKind: 'visitor', text: payload } })]);
    await write(root, 'img');
    expect(labels(root)).to.include(payload);
    expect(harmed(root)).to.equal(false);
  });
});

describe('narrowing', () => {
  it('every hit holds every word, and groups stay together', () => {
    const choice = fc.record({ id: fc.uuid(), label: fc.string(), group: fc.constantFrom('a', 'b', 'c') });
    fc.assert(fc.property(fc.array(choice), fc.string({ maxLength: 5 }), (choices: Choice[], text) => {
      const hits = narrow(choices, text);
      const words = text.toLowerCase().split(/\s+/).filter(Boolean);
      expect(hits.every(({ label }) => words.every((word) => label.toLowerCase().includes(word)))).to.equal(true);
      expect(hits.length).to.equal(choices.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word))).length);
      if (!words.length) return;
      const groups = hits.map(({ group }) => group);
      expect(groups.filter((group, at) => group !== groups[at - 1]).length).to.equal(new Set(groups).size);
    }));
  });
});
