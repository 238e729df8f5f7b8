import { defineConfig } from 'vitest/config';

// Files named *.root.test.ts attach loop devices and mount: they run as root only, and always in CI.
const isRoot = process.getuid?.() === 0;
const needsRoot = isRoot || process.env['CI'] !== undefined ? [] : ['test/**/*.root.test.ts'];
if (needsRoot.length > 0) console.warn('not root: the tests that need loop devices (*.root.test.ts) are left out');

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: needsRoot,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
