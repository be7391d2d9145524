import type { ChatParts } from '../chat/chat.ts';
import { problem } from '../errors.ts';

/** Files, for tests of chat that send none. */
export const noFiles: ChatParts['files'] = {
  claim: async () => Promise.reject(problem('not_found')),
  claimable: async () => Promise.reject(problem('not_found')),
  erase: async () => {},
};
