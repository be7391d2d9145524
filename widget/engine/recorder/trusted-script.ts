/** What we need of Trusted Types (w3c.github.io/trusted-types), which the compiler's DOM library does not know. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): URL };
}

let policy: ReturnType<TrustedTypes['createPolicy']> | undefined;

/**
 * Makes a script URL that a page with `require-trusted-types-for 'script'` takes for a worker. Only for addresses that the
 * bundler wrote, never for one that was put together at run time. Throws where the page's CSP does not allow the policy
 * `peer-consult`.
 */
export function trustedScript(url: string): string | URL {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  if (!trustedTypes) return url;
  policy ??= trustedTypes.createPolicy('peer-consult', { createScriptURL: (own) => own });
  return policy.createScriptURL(url);
}
