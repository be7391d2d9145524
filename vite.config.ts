import { defineConfig, type UserConfig } from 'vite';
import { leanBundles } from './scripts/lean-templates.ts';

/** The element: one entry under a fixed name, everything that is needed later in hashed chunks beside it. */
const widget: UserConfig = {
  publicDir: false,
  plugins: [leanBundles()],
  build: {
    outDir: 'dist/widget',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: true,
    modulePreload: false,
    rolldownOptions: {
      input: { 'peer-consult': 'widget/peer-consult.ts' },
      preserveEntrySignatures: 'exports-only',
      output: {
        format: 'es',
        entryFileNames: '[name].js',
        chunkFileNames: 'peer-consult-[name]-[hash].js',
        assetFileNames: 'peer-consult-[name]-[hash][extname]',
        minify: true,
      },
    },
  },
  // Chunks are imported relative to the module they came with: the widget lives on other people's origins.
  base: './',
};

/** The panel: an ordinary page, served below /admin/. */
const admin: UserConfig = {
  root: 'admin',
  base: '/admin/',
  plugins: [leanBundles()],
  build: { outDir: '../dist/admin', emptyOutDir: true, target: 'es2022', sourcemap: true },
};

export default defineConfig(({ mode }) => (mode === 'admin' ? admin : widget));
