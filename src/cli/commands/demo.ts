import type { Command } from '../command.ts';
export const demoCommand: Command = { name: 'demo', summary: '', flags: {}, run: () => Promise.resolve(1) };
