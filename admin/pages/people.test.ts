import { expect } from '@esm-bundle/chai';
import fc from 'fast-check';
import { html, render } from 'lit';
import type { Visitor } from '../../protocol/shapes.ts';
import type { Figures, Report } from '../../protocol/work.ts';
import { WireFailure } from '../../widget/engine/wire.ts';
import { tokens } from '../../widget/styles/tokens.ts';
import { parseRoute } from '../router.ts';
import { chooseLanguage } from '../texts/texts.ts';
import { violations } from '../testing/axe.ts';
import { call, conversation, fakeApi, fakeSession } from '../testing/fake-session.ts';
import { labelled, roundUp } from './report-charts.ts';
import { depthOf } from './report-heat.ts';
import { before, lastDays, lengthOf, momentsOf } from './report-range.ts';
import { actionText, factText, thingText } from './audit-words.ts';
import './audit.ts';
import './history.ts';
import './reports.ts';
import './visitors.ts';

// The app's element carries the design tokens; here the page does in its stead.
const sheet = new CSSStyleSheet();
sheet.replaceSync(tokens.cssText.replaceAll(':host', ':root'));
document.adoptedStyleSheets = [sheet];

const settle = async () => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setTimeout(resolve));
};
const deep = (root: ParentNode, selector: string): Element[] => [...root.querySelectorAll('*')].flatMap((one) => [...(one.matches(selector) ? [one] : []), ...(one.shadowRoot ? deep(one.shadowRoot, selector) : [])]);
const textOf = (root: ParentNode): string => deep(root, '*').flatMap((one) => [...(one.shadowRoot ?? one).childNodes, ...(one.shadowRoot ? one.childNodes : [])].filter(({ nodeType }) => nodeType === Node.TEXT_NODE).map(({ textContent }) => textContent?.trim())).filter(Boolean).join(' ');

let stage: HTMLElement;
beforeEach(() => {
  stage = document.createElement('main');
  document.body.append(stage);
  chooseLanguage('en');
});
afterEach(() => {
  stage.remove();
  location.hash = '';
});

const show = async (content: unknown): Promise<HTMLElement> => {
  render(content, stage);
  await settle();
  return stage;
};

const visitor = (id: string, fields: Partial<Visitor> = {}): Visitor => ({
  id, siteId: 's1', name: `Visitor ${id}`, email: null, verified: false, externalId: null, locale: 'en', fields: {}, device: {}, note: '', online: false, page: null,
  createdAt: '2026-11-20T08:00:00Z', lastSeenAt: '2026-11-21T08:00:00Z', ...fields,
});
const none: Figures = {
  conversations: 0, messagesIn: 0, messagesOut: 0, closed: 0, firstAnswerMedianMs: null, firstAnswerP90Ms: null, resolutionMedianMs: null, calls: 0, callsAnswered: 0, callsMissed: 0,
  callSeconds: 0, ratings: 0, ratingAverage: null, ratingCounts: [0, 0, 0, 0, 0],
};
const some: Figures = { ...none, conversations: 12, messagesIn: 40, messagesOut: 38, firstAnswerMedianMs: 95_000, callsAnswered: 3, callsMissed: 1, calls: 4, ratings: 2, ratingAverage: 4.5, ratingCounts: [0, 0, 0, 1, 1] };
const report = (total: Figures): Report => ({
  total, days: [{ day: '2026-11-20', ...none }, { day: '2026-11-21', ...total }], agents: [{ agent: { id: 'a1', name: 'Ada' }, ...total }], sites: [{ site: { id: 's1', name: 'Shop' }, ...total }],
  heat: Array.from({ length: 7 }, (_none, day) => Array.from({ length: 24 }, (_nothing, hour) => (day === 1 && hour === 9 ? 5 : 0))),
});
const lists = { '/v1/visitors': { items: [visitor('v1')], next: null }, '/v1/agents': { items: [], next: null }, '/v1/sites': { items: [{ id: 's1', name: 'Shop' }], next: null } };

