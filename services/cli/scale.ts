#!/usr/bin/env node
// The `scale` command of an installed package; in a clone, scripts/scale finds a Node.js that fits before anything is read.
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

const oldestNode = 24;
if (Number(process.versions.node.split('.')[0]) < oldestNode) {
  process.stderr.write(
    `scale: Node.js ${oldestNode} or newer is needed; this is ${process.versions.node} (${process.execPath})\n`,
  );
  process.exit(1);
}
// What Node.js compiles is kept: it is half of the time that a command and each service take to start.
process.env.NODE_COMPILE_CACHE ??= join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'scale', 'node');
enableCompileCache(process.env.NODE_COMPILE_CACHE);
process.env.SCALE_LAUNCHER = process.argv[1];
await import('./main.ts');
