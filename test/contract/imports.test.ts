import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

/** Imports point one way. What stands here is the architecture; `node:` counts as the outside world. */
const may: Record<string, readonly string[]> = {
  core: [],
  openflow: ['core'],
  netfilter: ['core'],
  probes: ['core', 'netfilter', 'openflow'],
  expected: ['core', 'openflow', 'probes'],
  journey: ['core', 'netfilter', 'openflow', 'probes'],
  timeline: ['core', 'openflow', 'probes'],
  compare: ['core'],
  causes: ['core', 'expected', 'netfilter', 'openflow', 'probes'],
  capture: ['core', 'openflow'],
  watch: ['core', 'capture'],
  experiments: ['core', 'capture', 'netfilter', 'probes'],
  engine: ['core'],
  repair: ['core', 'openflow', 'node:'],
  hosts: ['core', 'node:'],
  cloud: ['core', 'node:'],
  report: ['core', 'capture', 'watch'],
  'scope.ts': ['core', 'probes'],
  'comparing.ts': ['core', 'cloud', 'compare'],
  'proving.ts': ['core', 'engine', 'experiments', 'scope.ts'],
  'app.ts': [
    'core',
    'causes',
    'cloud',
    'compare',
    'comparing.ts',
    'engine',
    'experiments',
    'journey',
    'probes',
    'proving.ts',
    'scope.ts',
    'timeline',
  ],
  'tracing.ts': ['core', 'cloud', 'engine', 'journey', 'openflow', 'probes'],
  'expecting.ts': ['core', 'cloud', 'engine', 'expected', 'openflow', 'probes', 'scope.ts'],
  'trace-texts.ts': ['core', 'openflow', 'probes'],
  'watching.ts': ['core', 'capture', 'cloud', 'watch'],
  'repairing.ts': ['core', 'app.ts', 'causes', 'cloud', 'engine', 'experiments', 'proving.ts', 'repair'],
  'access.ts': ['core', 'engine', 'probes'],
  cli: [
    'core',
    'app.ts',
    'comparing.ts',
    'proving.ts',
    'tracing.ts',
    'expecting.ts',
    'trace-texts.ts',
    'watching.ts',
    'repairing.ts',
    'access.ts',
    'capture',
    'watch',
    'engine',
    'experiments',
    'hosts',
    'cloud',
    'report',
    'probes',
    'causes',
    'lab',
    'node:',
  ],
}

const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(
  (f) => f.endsWith('.ts') && !f.endsWith('.test.ts'),
)

test.each(files)('%s imports only what its folder may', (file) => {
  const own = file.split('/')[0] ?? ''
  const allowed = may[own]
  expect(allowed, `${own} has no rule`).toBeDefined()
  const text = readFileSync(join(root, 'src', file), 'utf8')
  for (const [, target = ''] of text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)) {
    if (target.startsWith('node:')) expect(allowed, `${file} imports ${target}`).toContain('node:')
    if (!target.startsWith('.')) continue
    const path = join('src', dirname(file), target)
    const folder = path.startsWith('src/') ? path.split('/')[1] : path.split('/')[0]
    if (folder !== own) expect(allowed, `${file} imports ${target}`).toContain(folder)
  }
})
