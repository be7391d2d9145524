/** The words of pushes in one language. `who` is a visitor's name. */
export interface PushTexts {
  call(who: string, video: boolean): { title: string; body: string };
  missed(who: string): { title: string; body: string };
  answered(who: string, by: string): { title: string; body: string };
  over(who: string): { title: string; body: string };
  message(who: string): string;
}

/** Every language of pushes. */
export const pushTexts: Record<'en' | 'ko', PushTexts> = {
  en: {
    call: (who, video) => ({ title: `${who} is calling`, body: video ? 'Video call' : 'Voice call' }),
    missed: (who) => ({ title: 'Missed call', body: `${who} called` }),
    answered: (who, by) => ({ title: `${by} answered`, body: `Call of ${who}` }),
    over: (who) => ({ title: 'The call is over', body: `Call of ${who}` }),
    message: (who) => `${who} writes`,
  },
  ko: {
    call: (who, video) => ({ title: `${who} 님의 전화`, body: video ? '영상 통화' : '음성 통화' }),
    missed: (who) => ({ title: '부재중 전화', body: `${who} 님이 전화했습니다` }),
    answered: (who, by) => ({ title: `${by} 님이 받았습니다`, body: `${who} 님의 전화` }),
    over: (who) => ({ title: '통화가 끝났습니다', body: `${who} 님의 전화` }),
    message: (who) => `${who} 님의 메시지`,
  },
};
