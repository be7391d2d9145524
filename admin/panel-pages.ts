import { html, type TemplateResult } from 'lit';
import type { Permission } from '../protocol/permissions.ts';
import type { Session } from '../widget/engine/session-state.ts';
import type { Api } from './api.ts';
import { auditIcon, historyIcon, inboxIcon, queueIcon, reportsIcon, settingsIcon, siteIcon, teamIcon, visitorsIcon } from './icons.ts';
import type { PageName, Route } from './router.ts';
import type { TextKey } from './texts/text-key.ts';

/** What every page of the house is given. */
export interface PageContext {
  api: Api;
  session: Session;
  route: Route;
}

/** A page of the house. */
export interface PanelPage {
  name: PageName;
  label: TextKey;
  icon: TemplateResult;
  /** Who has it in the navigation; others are told calmly that it is not theirs. */
  may: Permission;
  /** Brings its module: each page is a chunk of its own. */
  load(): Promise<unknown>;
  view(context: PageContext): TemplateResult;
}

/** The pages in the order of the navigation. Those that hold the most work come first: a phone shows four of them. */
export const panelPages: readonly PanelPage[] = [
  {
    name: 'inbox', label: 'inbox', icon: inboxIcon, may: 'conversations:read', load: () => import('./pages/inbox.ts'),
    view: ({ api, session, route }) => html`<consult-admin-inbox .api=${api} .session=${session} .route=${route}></consult-admin-inbox>`,
  },
  {
    name: 'queue', label: 'queue', icon: queueIcon, may: 'calls:take', load: () => import('./pages/queue.ts'),
    view: ({ api, session, route }) => html`<consult-admin-queue .api=${api} .session=${session} .route=${route}></consult-admin-queue>`,
  },
  {
    name: 'history', label: 'history', icon: historyIcon, may: 'calls:read', load: () => import('./pages/history.ts'),
    view: ({ api, session, route }) => html`<consult-admin-history .api=${api} .session=${session} .route=${route}></consult-admin-history>`,
  },
  {
    name: 'visitors', label: 'visitors', icon: visitorsIcon, may: 'visitors:read', load: () => import('./pages/visitors.ts'),
    view: ({ api, session, route }) => html`<consult-admin-visitors .api=${api} .session=${session} .route=${route}></consult-admin-visitors>`,
  },
  {
    name: 'team', label: 'team', icon: teamIcon, may: 'team:read', load: () => import('./pages/team.ts'),
    view: ({ api, session, route }) => html`<consult-admin-team .api=${api} .session=${session} .route=${route}></consult-admin-team>`,
  },
  {
    name: 'sites', label: 'sites', icon: siteIcon, may: 'sites:write', load: () => import('./pages/sites.ts'),
    view: ({ api, session, route }) => html`<consult-admin-sites .api=${api} .session=${session} .route=${route}></consult-admin-sites>`,
  },
  {
    name: 'settings', label: 'settings', icon: settingsIcon, may: 'self', load: () => import('./pages/settings.ts'),
    view: ({ api, session, route }) => html`<consult-admin-settings .api=${api} .session=${session} .route=${route}></consult-admin-settings>`,
  },
  {
    name: 'reports', label: 'reports', icon: reportsIcon, may: 'reports:read', load: () => import('./pages/reports.ts'),
    view: ({ api, session, route }) => html`<consult-admin-reports .api=${api} .session=${session} .route=${route}></consult-admin-reports>`,
  },
  {
    name: 'audit', label: 'audit', icon: auditIcon, may: 'audit:read', load: () => import('./pages/audit.ts'),
    view: ({ api, session, route }) => html`<consult-admin-audit .api=${api} .session=${session} .route=${route}></consult-admin-audit>`,
  },
];
