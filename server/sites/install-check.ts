import type { InstallCheck } from '../../protocol/site.ts';
import { OutboundError, type Outbound, type OutboundAnswer } from '../outbound/outbound.ts';
import { blockedBy, parsePolicies, type PolicyNeed } from './content-policy.ts';
import { htmlTags, type HtmlTag } from './html-tags.ts';
import type { Sites } from './sites.ts';
import { problem } from '../errors.ts';

/** Looks whether the tag stands on a page. */
export interface InstallChecks {
  /** Throws `not_found` for a site that the organisation has not, and `unprocessable` for what is no address. */
  check(organisationId: string, siteId: string, url: string): Promise<InstallCheck>;
}

/** What looking at pages needs. */
export interface InstallChecksParts {
  sites: Pick<Sites, 'byId' | 'allows'>;
  outbound: Pick<Outbound, 'request'>;
  /** A page of our own, like the demo: it is not asked over the network, where we may be at home behind a proxy or on a private address. */
  ownPage(path: string): Promise<Pick<OutboundAnswer, 'status' | 'headers' | 'body'>>;
  ownOrigins(): readonly string[];
}

const pageBytes = 3 * 1024 * 1024;
// What the element and lit make their templates with; a page with Trusted Types has to let them.
const trustedTypes = ['lit-html', 'peer-consult'];

/** Makes the use case of the install check. */
export function createInstallChecks({ sites, outbound, ownPage, ownOrigins }: InstallChecksParts): InstallChecks {
  const fetchPage = async (url: URL): Promise<OutboundAnswer> => {
    if (ownOrigins().includes(url.origin)) return { ...(await ownPage(`${url.pathname}${url.search}`)), url: url.href };
    return outbound.request({ method: 'GET', url: url.href, headers: { accept: 'text/html' }, maxBytes: pageBytes, redirects: 3 });
  };
  return {
    async check(organisationId, siteId, text) {
      const site = await sites.byId(organisationId, siteId);
      if (!site) throw problem('not_found');
      const url = addressOf(text);
      const answer = (result: InstallCheck['result'], detail: string, more: Partial<InstallCheck> = {}): InstallCheck => ({ url: url.href, status: null, csp: [], ...more, result, detail });
      const missing = (origin: string) => answer('origin_missing', `Add ${origin} to the site's allowed origins first.`);
      if (!sites.allows(site, url.origin)) return missing(url.origin);
      let page: OutboundAnswer;
      try {
        page = await fetchPage(url);
      } catch (error) {
        if (!(error instanceof OutboundError)) throw error;
        return answer(error.failure === 'address_refused' ? 'refused' : 'unreachable', error.message, { status: error.status ?? null });
      }
      const end = new URL(page.url);
      if (!sites.allows(site, end.origin)) return missing(end.origin);
      const found = { url: page.url, status: page.status };
      if (page.status < 200 || page.status > 299) return answer('unreachable', `The page answers with ${page.status}.`, found);
      if (!/^(text\/html|application\/xhtml\+xml)\b/i.test(page.headers['content-type'] ?? '')) return answer('no_tag', 'What is there is no HTML page.', found);

      const tags = htmlTags(page.body.toString('utf8'));
      const elements = tags.filter(({ name }) => name === 'peer-consult');
      const script = tags.find(isOurScript);
      const server = serverOf(script, end) ?? ownOrigins()[0]!;
      const csp = blockedBy(policiesOf(page, tags), needs(server, script), end.origin, trustedTypes);
      const more = { ...found, csp };
      if (elements.length === 0) return answer('no_tag', 'There is no <peer-consult> in the page\'s HTML. One that a script adds later cannot be seen from here.', more);
      const keys = elements.map(({ attributes }) => attributes.get('site-key')?.trim() ?? '');
      if (!keys.includes(site.publishableKey)) {
        return answer('wrong_key', keys[0] === '' ? 'The tag has no site-key.' : 'The tag names the key of another site, or one that was replaced.', more);
      }
      if (!script) return answer('no_script', 'The tag is there, but no <script type="module"> with peer-consult.js. If your own bundle holds the element, this is fine.', more);
      return answer('found', csp.length > 0 ? 'The tag is there, but the page\'s Content-Security-Policy keeps it from working.' : 'The tag is there.', more);
    },
  };
}

function addressOf(text: string): URL {
  let url: URL | null = null;
  try {
    url = new URL(text.trim());
  } catch { /* told below */ }
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') throw problem('unprocessable', 'url must be an address like https://shop.example/.');
  url.hash = '';
  return url;
}

function isOurScript({ name, attributes }: HtmlTag): boolean {
  return name === 'script' && attributes.get('type')?.trim().toLowerCase() === 'module' && /(^|\/)peer-consult\.js(\?|$)/.test(attributes.get('src')?.trim() ?? '');
}

/** Where the script comes from, which is where the element then speaks to. */
function serverOf(script: HtmlTag | undefined, page: URL): string | undefined {
  try {
    return script && new URL(script.attributes.get('src')!.trim(), page).origin;
  } catch {
    return undefined;
  }
}

/** Reports that only report do not count. */
function policiesOf({ headers }: OutboundAnswer, tags: readonly HtmlTag[]) {
  const metas = tags.filter(({ name, attributes }) => name === 'meta' && attributes.get('http-equiv')?.trim().toLowerCase() === 'content-security-policy');
  return [headers['content-security-policy'], ...metas.map(({ attributes }) => attributes.get('content'))].flatMap((text) => (text ? parsePolicies(text) : []));
}

/** What the element loads and speaks to. Its styles are constructed sheets, which no policy has to allow. */
function needs(server: string, script: HtmlTag | undefined): PolicyNeed[] {
  return [
    { directive: 'script-src', target: server, nonce: script?.attributes.get('nonce') },
    { directive: 'connect-src', target: server }, { directive: 'connect-src', target: server.replace(/^http/, 'ws') },
    { directive: 'img-src', target: server }, { directive: 'media-src', target: 'blob:' },
  ];
}
