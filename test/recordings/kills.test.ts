import t from 'tap';
import { provesKills } from './proves-kills.ts';

// Two of these make 500 kills; each file has a process and a time limit of its own.
await t.test('[G3] [G4] [G6] the first 250 kills of pages, networks and servers: every file is there and right, and a death costs a slice, or nothing with a standby', { timeout: 500_000 }, async (t) => {
  await provesKills(t, { kills: 250, seed: 6, sigkills: 2 });
});