describe('reports, audit, visitors, history', () => {
  it('[H1] ranges of days: as long as asked, the one before of the same length and right before it, whatever the clocks do', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 400 }), fc.date({ min: new Date('2000-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }), (days, now) => {
      const range = lastDays(days, now);
      const earlier = before(range);
      expect([lengthOf(range), lengthOf(earlier)]).to.deep.equal([days, days]);
      expect(momentsOf(earlier).to).to.equal(momentsOf(range).from);
      expect(Date.parse(momentsOf(range).to)).to.be.greaterThan(now.getTime());
    }));
    expect(lengthOf({ from: '2026-02-01', to: '2026-01-31' })).to.equal(0);
    expect(Number.isNaN(lengthOf({ from: '', to: '2026-01-31' }))).to.equal(true);
  });

  it('[P11] axes end at a round number not below the greatest value, labels never touch, heat has five depths', () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (value) => {
      expect(roundUp(value)).to.be.at.least(value);
      expect(roundUp(value)).to.be.at.most(Math.max(4, value * 2.01));
      expect(Number.isInteger(roundUp(value) / 2)).to.equal(true);
    }));
    fc.assert(fc.property(fc.integer({ min: 1, max: 400 }), (count) => {
      expect(Array.from({ length: count }, (_none, index) => labelled(count)(index)).filter(Boolean).length).to.be.within(1, 8);
    }));
    expect([0, 1, 3, 5, 8, 10].map((value) => depthOf(value, 10))).to.deep.equal([0, 1, 2, 2, 4, 4]);
  });

  it('[H1] reports show figures beside those of the days before, charts with tables, and who did what', async () => {
    const api = fakeApi({ ...lists, '/v1/reports': report(some) });
    await show(html`<consult-admin-reports .api=${api} .session=${fakeSession()} .route=${parseRoute('#/reports?from=2026-11-20&to=2026-11-21')}></consult-admin-reports>`);
    const asked = api.asked.filter((path) => path.startsWith('/v1/reports'));
    expect(asked).to.have.length(2);
    expect(asked[0]).to.contain('timeZone=');
    const text = textOf(stage);
    for (const word of ['12', '1:35', '4.5', 'Ada', 'Shop', 'Answered calls']) expect(text).to.contain(word);
    expect(deep(stage, '[role="img"]').length).to.equal(4);
    expect(await violations(stage)).to.deep.equal([]);
  });

  it('[H1] days in which nothing happened, a refusal, and a retry are told calmly', async () => {
    const answers: Record<string, unknown> = { ...lists, '/v1/reports': report(none) };
    const api = fakeApi(answers);
    const route = parseRoute('#/reports');
    await show(html`<consult-admin-reports .api=${api} .session=${fakeSession()} .route=${route}></consult-admin-reports>`);
    expect(textOf(stage)).to.contain('Nothing happened in these days');
    answers['/v1/reports'] = new WireFailure('offline', '');
    render(html`<consult-admin-reports .api=${api} .session=${fakeSession()} .route=${parseRoute('#/reports?from=2026-11-01&to=2026-11-02')}></consult-admin-reports>`, stage);
    await settle();
    expect(textOf(stage)).to.contain('The server cannot be reached');
    answers['/v1/reports'] = report(some);
    (deep(stage, '.empty button')[0] as HTMLElement).click();
    await settle();
    expect(textOf(stage)).to.contain('Ada');
  });

  it('[N10] the audit log says who did what in words, and shows what it has no words for as it is', async () => {
    expect([actionText('agent.disabled'), thingText('site'), actionText('future.thing_done')]).to.deep.equal(['Team: deactivated', 'Site', 'future: thing done']);
    const facts = [factText('changed', ['name', 'note', 'shoe']), factText('name', ['Shop', 'Store']), factText('origins', [[], ['https://a.example', 'https://b.example']]), factText('scopes', ['calls:read', 'sites:write']), factText('future_thing', { a: 1 }), factText('how', 'password'), factText('bot', false)];
    expect(facts).to.deep.equal(['changed: Name, Note, shoe', 'Name: Shop → Store', 'Origins: – → https://a.example, https://b.example', 'Scopes: calls:read, sites:write', 'future thing: {"a":1}', 'By: password', 'Bot: no']);
    const entry = { id: 'e1', at: '2026-11-21T08:00:00Z', actor: { kind: 'agent', id: 'a1', name: 'Ada' }, action: 'agent.disabled', target: { kind: 'agent', id: 'a2', name: '<b>Bob</b>' }, detail: { role: 'agent' }, address: '203.0.113.0/24' };
    const api = fakeApi({ ...lists, '/v1/audit': { items: [entry], next: 'more' } });
    await show(html`<consult-admin-audit .api=${api} .session=${fakeSession()} .route=${parseRoute('#/audit?action=agent&from=2026-11-20')}></consult-admin-audit>`);
    expect(api.asked.find((path) => path.startsWith('/v1/audit'))).to.contain('action=agent').and.contain('from=');
    const text = textOf(stage);
    for (const word of ['Ada', '<b>Bob</b>', 'Role: Agent', '203.0.113.0/24']) expect(text).to.contain(word);
    expect(deep(stage, '.more button')).to.have.length(1);
    expect(await violations(stage)).to.deep.equal([]);
  });

  it('[H2] [D1] visitors are found; a row tells whether an identity was vouched for; nobody is told apart from nothing', async () => {
    const answers: Record<string, unknown> = { ...lists, '/v1/visitors': { items: [visitor('v1', { verified: true, online: true, email: 'a@example.com', page: { id: 'p', url: 'https://a.example/x', title: 'Bowls', at: '2026-11-21T08:00:00Z' } }), visitor('v2')], next: null } };
    const api = fakeApi(answers);
    await show(html`<consult-admin-visitors .api=${api} .session=${fakeSession()} .route=${parseRoute('#/visitors?text=visi&online=true')}></consult-admin-visitors>`);
    expect(api.asked).to.include('/v1/visitors?text=visi&online=true&limit=40');
    expect(textOf(stage)).to.contain('Verified').and.contain('Bowls').and.contain('a@example.com');
    expect(deep(stage, 'a[href="#/visitors/v1"]')).to.have.length(1);
    expect(await violations(stage)).to.deep.equal([]);
    answers['/v1/visitors'] = { items: [], next: null };
    render(html`<consult-admin-visitors .api=${api} .session=${fakeSession()} .route=${parseRoute('#/visitors?text=nobody')}></consult-admin-visitors>`, stage);
    await settle();
    expect(textOf(stage)).to.contain('Nobody fits');
  });

  it('[H3] [D7] one visitor: facts, one story, and erasing only after a question', async () => {
    const entries = [
      { kind: 'call', at: '2026-11-21T09:00:00Z', call: call('c1') }, { kind: 'message', at: '2026-11-21T08:30:00Z', message: { id: 'm', seq: 1, clientId: 'x', conversationId: 'c', author: { kind: 'visitor', id: 'v1', name: 'Visitor v1' }, kind: 'text', text: '<img src=x onerror=alert(1)>', createdAt: '2026-11-21T08:30:00Z' } },
      { kind: 'page', at: '2026-11-20T08:00:00Z', page: { id: 'p', url: 'https://a.example/x', title: 'Bowls', at: '2026-11-20T08:00:00Z' } }, { kind: 'conversation', at: '2026-11-20T07:59:00Z', conversation: conversation('c') },
    ];
    const api = fakeApi({ '/v1/visitors/v1': visitor('v1', { page: { id: 'p', url: 'javascript:alert(1)', title: 'x', at: '2026-11-20T08:00:00Z' } }), '/v1/visitors/v1/timeline': { items: entries, next: null } });
    await show(html`<consult-admin-visitors .api=${api} .session=${fakeSession()} .route=${parseRoute('#/visitors/v1')}></consult-admin-visitors>`);
    await settle();
    const text = textOf(stage);
    for (const word of ['Not verified', '<img src=x onerror=alert(1)>', 'Bowls', '2:05']) expect(text).to.contain(word);
    expect(deep(stage, 'a[href^="javascript"]')).to.have.length(0);
    expect(deep(stage, 'h3')).to.have.length(2, 'two days');
    (deep(stage, '.danger-quiet')[0] as HTMLElement).click();
    await settle();
    expect(api.asked.some((path) => path.startsWith('DELETE'))).to.equal(false);
    (deep(stage, '[data-at="yes"]')[0] as HTMLElement).click();
    await settle();
    expect(api.asked).to.include('DELETE /v1/visitors/v1 undefined');
  });

  it('[H1] the history asks for just what the address says, and no call that fits is told from no call at all', async () => {
    const api = fakeApi({ ...lists, '/v1/calls': { items: [], next: null } });
    await show(html`<consult-admin-history .api=${api} .session=${fakeSession()} .route=${parseRoute('#/history?mode=video&outcome=missed&recorded=true&text=bowl&sort=oldest&from=2026-11-01')}></consult-admin-history>`);
    const asked = new URLSearchParams(api.asked.find((path) => path.startsWith('/v1/calls'))!.split('?')[1]);
    expect(Object.fromEntries(asked)).to.deep.include({ mode: 'video', outcome: 'missed', recorded: 'true', text: 'bowl', sort: 'oldest' });
    expect(Date.parse(asked.get('from')!)).to.equal(new Date(2026, 10, 1).getTime());
    expect(textOf(stage)).to.contain('No call fits these filters.');
    expect(await violations(stage)).to.deep.equal([]);
  });
});
