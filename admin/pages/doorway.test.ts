import { expect } from '@esm-bundle/chai';
import { html } from 'lit';
import { WireFailure } from '../../widget/engine/wire.ts';
import { parseRoute } from '../router.ts';
import { violations } from '../testing/axe.ts';
import { fakeApi } from '../testing/fake-session.ts';
import { all, clear, control, harmed, one, payload, press, pressable, settle, show, type, words } from '../testing/stage.ts';
import { chooseLanguage, type Language } from '../texts/texts.ts';
import './invitation.ts';
import './reset.ts';
import './setup.ts';
import './sign-in.ts';

/** Asks without a session: answers by `METHOD path`, notes what was asked. */
function asking(answers: Record<string, unknown>) {
  const asked: string[] = [];
  const ask = async (method: string, path: string, body: unknown) => {
    asked.push(`${method} ${path} ${JSON.stringify(body)}`);
    const answer = answers[`${method} ${path}`];
    if (answer instanceof Error) throw answer;
    return answer as never;
  };
  return { ask, asked };
}

const ways = (fields = {}) => ({ 'GET /v1/auth/ways': { password: true, oidc: null, mail: true, ...fields } });
const invited = { email: 'ada@example.com', name: null, organisation: 'Oak & Ash', invitedBy: 'Olivia', role: 'agent' };

