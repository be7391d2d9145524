import { expect } from '@esm-bundle/chai';
import { html } from 'lit';
import { WireFailure } from '../../widget/engine/wire.ts';
import { violations } from '../testing/axe.ts';
import { fakeSession } from '../testing/fake-session.ts';
import { agent, fakeApiOf, invitation, page } from '../testing/people.ts';
import { agree, all, clear, control, harmed, one, payload, press, show, type, words } from '../testing/stage.ts';
import { chooseLanguage } from '../texts/texts.ts';
import './team.ts';

const team = () => ({
  '/v1/agents': page(agent('a1', 'Ada', { role: 'owner' }), agent('a2', 'Grace', { role: 'admin', capacity: 5 }), agent('a3', 'Lin', { status: 'disabled', lastSeenAt: null })),
  '/v1/invitations': page(invitation('new'), invitation('late', { state: 'expired' }), invitation('done', { state: 'accepted' })),
});

describe('team', () => {
  beforeEach(() => chooseLanguage('en'));
  afterEach(clear);

  it('[B16] shows role, presence, capacity and status of everybody, and who was asked to join', async () => {
    const session = fakeSession();
    session.state.patch({ team: new Map([['a1', { id: 'a1', name: 'Ada', status: 'online' }], ['a2', { id: 'a2', name: 'Grace', status: 'away' }]]) });
    const element = await show(html`<main><consult-admin-team .api=${fakeApiOf('owner', team())} .session=${session}></consult-admin-team></main>`);
    const rows = all(element, 'tbody tr').map(words);
    expect(rows[0]).to.contain('Ada').and.to.contain('(you)').and.to.contain('Owner').and.to.contain('Online');
    expect(rows[1]).to.contain('Admin').and.to.contain('Away').and.to.contain('5');
    expect(rows[2]).to.contain('Deactivated');
    expect(words(element)).to.contain('new@example.com').and.to.contain('Too old').and.not.to.contain('done@example.com');
    expect(await violations(element)).to.deep.equal([]);
  });

  it('[C10] an invitation gives its link once, and says whether it was mailed', async () => {
    const answer = { invitation: invitation('i9', { email: 'x@example.com' }), link: 'https://c.example/admin/#/invitation?token=secret', mailed: false };
    const api = fakeApiOf('admin', { ...team(), 'POST /v1/invitations': answer });
    const element = await show(html`<main><consult-admin-team .api=${api}></consult-admin-team></main>`);
    await press(element, 'Invite');
    await type(control(element, 'E-mail'), 'nonsense');
    await press(element, 'Make invitation');
    expect(control(element, 'E-mail').getAttribute('aria-invalid')).to.equal('true');
    expect([...control<HTMLSelectElement>(element, 'Role').options].map(({ value }) => value)).to.deep.equal(['agent', 'admin']);
    await type(control(element, 'E-mail'), 'x@example.com');
    await press(element, 'Make invitation');
    expect(api.asked.at(-1)).to.equal('POST /v1/invitations {"email":"x@example.com","role":"agent","locale":"en"}');
    expect(one(element, 'output').textContent).to.equal(answer.link);
    expect(words(element)).to.contain('sends no mail');
    expect(await violations(element)).to.deep.equal([]);
    await press(element, 'I have kept it');
    expect(words(element)).not.to.contain('secret');
    expect(words(element)).to.contain('x@example.com');
  });

  it('a revoked invitation is asked for first, then gone; a new link replaces the old', async () => {
    const api = fakeApiOf('owner', { ...team(), 'POST /v1/invitations/late/resend': { invitation: invitation('late'), link: 'https://c.example/#new', mailed: true } });
    const element = await show(html`<main><consult-admin-team .api=${api}></consult-admin-team></main>`);
    await press(element, 'Revoke new@example.com');
    await press(element, 'Cancel');
    expect(api.asked.some((asked) => asked.startsWith('DELETE'))).to.equal(false);
    await press(element, 'Revoke new@example.com');
    await press(element, 'Revoke');
    expect(api.asked.at(-1)).to.contain('DELETE /v1/invitations/new');
    expect(words(element)).not.to.contain('new@example.com');
    await press(element, 'New link for late@example.com');
    expect(one(element, 'output').textContent).to.equal('https://c.example/#new');
    expect(words(element)).to.contain('A mail with this link is on its way');
  });

  it('what the own role may not do is not offered', async () => {
    const admin = await show(html`<main><consult-admin-team .api=${fakeApiOf('admin', team())}></consult-admin-team></main>`);
    const edits = all(admin, 'tbody tr').map((row) => row.querySelector('button')?.getAttribute('aria-label') ?? null);
    expect(edits).to.deep.equal([null, 'Edit Grace', 'Edit Lin']);
    const api = fakeApiOf('agent', team());
    const plain = await show(html`<main><consult-admin-team .api=${api}></consult-admin-team></main>`);
    expect(all(plain, 'button')).to.have.length(0);
    expect(api.asked.some((asked) => asked.includes('invitations'))).to.equal(false);
  });

  it('[B12] deactivating is asked for, and the last owner stays, in words', async () => {
    const api = fakeApiOf('owner', { '/v1/agents': page(agent('a1', 'Ada', { role: 'owner' }), agent('a2', 'Olga', { role: 'owner' })), '/v1/invitations': page(), 'PATCH /v1/agents/a2': new WireFailure('last_owner', '') });
    const element = await show(html`<main><consult-admin-team .api=${api}></consult-admin-team></main>`);
    await press(element, 'Edit Olga');
    await press(element, 'Deactivate');
    expect(words(element)).to.contain('Deactivate Olga?');
    await agree(element);
    expect(api.asked.at(-1)).to.equal('PATCH /v1/agents/a2 {"status":"disabled"}');
    expect(words(element)).to.contain('This is the last owner');
  });

  it('[P6] name, role and capacity are changed together, and only what changed is sent', async () => {
    const api = fakeApiOf('owner', { ...team(), 'PATCH /v1/agents/a2': agent('a2', 'Grace H', { role: 'agent', capacity: 9 }) });
    const element = await show(html`<main><consult-admin-team .api=${api}></consult-admin-team></main>`);
    await press(element, 'Edit Grace');
    expect(await violations(element)).to.deep.equal([]);
    await type(control(element, 'Chats at once'), '1.5');
    await press(element, 'Save');
    expect(words(element)).to.contain('A whole number from 0 to 1000');
    await type(control(element, 'Chats at once'), '9');
    await type(control(element, 'Name'), 'Grace H');
    await type(control(element, 'Role'), 'agent');
    await press(element, 'Save');
    expect(api.asked.at(-1)).to.equal('PATCH /v1/agents/a2 {"name":"Grace H","role":"agent","capacity":9}');
    expect(words(all(element, 'tbody tr')[1]!)).to.contain('Grace H').and.to.contain('9');
  });

  it('[B11] a link for a new password is shown once', async () => {
    const api = fakeApiOf('owner', { ...team(), 'POST /v1/agents/a2/password-reset': { link: 'https://c.example/admin/#/reset?token=s', expiresAt: '2026-11-21T09:00:00Z' } });
    const element = await show(html`<main><consult-admin-team .api=${api}></consult-admin-team></main>`);
    await press(element, 'Edit Grace');
    await press(element, 'Make link');
    expect(one(element, 'output').textContent).to.equal('https://c.example/admin/#/reset?token=s');
  });

  it('what could not be loaded can be tried again', async () => {
    const answers: Record<string, unknown> = { '/v1/agents': new WireFailure('offline', ''), '/v1/invitations': page() };
    const element = await show(html`<main><consult-admin-team .api=${fakeApiOf('owner', answers)}></consult-admin-team></main>`);
    expect(words(element)).to.contain('The server cannot be reached');
    expect(await violations(element)).to.deep.equal([]);
    Object.assign(answers, team());
    await press(element, 'Try again');
    expect(all(element, 'tbody tr')).to.have.length(3);
  });

  it('[S9] names and addresses are text', async () => {
    const answers = { '/v1/agents': page(agent('a2', payload, { email: payload })), '/v1/invitations': page(invitation('i', { email: payload, invitedBy: payload })) };
    const element = await show(html`<main><consult-admin-team .api=${fakeApiOf('owner', answers)}></consult-admin-team></main>`);
    await press(element, `Edit ${payload}`);
    expect(words(element)).to.contain('<img src=x');
    expect(harmed(element)).to.equal(false);
  });

  it('[P11] is clean for axe in Korean and in the dark', async () => {
    await chooseLanguage('ko');
    document.documentElement.style.colorScheme = 'dark';
    const element = await show(html`<main><consult-admin-team .api=${fakeApiOf('owner', team())}></consult-admin-team></main>`);
    expect(await violations(element)).to.deep.equal([]);
    document.documentElement.style.colorScheme = '';
  });
});
