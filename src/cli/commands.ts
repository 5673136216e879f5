import type { Command } from './command.ts';
import { checkCommand } from './commands/check.ts';
import { demoCommand } from './commands/demo.ts';
import { discoverCommand } from './commands/discover.ts';
import { emulateCommand } from './commands/emulate.ts';
import { explainCommand } from './commands/explain.ts';
import { healthCommand } from './commands/health.ts';
import { planCommand } from './commands/plan.ts';
import { runCommand } from './commands/run.ts';
import { schemaCommand } from './commands/schema.ts';
import { scrapeCommand } from './commands/scrape.ts';
import { validateCommand } from './commands/validate.ts';

/** Every command, in the order of the help text. */
export const commands: readonly Command[] = [
  runCommand,
  demoCommand,
  emulateCommand,
  validateCommand,
  planCommand,
  scrapeCommand,
  explainCommand,
  checkCommand,
  discoverCommand,
  schemaCommand,
  healthCommand,
];
