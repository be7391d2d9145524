import { defineConfig } from 'drizzle-kit';

// Used by `npm run migrations` only; the server applies the generated files by itself (server/store/migrate.ts).
export default defineConfig({ dialect: 'sqlite', schema: './server/store/tables.sqlite.ts', out: './drizzle/sqlite', casing: 'snake_case' });
