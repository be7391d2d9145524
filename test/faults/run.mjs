// The storm as a command:
//   node test/faults/run.mjs [--faults 2000] [--seed 7] [--broken ack-before-commit|no-dedupe|no-outbox|no-resume] [--server dist/server/main.js]
// It runs the built server (`npm run build`); a broken one is made of the source. Ends with 0 when everything held.
import { tsImport } from 'tsx/esm/api';

const { main } = await tsImport('./main.ts', import.meta.url);
process.exit(await main(process.argv.slice(2)));
