import { expect, test } from 'vitest'
import { diagnose } from '../../app.ts'
import { API } from '../../core/answer.ts'
import { readAll } from '../../engine/facts.ts'
import { readBundle } from '../../hosts/bundle.ts'
import { replay } from '../../hosts/replay.ts'
import cause from './subnet-dhcp-disabled.ts'

test('DHCP that is off on purpose is no certain cause: that takes a guest that asks for it', async () => {
  const file = new URL('../../../test/bundles/subnet-dhcp-disabled.oldhand', import.meta.url).pathname
  const bundle = await readBundle(file)
  const outcome = await diagnose(bundle.asked, replay(bundle))
  if (outcome.kind !== 'diagnosis') throw new Error(outcome.kind)
  const known = readAll(cause.needs, (need) => outcome.facts.read(need, API))
  if (!known.ok) throw new Error(known.problem.en)
  const facts = known.fact as unknown as Parameters<typeof cause.check>[0]
  const place = { subject: outcome.diagnosis.subject, host: API }
  const sure = (less: object) => cause.check({ ...facts, ...less }, place)
  expect(sure({})).toMatchObject({ is: 'found', sure: 'certain' })
  expect(sure({ asked: [] })).toMatchObject({ is: 'found', sure: 'possible' })
  expect(sure({ asked: [], used: [] })).toMatchObject({ is: 'found', sure: 'possible' })
})
