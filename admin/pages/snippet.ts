/** What a site owner pastes. Values are escaped for an attribute, whatever they are (criteria A7). */
export function snippet(server: string, siteKey: string): string {
  return `<script type="module" src="${attribute(`${server}/peer-consult.js`)}"></script>\n<peer-consult site-key="${attribute(siteKey)}"></peer-consult>`;
}

/** The sources that a site's own Content-Security-Policy has to name. */
export function policy(server: string): string {
  const socket = server.replace(/^http/, 'ws');
  return `script-src ${server}; connect-src ${server} ${socket}`;
}

function attribute(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
