import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** `npm run new-cause switching/my-cause`: a template to fill in, then `npm run gen`. */

const [name] = process.argv.slice(2)
const match = /^([a-z-]+)\/([a-z0-9-]+)$/.exec(name ?? '')
if (!match?.[2]) {
  console.error('usage: npm run new-cause FOLDER/ID   (for example switching/flood-flow-missing)')
  process.exit(2)
}
const file = join(dirname(fileURLToPath(import.meta.url)), '../src/causes', `${name}.ts`)
if (existsSync(file)) {
  console.error(`${file} is there already`)
  process.exit(2)
}
mkdirSync(dirname(file), { recursive: true })
writeFileSync(
  file,
  `import { defineCause } from '../../core/cause.ts'
import { say } from '../../core/lang.ts'
import { found, ruledOut } from '../../core/verdict.ts'
import { vswitchd } from '../../probes/ovs/vswitchd.ts'

export default defineCause({
  id: '${match[2]}',
  at: 'compute',
  stops: { station: 'br-int' },
  // Whom it hits: what a comparison with other VMs has to look like.
  scope: ['host'],
  // The facts that decide; one that is missing makes the verdict unknown.
  needs: { vswitchd },
  explainedBy: [],

  check: ({ vswitchd: v }) => (v.alive ? ruledOut(v.source) : found({}, 'certain', v.source)),

  fix: (_, { host }) => [{ on: host, risk: 'manual', say: say('TODO', 'TODO') }],

  fault: (_, { host }) => [{ on: host, run: ['true'], undo: ['true'] }],

  words: {
    en: { title: 'TODO', why: 'TODO', says: () => 'TODO' },
    zh: { title: 'TODO', why: 'TODO', says: () => 'TODO' },
  },
})
`,
)
console.log(`wrote ${file}\nNow fill it in, then: npm run gen`)
