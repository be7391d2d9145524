import { verifyCommand } from './verify-command.ts';

process.exitCode = await verifyCommand(process.argv.slice(2), (line) => void process.stdout.write(`${line}\n`));
