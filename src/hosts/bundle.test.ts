import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { BundleError, readBundle, writeBundle } from './bundle.ts'
import { replay } from './replay.ts'

const folder = mkdtempSync(join(tmpdir(), 'oldhand-test-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'x.oldhand')
const bundle = {
  asked: { vm: 'vm1' },
  recordedAt: '2026-11-24T00:00:00.000Z',
  oldhand: '0.1.0',
  answers: [{ ask: { host: 'comp1', argv: ['date'], root: true }, stdout: '中\n', stderr: '', exit: 0, ms: 3 }],
}

test('what was written is read again, and only its owner can', async () => {
  await writeBundle(file, bundle)
  expect(await readBundle(file)).toEqual(bundle)
  expect(statSync(file).mode & 0o077).toBe(0)
})

test('how the switch was asked is kept: what was asked so is only found again by it', async () => {
  const ways = { method: 'subinterface', nics: { comp1: 'eth1' } } as const
  await writeBundle(file, { ...bundle, run: '0badcafe', ways })
  expect(replay(await readBundle(file)).proof).toMatchObject({ run: '0badcafe', ways })
})

test('a question that was not recorded is a failure, not an empty answer', async () => {
  const [known, other] = await replay(bundle).ask([
    { host: 'comp1', argv: ['date'] },
    { host: 'comp1', argv: ['uptime'] },
  ])
  expect(known?.stdout).toBe('中\n')
  expect(other?.failure?.reason).toBe('not recorded')
})

const line = (value: unknown) => gzipSync(JSON.stringify(value))
test.each([
  ['not gzip', Buffer.from('hello'), /not a bundle/],
  ['empty', gzipSync(''), /not a bundle/],
  ['cut', gzipSync(JSON.stringify(bundle)).subarray(0, 30), /not a bundle/],
  ['not JSON', gzipSync('x{'), /not a bundle/],
  [
    'another format',
    line({ format: 'oldhand/bundle@9', asked: { vm: 'x' }, recordedAt: '', oldhand: '9' }),
    /@9.*release/,
  ],
])('a file that is %s gets a clear answer', async (_, bytes, message) => {
  const bad = join(folder, 'bad.oldhand')
  writeFileSync(bad, bytes)
  await expect(readBundle(bad)).rejects.toThrow(BundleError)
  await expect(readBundle(bad)).rejects.toThrow(message)
})

test('a file that is not there gets a clear answer', async () => {
  await expect(readBundle(join(folder, 'none'))).rejects.toThrow(/Cannot read/)
})
