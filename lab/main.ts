import { readFileSync } from 'node:fs'
import { applySteps, describeStatus, down, heal, LabError, sshInto, status, type Step, up } from './index.ts'

/** The lab without the rest of the tool, for work on the lab itself. */
const progress = (line: string): void => console.log(line)
const [verb = '', ...rest] = process.argv.slice(2)

const verbs: Readonly<Record<string, () => Promise<unknown>>> = {
  up: () => up({ install: rest.includes('--install'), progress }),
  status: async () => console.log(describeStatus(await status())),
  down: () => down({ progress }),
  ssh: async () => {
    process.exitCode = await sshInto(rest[0] ?? '', rest.slice(1))
  },
  break: () => applySteps('by hand', JSON.parse(readFileSync(rest[0] ?? '', 'utf8')) as Step[]),
  heal: () => heal({ progress }),
}

try {
  const chosen = verbs[verb]
  if (!chosen) throw new LabError(`one of: ${Object.keys(verbs).join(', ')}`)
  await chosen()
} catch (error) {
  console.error(error instanceof LabError ? error.message : error)
  process.exitCode = 1
}
