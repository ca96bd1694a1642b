import { expect, test } from 'vitest'
import { diagnose } from '../../app.ts'
import { readAll } from '../../engine/facts.ts'
import { readBundle } from '../../hosts/bundle.ts'
import { replay } from '../../hosts/replay.ts'
import cause from './ovsdb-unreachable.ts'

const file = new URL('../../../test/bundles/ovsdb-unreachable.oldhand', import.meta.url).pathname
const bundle = await readBundle(file)
const outcome = await diagnose(bundle.asked, replay(bundle))
if (outcome.kind !== 'diagnosis') throw new Error(outcome.kind)
const host = outcome.diagnosis.subject.compute ?? ''
const known = readAll(cause.needs, (need) => outcome.facts.read(need, host))
if (!known.ok) throw new Error(known.problem.en)
const facts = known.fact as unknown as Parameters<typeof cause.check>[0]
const judged = (other: object) => cause.check({ ...facts, ...other }, { subject: outcome.diagnosis.subject, host })

test('a VM that is wired goes on without the database: a warning, and not why it is cut off', () => {
  expect(judged({})).toMatchObject({ is: 'found', sure: 'certain', breaks: true })
  const port = facts.port.ok && { ...facts.port.fact, status: 'ACTIVE' }
  expect(judged({ port: { ok: true, fact: port } })).toMatchObject({ is: 'found', breaks: false })
})

test('a server that runs in a container, with its socket elsewhere, is not called dead', () => {
  const init = facts.processes.all.find((p) => p.pid === 1)
  const server = { ...init, pid: 9, state: 'Ss', args: 'ovsdb-server /etc/openvswitch/conf.db' }
  const processes = { ...facts.processes, all: [...facts.processes.all, server] }
  expect(judged({ processes, server: { ...facts.server, is: 'no socket' } }).is).toBe('unknown')
})
