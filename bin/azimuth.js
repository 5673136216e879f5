#!/usr/bin/env node
// The version is checked before anything is loaded, so that an old Node gets a sentence instead of a syntax error.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `azimuth needs Node 22.19 or newer; this is ${process.versions.node}. ` +
      'In a checkout, `npm ci` brings its own Node: run `npm start`, `npm run demo` or `npx azimuth`.\n',
  );
  process.exit(1);
}
// Process 1 of a container ignores a signal without a handler, so one that comes while the program loads is kept for
// the command, which puts its own handler in place before `start` returns.
let early;
const keep = (signal) => {
  early ??= signal;
};
process.on('SIGTERM', keep).on('SIGINT', keep);
const { start } = await import('../dist/cli/main.js');
const ended = start();
process.off('SIGTERM', keep).off('SIGINT', keep);
if (early !== undefined) process.kill(process.pid, early);
await ended;
