// A worker's way into TypeScript, on every Node that the product runs on.
import { tsImport } from 'tsx/esm/api';

await tsImport('./person.ts', import.meta.url);
