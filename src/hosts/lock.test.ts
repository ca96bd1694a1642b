import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { type HostLock, takeLock } from './lock.ts'

/** On this machine, by the very script that a host gets. */

const take = (owner: string) => takeLock(['sh', '-s'], owner)
async function held(owner: string): Promise<HostLock> {
  const lock = await take(owner)
  if (!('isHeld' in lock)) throw new Error(lock.detail.en)
  onTestFinished(() => lock.release())
  return lock
}

test('a second repair is kept off, and told by whom; the lock is free again when it is released', async () => {
  const first = await held('alice@ops 2026-11-26')
  expect(first.isHeld()).toBe(true)
  expect(await take('bob@ops')).toMatchObject({
    reason: 'denied',
    detail: { en: expect.stringContaining('alice@ops 2026-11-26'), zh: expect.stringContaining('alice@ops') },
  })
  await first.release()
  expect(first.isHeld()).toBe(false)
  expect((await held('bob@ops')).isHeld()).toBe(true)
})

test('it ends with the process that holds it, however that dies', async () => {
  const module = fileURLToPath(new URL('lock.ts', import.meta.url))
  const holder = `import { takeLock } from '${module}'; await takeLock(['sh', '-s'], 'carol'); console.log('held')`
  const child = spawn(
    'npx',
    ['tsx', '-e', `(async () => { ${holder.replace(/^import (.*) from (.*?);/, 'const $1 = await import($2);')} })()`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    },
  )
  await once(child.stdout, 'data')
  expect(await take('dave')).toMatchObject({ detail: { en: expect.stringContaining('carol') } })
  process.kill(-(child.pid ?? 0), 'SIGKILL')
  await expect.poll(async () => 'isHeld' in (await held('dave').catch(() => ({}))), { timeout: 5000 }).toBe(true)
}, 20_000)
