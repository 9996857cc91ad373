import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { defineConfig, type Plugin } from 'vite';

const isolated = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** LiteRT's wasm files, as its package brings them. */
function litertFiles(): Plugin {
  const source = path.join(path.dirname(createRequire(import.meta.url).resolve('@litertjs/core')), '../wasm');
  const copy = (target: string) => {
    mkdirSync(target, { recursive: true });
    for (const name of readdirSync(source)) copyFileSync(path.join(source, name), path.join(target, name));
  };
  return {
    name: 'litert-files',
    configureServer: () => copy('public/wasm'),
    writeBundle: ({ dir }) => copy(path.join(dir ?? 'dist', 'wasm')),
  };
}

/** The list of files that the service worker keeps, so that the page opens without a network; of wasm it keeps what is used. */
function offlineFiles(): Plugin {
  return {
    name: 'offline-files',
    writeBundle({ dir = 'dist' }) {
      const files = readdirSync(dir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(dir, path.join(entry.parentPath, entry.name)))
        .filter((name) => !name.startsWith('wasm') && name !== 'index.html');
      writeFileSync(path.join(dir, 'offline.json'), JSON.stringify(['./', ...files]));
    },
  };
}

export default defineConfig({
  base: './',
  plugins: [litertFiles(), offlineFiles()],
  server: { headers: isolated },
  // LiteRT.js loads its wasm by importScripts, which only classic workers have.
  worker: { format: 'iife', rollupOptions: { output: { inlineDynamicImports: true } } },
  build: { target: 'es2022', outDir: 'dist', assetsInlineLimit: 0, modulePreload: false },
});
