// Compresses what the server hands out, once, as well as can be; and says how much a first visit
// loads. The server only chooses between the files.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url).pathname;
const worth = /\.(html|js|css|wasm|json|webmanifest|svg)$/;
// What no first visit needs: other languages, the scanner, the neutral page, a coordinator's desk.
const later = /\/(uz|kk|tg|ky|ru|jsQR|Scanner|RegionMap|away|Desk)[-.]/;
let first = 0;

for (const path of files(dist)) {
  if (!worth.test(path)) continue;
  const content = readFileSync(path);
  const brotli = brotliCompressSync(content, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 },
  });
  writeFileSync(`${path}.br`, brotli);
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
  if (!later.test(`/${relative(dist, path)}`)) first += brotli.length;
}
console.log(`a first visit loads ${(first / 1000).toFixed(0)} kB (brotli)`);

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : [path];
  });
}
