import { defineConfig } from 'drizzle-kit';

// Used by `npm run migrations` only; the server applies the generated files by itself (server/store/migrate.ts).
export default defineConfig({ dialect: 'postgresql', schema: './server/store/tables.postgres.ts', out: './drizzle/postgres', casing: 'snake_case' });
