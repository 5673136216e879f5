import type { Command } from '../command.ts';
export const emulateCommand: Command = { name: 'emulate', summary: '', flags: {}, run: () => Promise.resolve(1) };
