import { expect, test } from 'vitest'
import { readBundle } from '../../hosts/bundle.ts'
import { parseLog } from './log.ts'

test('a line older than the window, or than the process that runs now, is history and not evidence', async () => {
  const file = new URL('../../../test/bundles/provider-bridge-missing.oldhand', import.meta.url).pathname
  const { answers } = await readBundle(file)
  const answer = answers.find((a) => a.stdout.includes('Agent terminated!'))
  if (!answer) throw new Error('the recording has lost its log')
  const lines = parseLog(answer, 0, 0).filter((l) => l.cause === 'provider-bridge-missing')
  const last = lines.at(-1)
  expect(last?.source.line).toMatch(/Bridge \S+ for physical network \S+ does not exist/)
  expect(parseLog(answer, 0, (last?.at ?? 0) + 1).filter((l) => l.cause === 'provider-bridge-missing')).toEqual([])
  const zone = 8 * 3600 * 1000
  expect(parseLog(answer, zone, 0).map((l) => l.at)).toEqual(parseLog(answer, 0, 0).map((l) => l.at - zone))
})
