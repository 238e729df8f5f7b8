#!/usr/bin/env node
/*
 * The command's first file: sets what must be set before Node.js has its threads, to keep a backup small.
 *
 * Two threads beside the main one: for each that compresses, the allocator of the LZ4 binding keeps about 30 MB, and
 * two compress and check faster than a card is read. libuv looks at the variable when its pool starts. The loader of
 * ES modules may start it (that of Node.js 20 does), hence CommonJS. Windows does not look: it has four threads then.
 */
process.env['UV_THREADPOOL_SIZE'] ??= '2';

async function start(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  // The heap is small, what it holds on to outside is not: rather collect twice than let it double.
  setFlagsFromString('--heap-growing-percent=30');
  await import('./main.ts');
}

void start();