describe('doorway', () => {
  const before = location.hash;
  beforeEach(() => chooseLanguage('en'));
  afterEach(() => {
    clear();
    history.replaceState(null, '', before || location.pathname);
  });

  it('[B7] a refused sign-in says one sentence, is announced, and points at the fields', async () => {
    const api = { ...fakeApi({}), signIn: () => Promise.reject(new WireFailure('bad_credentials', '')) };
    const page = await show(html`<consult-admin-sign-in .api=${api} .ask=${asking(ways()).ask}></consult-admin-sign-in>`);
    await press(page, 'Sign in');
    expect(one(page, '[role=alert]').textContent).to.contain('Write your e-mail');
    await type(control(page, 'E-mail'), 'ada@example.com');
    control(page, 'Password').value = 'wrong';
    await press(page, 'Sign in');
    expect(one(page, '[role=alert]').textContent).to.contain('E-mail or password is wrong.');
    expect(control(page, 'E-mail').getAttribute('aria-invalid')).to.equal('true');
    expect(control(page, 'E-mail').autocomplete).to.equal('username');
    expect(control(page, 'Password').autocomplete).to.equal('current-password');
  });

  it('[B6] a server without an owner says where its link is, instead of asking for an account that cannot be there', async () => {
    const page = await show(html`<consult-admin-sign-in .api=${fakeApi({})} .ask=${asking(ways({ unclaimed: true })).ask}></consult-admin-sign-in>`);
    expect(words(page)).to.contain('Nobody owns this server yet').and.to.contain('link that the server printed');
    expect(all(page, 'input')).to.have.length(0);
  });

  it('[B6] the first owner hears at each field what is missing, and nothing is sent until all is there', async () => {
    const answers: Record<string, unknown> = { 'POST /v1/setup': new WireFailure('weak_password', '') };
    const { ask, asked } = asking(answers);
    const signedIn: string[] = [];
    const api = { ...fakeApi({}), signIn: async (email: string) => void signedIn.push(email) };
    const page = await show(html`<consult-admin-setup .api=${api} .ask=${ask} .token=${'x'}></consult-admin-setup>`);
    await press(page, 'Create account');
    expect(['Your name', 'E-mail', 'Password'].map((name) => control(page, name).getAttribute('aria-invalid'))).to.deep.equal(['true', 'true', 'true']);
    expect(words(page)).to.contain('Write your name.').and.to.contain('Write an e-mail address');
    expect(asked).to.deep.equal([]);
    await type(control(page, 'Your name'), ' Ada ');
    await type(control(page, 'E-mail'), 'ada@example.com');
    await type(control(page, 'Password'), 'password123');
    await press(page, 'Create account');
    expect(control(page, 'Password').getAttribute('aria-invalid')).to.equal('true');
    answers['POST /v1/setup'] = {};
    await press(page, 'Create account');
    expect(asked.at(-1)).to.equal('POST /v1/setup {"token":"x","name":"Ada","email":"ada@example.com","password":"password123"}');
    expect(signedIn).to.deep.equal(['ada@example.com']);
    expect(location.hash).to.equal('#/sites');
  });

  it('the own provider is offered where the server has one, and passwords only where they are taken', async () => {
    const page = await show(html`<consult-admin-sign-in .api=${fakeApi({})} .ask=${asking(ways({ oidc: { name: 'Okta' } })).ask}></consult-admin-sign-in>`);
    expect(pressable(page, 'Sign in with Okta').getAttribute('href')).to.equal('/v1/auth/oidc/start');
    const only = await show(html`<consult-admin-sign-in .api=${fakeApi({})} .ask=${asking(ways({ oidc: { name: 'Okta' }, password: false })).ask}></consult-admin-sign-in>`);
    expect(all(only, 'input')).to.have.length(0);
  });

  it('what went wrong at the provider is said in words, and nothing else from the address is', async () => {
    for (const [error, said] of [['oidc_no_account', 'There is no account here'], ['oidc_denied', 'was cancelled']] as const) {
      const page = await show(html`<consult-admin-sign-in .api=${fakeApi({})} .ask=${asking(ways({ oidc: { name: 'Okta' } })).ask} .route=${parseRoute(`#/sign-in?error=${error}`)}></consult-admin-sign-in>`);
      expect(one(page, '[role=alert]').textContent).to.contain(said);
    }
    for (const error of ['offline', '<b>', '__proto__', 'oidc_']) {
      const page = await show(html`<consult-admin-sign-in .api=${fakeApi({})} .ask=${asking(ways()).ask} .route=${parseRoute(`#/sign-in?error=${encodeURIComponent(error)}`)}></consult-admin-sign-in>`);
      expect(one(page, '[role=alert]').textContent, error).to.equal('');
    }
  });

  it('[B11][S15] who forgot gets the same answer whether there is such an account or not', async () => {
    const { ask, asked } = asking({ ...ways(), 'POST /v1/auth/password-reset': undefined });
    const page = await show(html`<consult-admin-sign-in .api=${fakeApi({})} .ask=${ask}></consult-admin-sign-in>`);
    await type(control(page, 'E-mail'), 'ada@example.com');
    await press(page, 'Forgot your password?');
    expect(control(page, 'E-mail').value).to.equal('ada@example.com');
    await press(page, 'Send link');
    expect(asked.at(-1)).to.equal('POST /v1/auth/password-reset {"email":"ada@example.com","locale":"en"}');
    expect(one(page, '[role=status]').textContent).to.contain('If there is an account for ada@example.com');
    await press(page, 'Go to sign-in');
    expect(control(page, 'E-mail').value).to.equal('ada@example.com');
  });

  it('[B11] where no mail is sent, it says whom to ask', async () => {
    const page = await show(html`<consult-admin-sign-in .api=${fakeApi({})} .ask=${asking(ways({ mail: false })).ask}></consult-admin-sign-in>`);
    await press(page, 'Forgot your password?');
    expect(words(page)).to.contain('Ask an owner or admin');
    expect(all(page, 'form')).to.have.length(0);
  });

  it('[B11][S25] a new password by the link: weak ones are refused at the field, a used link is a dead end with a way on', async () => {
    const answers: Record<string, unknown> = { 'POST /v1/auth/password-reset/confirm': new WireFailure('weak_password', '') };
    const { ask, asked } = asking(answers);
    const page = await show(html`<consult-admin-reset .api=${fakeApi({})} .ask=${ask} .route=${parseRoute('#/reset?token=abc')}></consult-admin-reset>`);
    const field = control(page, 'New password');
    expect(field.autocomplete).to.equal('new-password');
    await type(field, 'password123');
    expect(words(page)).to.contain('Easy to guess');
    await press(page, 'Set password');
    expect(asked).to.deep.equal(['POST /v1/auth/password-reset/confirm {"token":"abc","password":"password123"}']);
    expect(field.getAttribute('aria-invalid')).to.equal('true');
    answers['POST /v1/auth/password-reset/confirm'] = undefined;
    await press(page, 'Set password');
    expect(words(page)).to.contain('Your new password works');
    answers['POST /v1/auth/password-reset/confirm'] = new WireFailure('gone', '');
    const late = await show(html`<consult-admin-reset .api=${fakeApi({})} .ask=${ask} .route=${parseRoute('#/reset?token=old')}></consult-admin-reset>`);
    await type(control(late, 'New password'), 'tree lamp oaks 77');
    await press(late, 'Set password');
    expect(words(late)).to.contain('This link does not work any more');
    expect(pressable(late, 'Go to sign-in').getAttribute('href')).to.equal('#/inbox');
  });

  it('an invitation shows who asks, takes a name and a password, and is signed in right after', async () => {
    const { ask, asked } = asking({ 'POST /v1/invitations/look': invited, 'POST /v1/invitations/accept': {} });
    let started = 0;
    const api = { ...fakeApi({}), start: async () => void started++ };
    const page = await show(html`<consult-admin-invitation .api=${api} .ask=${ask} .route=${parseRoute('#/invitation?token=abc')}></consult-admin-invitation>`);
    expect(words(page)).to.contain('Join Oak & Ash').and.to.contain('Olivia').and.to.contain('ada@example.com').and.to.contain('Agent');
    await press(page, 'Join');
    expect(control(page, 'Your name').getAttribute('aria-invalid')).to.equal('true');
    expect(asked).to.have.length(1);
    await type(control(page, 'Your name'), ' Ada ');
    await type(control(page, 'Password'), 'tree lamp oaks 77');
    await press(page, 'Join');
    expect(asked.at(-1)).to.equal('POST /v1/invitations/accept {"token":"abc","name":"Ada","password":"tree lamp oaks 77"}');
    expect(started).to.equal(1);
    expect(location.hash).to.equal('#/inbox');
  });

  it('an invitation that is over says so', async () => {
    const page = await show(html`<consult-admin-invitation .api=${fakeApi({})} .ask=${asking({ 'POST /v1/invitations/look': new WireFailure('gone', '') }).ask} .route=${parseRoute('#/invitation?token=old')}></consult-admin-invitation>`);
    expect(words(page)).to.contain('does not work any more');
  });

  it('[B13] a password can be shown and hidden, and its strength is told in words', async () => {
    const page = await show(html`<consult-admin-setup .api=${fakeApi({})} .token=${'x'}></consult-admin-setup>`);
    const field = control(page, 'Password');
    await press(page, 'Show password');
    expect(field.type).to.equal('text');
    await press(page, 'Hide password');
    expect(field.type).to.equal('password');
    await type(field, 'short');
    expect(words(page)).to.contain('Too short');
    await type(field, 'correct horse battery staple 7');
    expect(words(page)).to.contain('Strong.');
  });

  it('[S9] names in an invitation are text', async () => {
    const page = await show(html`<consult-admin-invitation .api=${fakeApi({})} .ask=${asking({ 'POST /v1/invitations/look': { ...invited, organisation: payload, invitedBy: payload, email: payload, name: payload } }).ask} .route=${parseRoute('#/invitation?token=abc')}></consult-admin-invitation>`);
    expect(words(page)).to.contain('<img src=x');
    expect(harmed(page)).to.equal(false);
  });

  it('[P11][S1] every page of the doorway is clean for axe, in both languages and both appearances', async () => {
    for (const language of ['en', 'ko'] as Language[]) {
      for (const scheme of ['light', 'dark']) {
        document.documentElement.style.colorScheme = scheme;
        await chooseLanguage(language);
        const { ask } = asking({ ...ways({ oidc: { name: 'Okta' } }), 'POST /v1/invitations/look': invited });
        for (const page of [
          html`<main><consult-admin-sign-in .api=${fakeApi({})} .ask=${ask}></consult-admin-sign-in></main>`, html`<main><consult-admin-setup .api=${fakeApi({})} .token=${'x'}></consult-admin-setup></main>`,
          html`<main><consult-admin-reset .api=${fakeApi({})} .ask=${ask} .route=${parseRoute('#/reset?token=a')}></consult-admin-reset></main>`,
          html`<main><consult-admin-invitation .api=${fakeApi({})} .ask=${ask} .route=${parseRoute('#/invitation?token=a')}></consult-admin-invitation></main>`,
        ]) {
          const shown = await show(page);
          await settle();
          expect(await violations(shown)).to.deep.equal([]);
        }
      }
    }
    document.documentElement.style.colorScheme = '';
  });
});
