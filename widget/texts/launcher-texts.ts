import type { Language } from './language.ts';

/** The few words that the launcher needs before anything else is loaded. */
export interface LauncherTexts {
  open: string;
  returnToCall: string;
  unread(count: number): string;
  failed: string;
}

/** In every language: together they weigh less than another request. */
export const launcherTexts: Record<Language, LauncherTexts> = {
  en: {
    open: 'Open chat',
    returnToCall: 'Return to the call',
    unread: (count) => (count === 1 ? '1 unread message' : `${count} unread messages`),
    failed: 'The chat could not be loaded. Try again.',
  },
  ko: {
    open: '채팅 열기',
    returnToCall: '통화로 돌아가기',
    unread: (count) => `읽지 않은 메시지 ${count}개`,
    failed: '채팅을 불러오지 못했어요. 다시 시도해 주세요.',
  },
};
