// `node scripts/make-icons.mjs`: the panel's PNG icons, drawn from admin/public/icon.svg by Chromium. Run it when the drawing
// changes, and commit what it makes.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const folder = join(import.meta.dirname, '../admin/public');
const drawing = readFileSync(join(folder, 'icon.svg'), 'utf8');
const address = `data:image/svg+xml;base64,${Buffer.from(drawing).toString('base64')}`;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--force-color-profile=srgb'] });
try {
  const page = await browser.newPage();
  // A maskable icon is cut to any shape: only its inner 80 % are sure to be seen, and its ground has to reach the edge.
  for (const [name, size, share, ground] of [
    ['icon-192', 192, 1, null],
    ['icon-512', 512, 1, null],
    ['maskable-512', 512, 0.72, '#3a4fd0'],
    ['touch-180', 180, 0.8, '#3a4fd0'],
    ['badge-96', 96, 1, 'alpha'],
  ]) {
    const bytes = await page.evaluate(
      async ({ address, size, share, ground }) => {
        const image = new Image();
        image.src = address;
        await image.decode();
        const canvas = document.createElement('canvas');
        canvas.width = canvas.height = size;
        const pen = canvas.getContext('2d');
        if (ground && ground !== 'alpha') {
          pen.fillStyle = ground;
          pen.fillRect(0, 0, size, size);
        }
        const side = size * share;
        pen.drawImage(image, (size - side) / 2, (size - side) / 2, side, side);
        if (ground === 'alpha') {
          // Android shows of a badge only where it is opaque: the light parts of the drawing stay, in white.
          const pixels = pen.getImageData(0, 0, size, size);
          for (let at = 0; at < pixels.data.length; at += 4) {
            const light = (pixels.data[at] + pixels.data[at + 1] + pixels.data[at + 2]) / 3;
            pixels.data[at + 3] = light > 200 ? pixels.data[at + 3] : 0;
            pixels.data.fill(255, at, at + 3);
          }
          pen.putImageData(pixels, 0, 0);
        }
        return canvas.toDataURL('image/png').split(',')[1];
      },
      { address, size, share, ground },
    );
    writeFileSync(join(folder, `${name}.png`), Buffer.from(bytes, 'base64'));
  }
} finally {
  await browser.close();
}
