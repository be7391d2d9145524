// The storm as a command:
//   node test/faults/run.mjs [--faults 2000] [--each 2000] [--seed 7] [--heal MS] [--server dist/server/main.js]
//                            [--broken ack-before-commit|no-dedupe|no-outbox|no-resume]
// More than `each` are several storms, one after the other: 20,000 take some fifteen minutes on two idle cores.
// It runs the built server (`npm run build`); a broken one is made of the source. Ends with 0 when everything held.
import { tsImport } from 'tsx/esm/api';

const { main } = await tsImport('./main.ts', import.meta.url);
process.exit(await main(process.argv.slice(2)));
