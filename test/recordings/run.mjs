// The kills as a command:
//   node test/recordings/run.mjs [--kills 500] [--each 500] [--seed 7] [--sigkills 5]
// It runs the server from source, on a clock of its own. More than `each` are several runs, `sigkills` in every one. Ends with 0 when every file is there and right.
import { tsImport } from 'tsx/esm/api';

const { main } = await tsImport('./main.ts', import.meta.url);
process.exit(await main(process.argv.slice(2)));
