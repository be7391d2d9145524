import type { Test } from 'tap';
import { runKills, type KillsOptions } from './kills.ts';
import { figures, held } from './main.ts';

/** Kills, tells the figures, and holds them to what is promised. */
export async function provesKills(t: Test, options: KillsOptions): Promise<void> {
  const result = await runKills(options);
  t.comment(figures(result));
  t.ok(held(result), figures(result));
  t.ok(result.sigkills >= options.sigkills && result.kills.serverInMerge + result.kills.serverInUpload >= 4, 'servers died as well');
  t.ok(Math.min(result.kills.visitor, result.kills.agent, result.kills.network) > options.kills / 10, 'and everybody else');
}
