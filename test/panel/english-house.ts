import type { Furniture } from './house.ts';

/** A small pottery's day, for pictures and for looking at every page. */
export const englishHouse: Furniture = {
  agents: ['Maya Lindqvist', 'Jonas Weber', 'Ana Ruiz'],
  site: 'Hazel & Clay', greeting: 'Ask us anything about our pots, orders and repairs.', statusText: 'We mostly answer within ten minutes',
  tags: ['order', 'repair', 'wholesale', 'urgent'],
  reply: { shortcut: 'hours', text: 'Hello {{visitor.name}}, the shop is open from Tuesday to Saturday, 10 to 18 h.' },
  webhook: 'Warehouse', key: 'Nightly export', organisation: 'Hazel & Clay',
  visitors: [
    {
      name: 'Priya Natarajan', browser: 'Chrome 150', topic: 'Glazes', plan: 'Studio club', email: 'priya@example.com', page: { title: 'Stoneware bowl, large', path: '/demo' }, note: 'Ordered twice before, both by post.',
      lines: ['Hi! Is the large stoneware bowl back in stock?', 'It is: six of them came out of the kiln yesterday.', 'Lovely. Could I see the glaze by video before I order?'],
    },
    { name: 'Calm Otter', browser: 'Firefox 148', topic: 'Repair', plan: 'Guest', page: { title: 'Repairs', path: '/demo' }, lines: ['My teapot’s lid has a crack. Do you repair those?', 'We do, with kintsugi if you like it to be seen.', 'Yes please!'], call: true },
    { name: 'Tom Okafor', browser: 'Edge 150', topic: 'Wholesale', plan: 'Café', email: 'tom@example.com', page: { title: 'Wholesale', path: '/demo' }, lines: ['Do you sell to cafés? We need 40 cups.', 'With pleasure. From 20 pieces on it is 25 % less.'], rating: { score: 5, comment: 'Quick and kind, thank you' } },
    { name: 'Bright Heron', browser: 'Chrome 150', topic: 'Delivery', plan: 'Guest', page: { title: 'Cups', path: '/demo' }, lines: ['Where is my parcel?'] },
    { name: 'Lena Hoffmann', browser: 'Chrome 149', topic: 'Vases', plan: 'Studio club', email: 'lena@example.com', page: { title: 'Vases', path: '/demo' }, lines: ['Is the vase watertight?', 'It is glazed inside, so yes.', 'Great, thanks a lot.'], rating: { score: 4, comment: '' } },
  ],
};
