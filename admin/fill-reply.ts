/** What a reply that was written once may speak of. */
export interface ReplyNames {
  visitor: string;
  agent: string;
  site: string;
}

/** Fills `{{visitor.name}}`, `{{agent.name}}` and `{{site.name}}`. Anything else in braces stays as it was written. */
export function fillReply(text: string, names: ReplyNames): string {
  return text.replaceAll(/\{\{\s*(visitor|agent|site)\.name\s*\}\}/g, (_whole, who: keyof ReplyNames) => names[who]);
}
