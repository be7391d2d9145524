import type { Report } from '../../protocol/work.ts';
import { problem } from '../errors.ts';
import type { Place } from '../page-cursor.ts';
import { createLocalTime, isTimeZone, QUARTER_MS } from './local-time.ts';
import { buildReport } from './report-builder.ts';
import type { ReportsStore } from './reports.store.ts';

/** What a report is asked about; times are RFC 3339, `to` is not included. */
export interface ReportWish {
  from: string;
  to: string;
  site?: string | undefined;
  agent?: string | undefined;
  timeZone?: string | undefined;
}

/** How much there was to do, and how it went. */
export interface Reports {
  /** Throws `unprocessable` for a stretch that is empty or longer than 400 days, or a time zone that is none. */
  report(organisationId: string, wish: ReportWish): Promise<Report>;
}

const dayMs = 86_400_000;
const daysAtMost = 400;
// A page is small, because SQLite answers on the thread that everybody's messages take too.
const pageSize = 250;

/** Makes the use cases of reports. */
export function createReports({ store }: { store: ReportsStore }): Reports {
  return {
    async report(organisationId, { from: first, to: last, site, agent, timeZone = 'UTC' }) {
      const [from, to] = [Date.parse(first), Date.parse(last)];
      if (!(from < to)) throw problem('unprocessable', 'A report needs a stretch of time: `from` before `to`.');
      // An hour more: a stretch of local days may hold the one that is given back in autumn.
      if (to - from > daysAtMost * dayMs + 3_600_000) throw problem('unprocessable', `A report holds at most ${daysAtMost} days.`);
      if (!isTimeZone(timeZone)) throw problem('unprocessable', 'There is no such time zone; names are those of IANA, e.g. Asia/Seoul.');
      const builder = buildReport({ from, to, site, agent }, createLocalTime(timeZone));

      await eachPage((after) => store.conversations(organisationId, to, after, pageSize), async (page) => {
        for (const facts of page) builder.conversation(facts);
        const spoken = new Map(page.filter(({ lastMessageAt }) => lastMessageAt >= from).map((facts) => [facts.id, facts]));
        for (const count of await store.messageCounts([...spoken.keys()], from, to, QUARTER_MS)) {
          const { siteId, assigneeId } = spoken.get(count.conversationId)!;
          builder.messages({ ...count, siteId, assigneeId });
        }
      });
      await eachPage((after) => store.calls(organisationId, from, to, after, pageSize), (page) => page.forEach((facts) => builder.call(facts)));
      const [agents, sites] = await Promise.all([store.agents(organisationId), store.sites(organisationId)]);
      return builder.report({ agents, sites });
    },
  };
}

/** Goes through a list page by page, and lets everybody else have a turn in between. */
async function eachPage<T extends { id: string; createdAt: number }>(load: (after: Place | undefined) => Promise<T[]>, work: (page: T[]) => Promise<void> | void): Promise<void> {
  let after: Place | undefined;
  for (;;) {
    const page = await load(after);
    await work(page);
    if (page.length < pageSize) return;
    const { createdAt, id } = page.at(-1)!;
    after = { at: createdAt, id };
    await new Promise((resolve) => setImmediate(resolve));
  }
}
