import type { FastifyPluginAsync } from 'fastify';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { demo as texts } from '../languages/split/demo.ts';
import { LANGUAGE_NAMES } from '../languages/split/language-names.ts';
import { LANGUAGE_TAGS } from '../languages/split/tags.ts';
import { isLanguage, languageOf } from './languages.ts';
import { pageHeaders } from './security-headers.ts';
import type { Sites } from './sites/sites.ts';
import { send } from './static.ts';
import { staticFile } from './static-files.ts';

/** What the demo page is made from. */
export interface DemoOptions {
  /** Where `shop.html` and `shop.css` lie. */
  folder: string;
  sites: Pick<Sites, 'first'>;
  ownOrigins(): readonly string[];
}

/** `/demo`: an imaginary shop, whose page carries the one tag and nothing else of ours. `?lang=ko` chooses. */
export const demo: FastifyPluginAsync<DemoOptions> = async (app, { folder, sites, ownOrigins }) => {
  const page = readFileSync(join(folder, 'shop.html'), 'utf8');
  const style = staticFile('shop.css', readFileSync(join(folder, 'shop.css')));
  const open = { config: { may: 'anyone', rateLimit: false }, schema: { hide: true } } as const;

  app.get<{ Querystring: { lang?: unknown } }>('/demo', open, async (request, reply) => {
    const { lang } = request.query;
    const language = isLanguage(lang) ? lang : languageOf(request.headers['accept-language']);
    const other = LANGUAGE_TAGS[(LANGUAGE_TAGS.indexOf(language) + 1) % LANGUAGE_TAGS.length]!;
    const site = await sites.first();
    pageHeaders(reply, ownOrigins());
    reply.header('vary', 'accept-language').type('text/html; charset=utf-8');
    return fill(page, { ...texts[language], language, otherLanguage: other, otherName: LANGUAGE_NAMES[other], siteKey: site?.publishableKey ?? '' });
  });
  app.get('/demo/', open, (_request, reply) => reply.redirect('/demo', 308));
  app.get('/demo/shop.css', open, (request, reply) => send(request, reply, style));
};

/** Puts values into `{{name}}`, as text: nothing in them becomes markup. */
export function fill(template: string, values: Record<string, string>): string {
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`The page has no value for {{${name}}}.`);
    return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
  });
}
