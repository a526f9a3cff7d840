import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

export default defineConfig({
  plugins: [svelte(), pinned()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { index: 'index.html', away: 'away.html', sw: 'src/sw.ts' },
      output: {
        entryFileNames: (chunk) => (chunk.name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
  worker: { format: 'es' },
  server: { port: 5173 },
});

/**
 * Writes the list of all built files with their hashes into the service worker, so that it keeps
 * exactly these; and prints one hash over all, which the app shows.
 */
function pinned(): Plugin {
  let publicFolder = '';
  return {
    name: 'pinned',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      publicFolder = config.publicDir;
    },
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const contents = new Map<string, string | Uint8Array>();
        for (const [name, item] of Object.entries(bundle)) {
          if (name !== 'sw.js') contents.set(name, item.type === 'chunk' ? item.code : item.source);
        }
        for (const path of files(publicFolder)) {
          contents.set(relative(publicFolder, path).replaceAll('\\', '/'), readFileSync(path));
        }
        const list = [...contents]
          .map(([name, content]) => [name, createHash('sha256').update(content).digest('base64')] as const)
          .sort(([a], [b]) => (a < b ? -1 : 1));
        const build = createHash('sha256').update(JSON.stringify(list)).digest('hex');
        const worker = bundle['sw.js'];
        if (worker?.type !== 'chunk') throw new Error('the service worker is missing');
        worker.code = worker.code
          .replace(/(["'`])__BUILD__\1/, JSON.stringify(build))
          .replace(/(["'`])__FILES__\1/, JSON.stringify(JSON.stringify(list)));
        console.log(`\nbuild ${build}`);
      },
    },
  };
}

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : [path];
  });
}
