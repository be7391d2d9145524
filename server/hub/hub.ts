import type { ServerEvent } from '../../protocol/server-frames.ts';

/**
 * A topic that connections listen to:
 * `visitor:<id>` every connection of a visitor · `agent:<id>` every connection of an agent ·
 * `agents:<organisationId>` every agent connection of an organisation · `site:<siteId>` every visitor connection of a site ·
 * `connection:<id>` one connection · `session:<id>` every connection of one sign-in.
 */
export type Topic = `visitor:${string}` | `agent:${string}` | `agents:${string}` | `site:${string}` | `connection:${string}` | `session:${string}`;

/** What use cases see of the sockets: they publish after the commit, and never learn who listens. */
export interface Hub {
  /**
   * Sends `event` to every connection of every process that listens to one of `topics`, once each; not to the connection
   * `except`, and not to those that listen to one of `unless`. `json` is the event as JSON, where that is made already.
   */
  publish(topics: readonly Topic[], event: ServerEvent, options?: { except?: string; unless?: readonly Topic[]; json?: string }): void;
  /** Closes every connection that listens to `topic`, after `event` if one is given. */
  close(topic: Topic, code: number, reason: string, event?: ServerEvent): void;
}
