import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: process.env.OLDHAND_LAB ? [] : ['test/lab/**'],
    // There is one lab: its tests take turns.
    fileParallelism: !process.env.OLDHAND_LAB,
    testTimeout: 60_000,
    hookTimeout: 600_000,
    reporters: ['default', './tools/count-reporter.ts'],
  },
})
