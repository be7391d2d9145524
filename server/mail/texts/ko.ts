import { oneLine, type Letter } from '../letter.ts';
import type { MailTexts } from './mail-texts.ts';

const footer = 'Peer Consult에서 자동으로 보낸 메일입니다. 이 메일에는 회신하지 마십시오.';
const roles: Record<string, string> = { owner: '소유자', admin: '관리자', agent: '상담원' };

/** Korean. */
export const ko: MailTexts = {
  invitation: ({ inviter, organisation, role, link }): Letter => ({
    subject: `${oneLine(inviter)} 님이 ${oneLine(organisation)}에 초대했습니다`,
    heading: `${oneLine(organisation)} 초대`,
    paragraphs: [`${oneLine(inviter)} 님이 ${oneLine(organisation)}의 방문자 상담에 초대했습니다.`, `역할: ${roles[role] ?? '상담원'}`],
    button: { label: '초대 수락하기', link },
    notes: ['링크는 한 번만 사용할 수 있습니다. 예상하지 못한 초대라면 무시하셔도 됩니다.'],
    footer,
  }),
  password_reset: ({ name, link, minutes }): Letter => ({
    subject: '새 비밀번호 설정',
    heading: '새 비밀번호 설정',
    paragraphs: [`${oneLine(name)} 님, 계정의 새 비밀번호 설정이 요청되었습니다.`],
    button: { label: '새 비밀번호 설정하기', link },
    notes: [`링크는 ${minutes}분 동안 한 번만 사용할 수 있습니다. 직접 요청하지 않으셨다면 이 메일을 무시하십시오. 비밀번호는 그대로 유지됩니다.`],
    footer,
  }),
  agent_notice: ({ agent, visitor, preview, link, site }): Letter => ({
    subject: `${oneLine(visitor, 60)} 님이 ${oneLine(site, 60)}에서 기다리고 있습니다`,
    heading: `${oneLine(visitor, 60)} 님이 답변을 기다리고 있습니다`,
    paragraphs: [`${oneLine(agent)} 님, 접속한 상담원이 없을 때 ${oneLine(site)}에서 다음 메시지가 도착했습니다.`],
    quote: preview,
    button: { label: '대화 열기', link },
    notes: ['이 알림 메일은 상담 화면의 내 계정에서 끌 수 있습니다.'],
    footer,
  }),
  visitor_notice: ({ site, preview, link }): Letter => ({
    subject: `${oneLine(site)}에서 답변이 도착했어요`,
    heading: `${oneLine(site)}에서 답변했어요`,
    paragraphs: ['문의하면서 남겨 주신 주소로 답변을 보내 드려요.'],
    quote: preview,
    ...(link !== null && { button: { label: '대화 이어가기', link } }),
    notes: link === null ? [] : ['문의를 남긴 브라우저에서 링크를 열면 대화를 이어갈 수 있어요.'],
    footer: `${oneLine(site)}의 대화에 이 주소가 남겨져 있어 보내 드리는 메일이에요. 이 메일에는 회신할 수 없어요.`,
  }),
  transcript: ({ site, text, visitor }): Letter => ({
    subject: `${oneLine(site)} 대화 기록`,
    heading: `${oneLine(visitor, 60)} 님과 ${oneLine(site, 60)}의 대화`,
    paragraphs: ['요청하신 대화 기록을 보내 드려요.'],
    quote: text,
    footer,
  }),
  test: ({ agent }): Letter => ({
    subject: 'Peer Consult 메일이 작동합니다',
    heading: '메일이 작동합니다',
    paragraphs: [`${oneLine(agent)} 님, 이 서버는 메일을 보낼 수 있습니다. 초대, 새 비밀번호, 알림이 전달됩니다.`],
    footer,
  }),
};
