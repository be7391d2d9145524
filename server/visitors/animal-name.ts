// Friendly words that offend nobody and cannot be taken for a real name. A visitor is told apart by the id, not by this.
const words = {
  en: {
    adjectives: ['Amber', 'Brave', 'Bright', 'Calm', 'Cheerful', 'Clever', 'Cosy', 'Curious', 'Gentle', 'Golden', 'Happy', 'Honest', 'Jolly', 'Kind',
      'Lively', 'Lucky', 'Merry', 'Mellow', 'Nimble', 'Patient', 'Playful', 'Polite', 'Quick', 'Quiet', 'Shiny', 'Silver', 'Sunny', 'Swift', 'Warm', 'Wise'],
    animals: ['Badger', 'Beaver', 'Crane', 'Deer', 'Dolphin', 'Dove', 'Eagle', 'Falcon', 'Finch', 'Fox', 'Hare', 'Hedgehog', 'Heron', 'Koala', 'Lark',
      'Lynx', 'Magpie', 'Marten', 'Otter', 'Owl', 'Panda', 'Penguin', 'Puffin', 'Rabbit', 'Robin', 'Seal', 'Sparrow', 'Squirrel', 'Swan', 'Tiger'],
  },
  ko: {
    adjectives: ['활기찬', '용감한', '밝은', '차분한', '명랑한', '똑똑한', '포근한', '호기심 많은', '다정한', '금빛', '행복한', '정직한', '즐거운', '친절한',
      '씩씩한', '운 좋은', '신나는', '느긋한', '날쌘', '참을성 있는', '장난스러운', '예의 바른', '재빠른', '조용한', '반짝이는', '은빛', '화창한', '발빠른', '따뜻한', '지혜로운'],
    animals: ['오소리', '비버', '두루미', '사슴', '돌고래', '비둘기', '독수리', '매', '방울새', '여우', '산토끼', '고슴도치', '왜가리', '코알라', '종달새',
      '스라소니', '까치', '담비', '수달', '부엉이', '판다', '펭귄', '바다오리', '토끼', '울새', '물개', '참새', '다람쥐', '백조', '호랑이'],
  },
};

/**
 * A name for somebody who has given none: "Curious Otter", "호기심 많은 수달". `locale`: a language tag or an Accept-Language
 * header; the first of its languages that we have counts, English otherwise. `below(n)`: a random whole number in [0, n).
 */
export function animalName(locale: string | undefined, below: (n: number) => number): string {
  const { adjectives, animals } = words[languageOf(locale)];
  return `${adjectives[below(adjectives.length)]} ${animals[below(animals.length)]}`;
}

/** Korean or English, whichever the tag or Accept-Language header prefers. */
export function languageOf(locale: string | undefined): 'ko' | 'en' {
  const wanted = (locale ?? '').split(',').map((entry) => {
    const [tag = '', ...parameters] = entry.trim().toLowerCase().split(';');
    const quality = parameters.map((one) => /^\s*q=([\d.]+)\s*$/.exec(one)?.[1]).find((one) => one !== undefined);
    return { language: tag.split('-')[0], quality: quality === undefined ? 1 : Number(quality) };
  });
  wanted.sort((a, b) => b.quality - a.quality);
  return wanted.find(({ language, quality }) => quality > 0 && (language === 'ko' || language === 'en'))?.language === 'ko' ? 'ko' : 'en';
}

/** The first language tag of a tag or an Accept-Language header, as it is kept: `ko-KR`. Null when there is none. */
export function languageTag(locale: string | undefined): string | null {
  const [tag] = (locale ?? '').split(/[,;]/, 1);
  try {
    return Intl.getCanonicalLocales(tag!.trim())[0]?.slice(0, 35) ?? null;
  } catch {
    return null;
  }
}
