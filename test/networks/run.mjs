// Calls over networks that are bad, as a command:
//   npm run build, then (as root, on Linux) node test/networks/run.mjs [--only signaling,walled,loss,switch,quiet-switch] [--results <file>]
// It makes three network namespaces of its own and removes them, however it ends. Ends with 0 when every call held.
import { tsImport } from 'tsx/esm/api';

const { main } = await tsImport('./main.ts', import.meta.url);
process.exit(await main(process.argv.slice(2)));
