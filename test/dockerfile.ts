/** One instruction of a Dockerfile, its continuation lines joined. */
export interface Instruction {
  name: string;
  rest: string;
}

/** Reads a Dockerfile into its stages. Knows as much of the format as ours uses (docs.docker.com/reference/dockerfile). */
export function parseDockerfile(text: string): Instruction[][] {
  const stages: Instruction[][] = [];
  const lines = text.replace(/\\\n/g, ' ').split('\n');
  for (const line of lines) {
    const match = /^([A-Z]+)\s+(.*\S)\s*$/.exec(line);
    if (!match) continue;
    const instruction = { name: match[1]!, rest: match[2]! };
    if (instruction.name === 'FROM') stages.push([]);
    stages.at(-1)!.push(instruction);
  }
  return stages;
}

/** The variables of all ENV instructions of a stage. */
export function variables(stage: Instruction[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { name, rest } of stage) {
    if (name !== 'ENV') continue;
    for (const pair of rest.split(/\s+/)) {
      const [key, value] = pair.split('=', 2);
      found[key!] = value ?? '';
    }
  }
  return found;
}

/** The words of an instruction in exec form, e.g. `CMD ["node", "x.js"]`; also behind options, as in HEALTHCHECK. */
export function execForm(instruction: Instruction): string[] {
  return JSON.parse(instruction.rest.slice(instruction.rest.indexOf('['))) as string[];
}
