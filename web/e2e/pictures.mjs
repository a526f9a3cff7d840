// The README's pictures: two of those that `npm run screens` took, small enough to be in the tree.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const FROM = fileURLToPath(new URL('./out/', import.meta.url));
const TO = fileURLToPath(new URL('../../docs/pictures/', import.meta.url));
const PICTURES = [
  ['03-home-ky-360.png', 'phone-ky.webp'],
  ['30-answers-en-1280.png', 'desk-en.webp'],
];

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage();
for (const [from, to] of PICTURES) {
  const source = `data:image/png;base64,${readFileSync(FROM + from).toString('base64')}`;
  const made = await page.evaluate(async (url) => {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    const scale = Math.min(1, 1000 / image.width);
    [canvas.width, canvas.height] = [image.width * scale, image.height * scale];
    const pen = canvas.getContext('2d');
    pen.imageSmoothingQuality = 'high';
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL('image/webp', 0.6);
  }, source);
  const bytes = Buffer.from(made.split(',')[1], 'base64');
  writeFileSync(TO + to, bytes);
  console.log(`${to}: ${(bytes.length / 1000).toFixed(0)} kB`);
}
await browser.close();
