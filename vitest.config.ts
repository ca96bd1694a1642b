import { defineConfig } from 'vitest/config'

const lab = {
  name: 'lab',
  include: ['test/lab/**/*.test.ts'],
  // There is one lab: its tests take turns, and have the machine for themselves.
  fileParallelism: false,
  sequence: { groupOrder: 1 },
}

const others = {
  name: 'others',
  include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
  exclude: ['test/lab/**'],
  sequence: { groupOrder: 0 },
}

export default defineConfig({
  test: {
    projects: (process.env.OLDHAND_LAB ? [others, lab] : [others]).map((test) => ({ extends: true, test })),
    testTimeout: 60_000,
    hookTimeout: 600_000,
    reporters: ['default', './tools/count-reporter.ts'],
  },
})
