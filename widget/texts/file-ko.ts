import type { FileTexts } from './file-en.ts';

/** What files and the emoji chooser say, in Korean. */
export const fileKo: FileTexts = {
  chosen: '선택한 파일',
  remove: (name) => `${name} 빼기`,
  tooLarge: (name, most) => `“${name}” 파일이 너무 커요. ${most}까지 보낼 수 있어요.`,
  tooMany: (most) => `한 번에 파일 ${most}개까지 보낼 수 있어요.`,
  emptyFile: (name) => `“${name}”은(는) 빈 파일이에요.`,
  files: '파일',
  uploading: (name) => `${name} 보내는 중`,
  waiting: '기다리는 중…',
  cancel: '취소',
  openPicture: (name) => `${name} 크게 보기`,
  download: (name) => `${name} 내려받기`,
  save: '내려받기',
  close: '닫기',
  loadingFile: '불러오는 중…',
  gone: '더 이상 볼 수 없는 파일이에요.',
  away: '불러오지 못했어요.',
  again: '다시 시도',
  emoji: '이모지',
  recent: '최근에 쓴 이모지',
};
