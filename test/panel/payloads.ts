/**
 * What strangers write where a name, an address or a sentence is asked for (threats.md S9): each has been a hole in a system of this
 * kind. Every one of them sets `window.hacked` when it runs, wherever it runs.
 */
export const payloads = {
  script: '<script>window.hacked=1</script>',
  image: '<img src=x onerror=window.hacked=2>',
  breakOut: '"><svg onload=window.hacked=3>',
  template: `{{constructor.constructor('window.hacked=4')()}}\${window.hacked=4}`,
  address: 'javascript:window.hacked=5',
  entity: '&lt;img src=x onerror=window.hacked=6&gt;',
  lit: '<!--?lit$1$--><b onclick="window.hacked=7">bold</b>',
  direction: '\u202Eexe.fdp<iframe srcdoc="<script>parent.hacked=8</script>">',
  formula: '=HYPERLINK("javascript:window.hacked=9","click")',
  style: '</style><style>*{display:none!important}</style>',
} as const;

/** A payload cut to a field's length. */
export function payload(name: keyof typeof payloads, length = 80): string {
  return payloads[name].slice(0, length);
}
