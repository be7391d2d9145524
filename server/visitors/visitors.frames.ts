import { frame, type ConnectionListener, type FrameHandler } from '../gateway/frames.ts';
import type { VisitorFacts } from './visitor-facts.ts';
import type { VisitorsOnline } from './visitors-online.ts';

/** What visitors tell of themselves, over the socket. */
export function visitorsFrames(facts: VisitorFacts): FrameHandler[] {
  return [
    frame('visitor.contact', 'visitor', async ({ name, email, fields }, { principal }) => {
      await facts.contact(principal, { ...(name !== undefined && { name }), ...(email !== undefined && { email }), ...(fields && { fields }) });
      return {};
    }),
    frame('visitor.context', 'visitor', async ({ page, device, context }, { principal, connectionId }) => {
      await facts.context(principal, connectionId, { ...(page && { page }), ...(device && { device }), ...(context && { context }) });
      return {};
    }),
  ];
}

/** Connections of visitors count; the hello says whether anything is to be asked before the chat. */
export function visitorsListener({ facts, online }: { facts: VisitorFacts; online: VisitorsOnline }): ConnectionListener {
  return {
    joined({ principal, connectionId }) {
      if (principal.kind === 'visitor') online.joined(principal, connectionId);
      return undefined;
    },
    async snapshot({ principal, connectionId }) {
      if (principal.kind !== 'visitor') return {};
      online.joined(principal, connectionId); // a later hello brings another principal
      return facts.greeted(principal);
    },
    closed: async ({ principal, connectionId }) => {
      if (principal.kind === 'visitor') await facts.left(principal, connectionId);
    },
  };
}
