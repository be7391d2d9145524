import type { Furniture } from './house.ts';

/** The same pottery's day in Korean. */
export const koreanHouse: Furniture = {
  agents: ['김서연', '박준호', '이하은'],
  site: '매일 쓰는 도자기', greeting: '그릇, 주문, 수리에 대해 무엇이든 물어보세요.', statusText: '보통 10분 안에 답변해 드려요',
  tags: ['주문', '수리', '도매', '긴급'],
  reply: { shortcut: '영업시간', text: '{{visitor.name}} 님, 매장은 화요일부터 토요일까지 10시에서 18시 사이에 엽니다.' },
  webhook: '창고', key: '야간 내보내기', organisation: '매일 쓰는 도자기',
  visitors: [
    {
      name: '정유진', browser: 'Chrome 150', topic: '유약', plan: '공방 회원', email: 'yujin@example.com', page: { title: '석기 그릇, 대', path: '/demo' }, note: '이전에 두 번 택배로 주문하신 고객입니다.',
      lines: ['안녕하세요! 큰 석기 그릇 다시 들어왔나요?', '네, 어제 가마에서 여섯 점이 나왔습니다.', '주문 전에 영상으로 유약을 볼 수 있을까요?'],
    },
    { name: '차분한 수달', browser: 'Whale 5', topic: '수리', plan: '비회원', page: { title: '수리', path: '/demo' }, lines: ['찻주전자 뚜껑에 금이 갔어요. 수리해 주시나요?', '네, 원하시면 금이 보이는 킨츠기로도 합니다.', '그렇게 부탁드려요!'], call: true },
    { name: '최민수', browser: 'Edge 150', topic: '도매', plan: '카페', email: 'minsu@example.com', page: { title: '도매', path: '/demo' }, lines: ['카페에도 판매하시나요? 컵 40개가 필요합니다.', '물론입니다. 20개부터 25% 할인됩니다.'], rating: { score: 5, comment: '빠르고 친절했어요' } },
    { name: '밝은 왜가리', browser: 'Samsung Internet 30', topic: '배송', plan: '비회원', page: { title: '컵', path: '/demo' }, lines: ['제 택배는 어디에 있나요?'] },
    { name: '한지원', browser: 'Chrome 149', topic: '꽃병', plan: '공방 회원', email: 'jiwon@example.com', page: { title: '꽃병', path: '/demo' }, lines: ['꽃병에 물이 새지 않나요?', '안쪽까지 유약을 발라 새지 않습니다.', '감사합니다.'], rating: { score: 4, comment: '' } },
  ],
};
